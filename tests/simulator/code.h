// Personal codes (personas kodi) that nobody can have: README.md, "People who cannot exist". A code is a
// number of eleven digits here and text on the wire.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/simulator/random.h"

namespace tilts::simulator {

using Code = std::uint64_t;

// What the weighted sum of the first ten digits leaves: (1101 - sum) mod 11; 10 has no digit of its own.
unsigned check_remainder(std::uint64_t first_ten);
// By the milder formula, which writes 10 as 0.
bool check_digit_fits(Code code);

// The day of birth plus 60; `serial` 0 … 999 tells people of one birthday apart.
Code old_code(std::chrono::sys_days birth, unsigned serial);
// `32` and first ten digits whose remainder is 10.
Code new_code(Random& random);
Code with_wrong_check_digit(Code code);

std::string text(Code code);
// Zero unless `digits` is eleven digits.
Code parse_code(const std::string& digits);

}  // namespace tilts::simulator
