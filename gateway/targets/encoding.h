// UTF-8 to the encoding a file is written in, with iconv.
#pragma once

#include <string>
#include <string_view>

#include "gateway/targets/target.h"

namespace tilts::targets {

class Encoder {
 public:
  explicit Encoder(Encoding encoding);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // Appends `text` to `out`. false: a character has no place in the encoding; `out` is as it was.
  bool append(std::string_view text, std::string& out);

 private:
  void* converter_ = nullptr;  // iconv_t; null for UTF-8, which is copied
};

}  // namespace tilts::targets
