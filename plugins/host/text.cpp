#include "plugins/host/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace tilts::host {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of the UTF-8 character that begins here, 0 when none does (RFC 3629, table in section 4).
size_t character(std::string_view text) {
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
  const auto follows = [&](size_t index, unsigned least = 0x80, unsigned most = 0xBF) {
    return index < text.size() && byte(index) >= least && byte(index) <= most;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned least = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned most = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, least, most) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned least = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned most = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, least, most) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// The length of a personas kods that begins here, 0 when none does.
size_t personas_kods(std::string_view text) {
  const auto digits = [&](size_t from, size_t count) {
    return text.size() >= from + count &&
           std::all_of(text.begin() + static_cast<ptrdiff_t>(from),
                       text.begin() + static_cast<ptrdiff_t>(from + count), is_digit);
  };
  if (!digits(0, 6)) return 0;
  const size_t hyphen = text.size() > 6 && text[6] == '-' ? 1 : 0;
  if (!digits(6 + hyphen, 5)) return 0;
  const size_t size = 11 + hyphen;
  return text.size() > size && is_digit(text[size]) ? 0 : size;
}

}  // namespace

bool is_clean(std::string_view text) {
  while (!text.empty()) {
    // eight bytes of ASCII at a time, none of them zero
    if (uint64_t eight = 0; text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      constexpr uint64_t high = 0x8080808080808080u;
      constexpr uint64_t ones = 0x0101010101010101u;
      if (((eight | (eight - ones)) & high) == 0) {
        text.remove_prefix(sizeof eight);
        continue;
      }
    }
    const auto lead = static_cast<unsigned char>(text.front());
    const size_t size = lead == 0 ? 0 : lead < 0x80 ? 1 : character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string sentence(std::string_view text, size_t limit) {
  std::string result;
  char before = ' ';
  while (!text.empty() && result.size() < limit) {
    if (const size_t code = is_digit(before) ? 0 : personas_kods(text); code > 0) {
      result += "[code]";
      before = ']';
      text.remove_prefix(code);
      continue;
    }
    const size_t size = character(text);
    if (size == 0)
      result += '?';
    else if (static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7F)
      result += ' ';
    else
      result += text.substr(0, size);
    before = text.front();
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  if (!text.empty()) result += "…";
  return result;
}

}  // namespace tilts::host
