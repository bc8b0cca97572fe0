// One member of GZIP (RFC 1952), streamed; what stands behind it is a refusal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <zlib.h>

namespace tilts::pull {

class Gunzip {
 public:
  using Take = std::function<void(std::string_view)>;

  // `most`: octets that may come out.
  explicit Gunzip(uint64_t most);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // All three throw Error(untrusted): not GZIP, a wrong checksum, cut off, more than one member, too much.
  void add(std::string_view compressed, const Take& take);
  void finish() const;

 private:
  const uint64_t most_;
  uint64_t made_ = 0;
  bool ended_ = false;
  z_stream stream_{};
  std::string plain_;
};

}  // namespace tilts::pull
