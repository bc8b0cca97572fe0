// The names residents are given: Latvian with every letter, and foreign ones. UTF-8, NFC.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tilts::simulator {

enum class Sex { male, female };

struct Surname {
  std::string_view male;
  std::string_view female;
};

struct ForeignName {
  std::array<std::string_view, 2> given;  // by Sex
  std::string_view surname;
};

std::span<const std::string_view> given_names(Sex sex);
std::span<const Surname> surnames();
// Some hold letters that windows-1257 has not.
std::span<const ForeignName> foreign_names();
std::span<const std::string_view> streets();

}  // namespace tilts::simulator
