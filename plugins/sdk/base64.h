// Bytes as text, for where XML carries a file (RFC 4648 section 4: padded, in one line).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilts::sdk {

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto octet = [&](size_t place) -> uint32_t {
    return place < bytes.size() ? static_cast<unsigned char>(bytes[place]) : 0;
  };
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  size_t to = 0;
  for (size_t from = 0; from < bytes.size(); from += 3, to += 4) {
    const uint32_t three = octet(from) << 16 | octet(from + 1) << 8 | octet(from + 2);
    const size_t left = bytes.size() - from;
    text[to] = digits[three >> 18];
    text[to + 1] = digits[three >> 12 & 63];
    if (left > 1) text[to + 2] = digits[three >> 6 & 63];
    if (left > 2) text[to + 3] = digits[three & 63];
  }
  return text;
}

// White space anywhere is allowed; nothing when it is no base64.
inline std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  uint32_t four = 0;
  size_t count = 0, padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const size_t value = c == '=' ? 0 : digits.find(c);
    if (value == std::string_view::npos || (padding > 0 && c != '=')) return std::nullopt;
    padding += c == '=';
    four = four << 6 | static_cast<uint32_t>(value);
    if (++count % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) octets += static_cast<char>(four >> shift & 0xFF);
    four = 0;
  }
  if (count % 4 != 0 || padding > 2) return std::nullopt;
  octets.resize(octets.size() - padding);
  return octets;
}

}  // namespace tilts::sdk
