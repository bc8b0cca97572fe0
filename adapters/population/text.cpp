#include "adapters/population/text.h"

#include <algorithm>

namespace tilts::population {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string normalised_code(std::string_view text) {
  text = trimmed(text);
  std::string code(text);
  if (code.size() == 12 && code[6] == '-') code.erase(6, 1);
  if (code.size() != 11 || !std::ranges::all_of(code, is_digit)) return {};
  return code;
}

bool looks_like_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() < shape.size()) return false;
  for (size_t place = 0; place < shape.size(); ++place)
    if (shape[place] == 'd' ? !is_digit(text[place]) : text[place] != shape[place]) return false;
  return text.size() == shape.size() ||
         std::string_view("TZ+-").find(text[shape.size()]) != std::string_view::npos;
}

std::string_view day_of(std::string_view text) {
  text = trimmed(text);
  return looks_like_date(text) ? text.substr(0, 10) : text;
}

bool is_kind(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || is_digit(c); });
}

bool is_document_number(std::string_view text) {
  return !text.empty() && text.size() <= 64 && trimmed(text) == text &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
}

}  // namespace tilts::population
