#include "gateway/xml/characters.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <libxml/tree.h>

namespace tilts::xml {
namespace {

enum Class : uint8_t { plain, escaped, multibyte, forbidden };

constexpr std::array<uint8_t, 256> classes(Escaping escaping) {
  std::array<uint8_t, 256> table{};
  for (size_t byte = 0; byte < 256; ++byte)
    table[byte] = byte >= 0x80 ? multibyte : byte >= 0x20 ? plain : forbidden;
  table['\t'] = table['\n'] = escaping == Escaping::text ? plain : escaped;
  table['\r'] = table['&'] = table['<'] = escaped;
  if (escaping == Escaping::text) table['>'] = escaped;
  if (escaping == Escaping::attribute) table['"'] = escaped;
  return table;
}

constexpr auto text_classes = classes(Escaping::text);
constexpr auto attribute_classes = classes(Escaping::attribute);

std::string_view escape(char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#x9;";
    case '\n':
      return "&#xA;";
    default:
      return "&#xD;";
  }
}

// Length of the XML character that begins at `at`, 0 when there is none (RFC 3629; XML 1.0 production Char).
size_t character_size(std::string_view value, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(value[at + i]); };
  const size_t left = value.size() - at;
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first >= 0xC2 && first <= 0xDF) return left >= 2 && continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    const uint32_t point = (first & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point >= 0x800 && !surrogate && point < 0xFFFE ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
    const uint32_t point = (first & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12;
    return point >= 0x10000 && point <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

constexpr size_t longest_escape = 6;
constexpr size_t stretch = 4096;  // of text, for which room is made at once

struct NameTable {
  bool start[256] = {};
  bool rest[256] = {};
};
constexpr NameTable name_table() {
  NameTable table;
  for (unsigned c = 'a'; c <= 'z'; ++c) table.start[c] = table.start[c - 'a' + 'A'] = true;
  table.start['_'] = true;
  for (unsigned c = 0; c < 256; ++c)
    table.rest[c] = table.start[c] || (c >= '0' && c <= '9') || c == '-' || c == '.';
  return table;
}
constexpr NameTable ascii_names = name_table();

}  // namespace

bool append_escaped(ByteBuffer& out, std::string_view value, Escaping escaping) {
  const auto& table = escaping == Escaping::text ? text_classes : attribute_classes;
  size_t at = 0;
  while (at < value.size()) {
    const size_t end = std::min(value.size(), at + stretch);
    char* to = out.room((end - at) * longest_escape + 3);  // the last character may reach 3 bytes beyond
    while (at < end) {
      const char c = value[at];
      const uint8_t kind = table[static_cast<uint8_t>(c)];
      if (kind == plain) [[likely]] {
        *to++ = c;
        ++at;
      } else if (kind == multibyte) {
        const size_t size = character_size(value, at);
        if (size == 0) return false;
        for (size_t i = 0; i < size; ++i) *to++ = value[at++];
      } else if (kind == escaped) {
        to = ByteBuffer::put(to, escape(c));
        ++at;
      } else {
        return false;
      }
    }
    out.end_at(to);
  }
  return true;
}

bool is_ncname(std::string_view name) {
  if (name.empty()) return false;
  bool ascii = ascii_names.start[static_cast<uint8_t>(name.front())];
  for (const char c : name) ascii &= ascii_names.rest[static_cast<uint8_t>(c)];
  if (ascii) return true;
  if (name.find('\0') != std::string_view::npos) return false;
  const std::string copy(name);
  return xmlValidateNCName(reinterpret_cast<const xmlChar*>(copy.c_str()), 0) == 0;
}

}  // namespace tilts::xml
