#include "gateway/xml/characters.h"

#include <array>
#include <cstdint>

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

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

bool append_escaped(std::string& out, std::string_view value, Escaping escaping) {
  const auto& table = escaping == Escaping::text ? text_classes : attribute_classes;
  size_t copied = 0;
  size_t at = 0;
  while (at < value.size()) {
    const uint8_t kind = table[static_cast<uint8_t>(value[at])];
    if (kind == plain) {
      ++at;
    } else if (kind == multibyte) {
      const size_t size = character_size(value, at);
      if (size == 0) return false;
      at += size;
    } else if (kind == escaped) {
      out.append(value, copied, at - copied).append(escape(value[at]));
      copied = ++at;
    } else {
      return false;
    }
  }
  out.append(value, copied, at - copied);
  return true;
}

bool is_ncname(std::string_view name) {
  if (name.empty()) return false;
  bool ascii = is_letter(name.front());
  for (const char c : name) ascii = ascii && (is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.');
  if (ascii) return true;
  if (name.find('\0') != std::string_view::npos) return false;
  const std::string copy(name);
  return xmlValidateNCName(reinterpret_cast<const xmlChar*>(copy.c_str()), 0) == 0;
}

}  // namespace tilts::xml
