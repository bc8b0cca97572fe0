// Texts of Latvian registries in the forms that records have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace tilts::sdk {

inline std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

inline bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A personas kods in 11 digits, from 11 digits or DDMMYY-CXXXX, white space around it ignored; empty when it
// is neither. The check digit is not looked at: the registries themselves know codes that fail it (historic
// ones, test data).
inline std::string normalised_code(std::string_view text) {
  std::string code(trimmed(text));
  if (code.size() == 12 && code[6] == '-') code.erase(6, 1);
  if (code.size() != 11 || !is_digits(code)) return {};
  return code;
}

// Has the shape of an xs:date or xs:dateTime; whether the day exists is not asked.
inline bool looks_like_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() < shape.size()) return false;
  for (size_t place = 0; place < shape.size(); ++place)
    if (shape[place] == 'd' ? !is_digits(text.substr(place, 1)) : text[place] != shape[place]) return false;
  return text.size() == shape.size() ||
         std::string_view("TZ+-").find(text[shape.size()]) != std::string_view::npos;
}

// The calendar day as the registry wrote it: an xs:date or xs:dateTime without its time and zone
// ("1970-01-01+02:00" is the first of January wherever it is read). Anything else, and a day that does not
// exist, stays as it is: the mapping has a finding for it.
inline std::string_view day_of(std::string_view text) {
  text = trimmed(text);
  return looks_like_date(text) ? text.substr(0, 10) : text;
}

}  // namespace tilts::sdk
