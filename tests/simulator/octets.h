// Octets that several answers share and nobody copies: all of a file, or a stretch of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tilts::simulator {

class Octets {
 public:
  Octets() = default;
  explicit Octets(std::string bytes)
      : whole_(std::make_shared<const std::string>(std::move(bytes))), size_(whole_->size()) {}

  std::string_view view() const {
    return whole_ ? std::string_view(*whole_).substr(offset_, size_) : std::string_view();
  }
  std::size_t size() const { return size_; }
  Octets stretch(std::size_t offset, std::size_t size) const {
    Octets part = *this;
    part.offset_ += offset;
    part.size_ = size;
    return part;
  }

 private:
  std::shared_ptr<const std::string> whole_;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tilts::simulator
