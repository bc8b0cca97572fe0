#include "adapters/e_address/base64.h"

#include "adapters/e_address/names.h"

namespace tilts::e_address {

std::string decoded(std::string_view text, std::string_view operation) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  size_t count = 0, padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const size_t value = digits.find(c);
    if (c == '=')
      ++padding;
    else if (value == std::string_view::npos || padding > 0)
      throw misfit(operation, "something in it is not base64");
    bits = bits << 6 | (c == '=' ? 0 : static_cast<unsigned>(value));
    if (++count % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) octets += static_cast<char>(bits >> shift & 0xFF);
    bits = 0;
  }
  if (count % 4 != 0 || padding > 2) throw misfit(operation, "something in it is not base64");
  octets.resize(octets.size() - padding);
  return octets;
}

std::string content_id_of(std::string_view href) {
  // The gateway has judged it: what it handed on names a part.
  std::string id;
  href.remove_prefix(href.starts_with("cid:") ? 4 : 0);
  const auto digit = [](char c) {
    return c <= '9' ? static_cast<unsigned>(c - '0') : (static_cast<unsigned>(c | 0x20) - 'a' + 10);
  };
  for (size_t at = 0; at < href.size(); ++at) {
    if (href[at] == '%' && at + 2 < href.size()) {
      id += static_cast<char>(digit(href[at + 1]) << 4 | digit(href[at + 2]));
      at += 2;
    } else {
      id += href[at];
    }
  }
  return id;
}

}  // namespace tilts::e_address
