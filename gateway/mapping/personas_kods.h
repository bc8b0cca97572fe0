// The Latvian personal code: DDMMYY-CXXXX with the birth date and the century in C, or since 2017-07-01 a
// code that begins with 32 and says nothing about the person.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace tilts::mapping {

// 11 digits without the hyphen, or nullopt. Nothing is said about the check digit or the date: codes that a
// registry knows may fail both.
std::optional<std::string> normalise_personas_kods(std::string_view text);

// The next four take a normalised code.
std::string with_hyphen(std::string_view code);
bool carries_no_date(std::string_view code);  // a 32 code
// ((1101 - sum of weighted digits) mod 11) mod 10. Not confirmed by an official source: its failure is a
// notice.
bool check_digit_holds(std::string_view code);
// Nothing for a 32 code and for a day that does not exist.
std::optional<Date> birth_date(std::string_view code);

}  // namespace tilts::mapping
