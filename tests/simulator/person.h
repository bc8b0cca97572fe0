// One resident, small enough for a million; texts are composed when a row is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/code.h"
#include "tests/simulator/names.h"

namespace tilts::simulator {

using Index = std::uint32_t;  // a person's place in the registry; the client number is one more
constexpr Index nobody = ~Index{0};

enum class Nationality : std::uint8_t { citizen, non_citizen, foreigner };
enum class Role : std::uint8_t { adult, minor, care };  // in the household

struct Person {
  Code code = 0;
  Code previous_code = 0;  // 0: never changed
  std::chrono::sys_days birth{};
  std::optional<std::chrono::sys_days> death;
  std::chrono::sys_days address_from{};
  std::chrono::sys_days document_issued{};
  std::uint32_t address = 0;
  Index household = 0;      // its first person
  Index guardian = nobody;  // of a care centre's resident
  std::uint16_t given = 0;
  std::uint16_t surname = 0;
  std::uint16_t second_surname = 0;  // 0: a single one; else one more than the index
  std::uint8_t household_size = 1;
  std::uint8_t adults = 1;  // how many of the household's first are adults, two adults are a couple
  Sex sex = Sex::male;
  Nationality nationality = Nationality::citizen;
  Role role = Role::adult;
  bool emigrated = false;
};

inline bool passive(const Person& person) { return person.death.has_value() || person.emigrated; }

std::string given_name(const Person& person);
std::string surname(const Person& person);
std::string document_kind(const Person& person);
std::string document_issuer(const Person& person);
// Of somebody who is in no couple: single, divorced or widowed; empty when the registry was never told.
// Worked out from what the person is and not drawn: whoever the seed makes stays who he is.
std::string_view status_alone(const Person& person);

struct IdentityDocument {
  std::string_view kind;  // passport | identity-card
  std::string number;
  std::string issuer;
  std::chrono::sys_days issued;
  std::chrono::sys_days expires;
};

// One or two; none of the dead, whose documents are void. `index` makes the numbers.
std::vector<IdentityDocument> identity_documents(const Person& person, Index index);

// An address, worked out from its number: homes in town, homes elsewhere, care centres.
struct Address {
  std::string code;  // VARIS, nine digits
  std::string text;
  std::string post_code;
  std::string municipality;  // ATVK
};

constexpr std::uint32_t homes_in_town = 2'000'000;  // numbers below are in the home municipality
constexpr std::uint32_t homes = 2'600'000;          // from here on, care centres
Address address(std::uint32_t number);

}  // namespace tilts::simulator
