// Bytes that grow at the end. Where std::string checks and calls for every piece, this makes room once and
// writes.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace tilts::xml {

class ByteBuffer {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.data(), size_}; }
  std::string_view view(size_t begin, size_t size) const { return view().substr(begin, size); }
  void reserve(size_t bytes) { room(bytes - std::min(bytes, size_)); }
  void cut(size_t size) { size_ = size; }

  // Where at least `bytes` may be written; end_at() then says how far they were.
  char* room(size_t bytes) {
    if (bytes_.size() - size_ < bytes) grow(bytes);
    return bytes_.data() + size_;
  }
  void end_at(const char* end) { size_ = static_cast<size_t>(end - bytes_.data()); }

  void append(std::string_view text) { end_at(put(room(text.size()), text)); }
  void append(char c) {
    *room(1) = c;
    ++size_;
  }

  // Copies to a place of room(); returns the place after it.
  static char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }

  std::string take() {
    bytes_.resize(std::exchange(size_, 0));
    return std::exchange(bytes_, {});
  }

 private:
  // Capacity doubles; size follows in steps, because what it covers is zeroed and a page touched is a page
  // paid.
  void grow(size_t bytes) {
    constexpr size_t step = 64 << 10;
    const size_t wanted = size_ + bytes + std::min(step, size_);
    if (wanted > bytes_.capacity()) bytes_.reserve(std::max(wanted, 2 * bytes_.capacity()));
    bytes_.resize(wanted);
  }

  std::string bytes_;  // its first size_ bytes are ours, the rest is room
  size_t size_ = 0;
};

}  // namespace tilts::xml
