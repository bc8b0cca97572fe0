// What an adapter says, before anybody else reads it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "plugins/abi/adapter_abi.h"

namespace tilts::host {

// UTF-8 (RFC 3629) without a zero byte.
bool is_clean(std::string_view text);

// For sentences and logs: one line of UTF-8 of at most `limit` bytes, with anything that looks like a
// personas kods (DDDDDDDDDDD, DDDDDD-DDDDD) replaced by "[code]".
std::string sentence(std::string_view text, size_t limit = 1000);

inline tilts_text to_abi(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(tilts_text text) { return {text.data, text.size}; }

// Whether an array can be read as one of T: its elements may have grown since this host was built, not
// shrunk.
template <typename T>
bool is_readable(const T* first, uint32_t stride) {
  return first != nullptr && stride >= sizeof(T) && stride % alignof(T) == 0;
}

// The index-th of such an array.
template <typename T>
const T& strided(const T* first, uint32_t stride, uint32_t index) {
  const char* bytes = reinterpret_cast<const char*>(first) + size_t{stride} * index;
  return *reinterpret_cast<const T*>(bytes);
}

}  // namespace tilts::host
