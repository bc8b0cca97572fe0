#include "gateway/mapping/text.h"

#include <array>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace tilts::mapping {
namespace {

using Utf8 = std::unique_ptr<utf8proc_uint8_t, decltype([](utf8proc_uint8_t* text) { std::free(text); })>;

const utf8proc_uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Well-formed, and without a combining mark: one- and two-byte characters below U+0300 are NFC as they stand.
// That is every Latvian text.
bool plainly_nfc(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
    } else if (lead >= 0xC2 && lead <= 0xCB && i + 1 < text.size() &&
               (static_cast<unsigned char>(text[i + 1]) & 0xC0) == 0x80) {
      i += 2;
    } else {
      return false;
    }
  }
  return true;
}

template <typename Convert>
std::string letter_by_letter(std::string_view text, Convert convert) {
  std::string out;
  std::array<utf8proc_uint8_t, 4> encoded;
  for (utf8proc_ssize_t at = 0, size = static_cast<utf8proc_ssize_t>(text.size()); at < size;) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t read = utf8proc_iterate(bytes(text) + at, size - at, &letter);
    if (read <= 0) return std::string(text);
    at += read;
    const auto length = static_cast<size_t>(utf8proc_encode_char(convert(letter), encoded.data()));
    out.append(reinterpret_cast<const char*>(encoded.data()), length);
  }
  return out;
}

}  // namespace

bool append_nfc(std::string_view text, std::string& out) {
  if (plainly_nfc(text)) {
    out += text;
    return true;
  }
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const Utf8 owner(mapped);
  if (size < 0) return false;
  out.append(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  return true;
}

size_t characters(std::string_view utf8) {
  size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0u : 1u;
  return count;
}

std::string upper(std::string_view utf8) { return letter_by_letter(utf8, utf8proc_toupper); }
std::string lower(std::string_view utf8) { return letter_by_letter(utf8, utf8proc_tolower); }

std::string one_line(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

}  // namespace tilts::mapping
