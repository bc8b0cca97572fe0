#include "tests/simulator/code.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tilts::simulator {
namespace {

constexpr unsigned impossible_day = 60;

Code with_check_digit(std::uint64_t first_ten) { return first_ten * 10 + check_remainder(first_ten) % 10; }

}  // namespace

unsigned check_remainder(std::uint64_t first_ten) {
  constexpr std::array<unsigned, 10> weights{1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  unsigned sum = 0;
  for (auto weight = weights.rbegin(); weight != weights.rend(); ++weight, first_ten /= 10)
    sum += *weight * static_cast<unsigned>(first_ten % 10);
  return (1101 - sum) % 11;
}

bool check_digit_fits(Code code) { return check_remainder(code / 10) % 10 == code % 10; }

Code old_code(std::chrono::sys_days birth, unsigned serial) {
  const std::chrono::year_month_day day(birth);
  const int year = static_cast<int>(day.year());
  const auto century = static_cast<std::uint64_t>(year / 100 - 18);
  std::uint64_t ten = unsigned(day.day()) + impossible_day;
  ten = ten * 100 + unsigned(day.month());
  ten = ten * 100 + static_cast<std::uint64_t>(year % 100);
  ten = ten * 10 + century;
  return with_check_digit(ten * 1000 + serial);
}

Code new_code(Random& random) {
  for (;;) {
    const std::uint64_t ten = 3'200'000'000ULL + random.below(100'000'000);
    if (check_remainder(ten) == 10) return with_check_digit(ten);
  }
}

Code with_wrong_check_digit(Code code) { return code / 10 * 10 + (code + 1) % 10; }

std::string text(Code code) { return fmt::format("{:011}", code); }

Code parse_code(const std::string& digits) {
  if (digits.size() != 11 ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return 0;
  return std::stoull(digits);
}

}  // namespace tilts::simulator
