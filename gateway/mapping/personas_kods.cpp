#include "gateway/mapping/personas_kods.h"

#include <algorithm>
#include <array>

namespace tilts::mapping {
namespace {

constexpr size_t length = 11;

bool digit(char c) { return c >= '0' && c <= '9'; }
int value(char c) { return c - '0'; }
int two(std::string_view code, size_t at) { return 10 * value(code[at]) + value(code[at + 1]); }

}  // namespace

std::optional<std::string> normalise_personas_kods(std::string_view text) {
  std::string code(text);
  if (code.size() == length + 1 && code[6] == '-') code.erase(6, 1);
  if (code.size() != length || !std::ranges::all_of(code, digit)) return std::nullopt;
  return code;
}

std::string with_hyphen(std::string_view code) {
  return std::string(code.substr(0, 6)).append("-").append(code.substr(6));
}

bool carries_no_date(std::string_view code) { return code.starts_with("32"); }

bool check_digit_holds(std::string_view code) {
  constexpr std::array weights{1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sum += weights[i] * value(code[i]);
  return (1101 - sum) % 11 % 10 == value(code[10]);
}

std::optional<Date> birth_date(std::string_view code) {
  const int century = value(code[6]);
  if (carries_no_date(code) || century > 2) return std::nullopt;
  const Date date{std::chrono::year{1800 + 100 * century + two(code, 4)},
                  std::chrono::month{static_cast<unsigned>(two(code, 2))},
                  std::chrono::day{static_cast<unsigned>(two(code, 0))}};
  if (!date.ok()) return std::nullopt;
  return date;
}

}  // namespace tilts::mapping
