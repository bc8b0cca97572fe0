#include "gateway/targets/encoding.h"

#include <algorithm>

#include <iconv.h>

#include "gateway/base/error.h"

namespace tilts::targets {

Encoder::Encoder(Encoding encoding) {
  if (encoding == Encoding::utf8) return;
  converter_ = iconv_open("WINDOWS-1257", "UTF-8");
  if (reinterpret_cast<intptr_t>(converter_) == -1) {
    converter_ = nullptr;
    throw Error(Code::config,
                "encoding windows-1257: iconv does not know it; install the package libc6 whole");
  }
}

Encoder::~Encoder() {
  if (converter_ != nullptr) iconv_close(converter_);
}

bool Encoder::append(std::string_view text, std::string& out) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (converter_ == nullptr || ascii) {
    out += text;
    return true;
  }
  // One byte a character, so the source's length is room enough.
  const size_t before = out.size();
  out.resize(before + text.size());
  char* source = const_cast<char*>(text.data());  // iconv's interface; it does not write there
  size_t source_left = text.size();
  char* target = out.data() + before;
  size_t target_left = text.size();
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  const size_t inexact = iconv(converter_, &source, &source_left, &target, &target_left);
  out.resize(inexact == 0 ? out.size() - target_left : before);
  return inexact == 0;
}

}  // namespace tilts::targets
