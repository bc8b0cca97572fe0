// Several texts in one, unambiguously: each with its length (32 bits, little endian) before it. What is
// sealed and what is hashed is packed, so that no two different lists give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/error.h"

namespace tilts::store {

inline void pack_one(std::string& bytes, std::string_view text) {
  auto size = static_cast<uint32_t>(text.size());
  for (int byte = 0; byte < 4; ++byte, size >>= 8) bytes.push_back(static_cast<char>(size & 0xff));
  bytes.append(text);
}
inline void pack_one(std::string& bytes, int64_t number) { pack_one(bytes, std::to_string(number)); }

template <typename... Parts>
std::string pack(const Parts&... parts) {
  std::string bytes;
  (pack_one(bytes, parts), ...);
  return bytes;
}

// Reads what pack() wrote, in order. Views into the packed bytes.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  std::string_view next() {
    if (rest_.size() < 4) torn();
    uint32_t size = 0;
    for (size_t byte = 4; byte-- > 0;) size = size << 8 | static_cast<unsigned char>(rest_[byte]);
    if (rest_.size() - 4 < size) torn();
    const std::string_view text = rest_.substr(4, size);
    rest_.remove_prefix(4 + size);
    return text;
  }
  std::string text() { return std::string(next()); }
  int64_t number() { return std::stoll(text()); }

 private:
  [[noreturn]] static void torn() { throw Error(Code::bug, "store: a packed value is cut short"); }

  std::string_view rest_;
};

}  // namespace tilts::store
