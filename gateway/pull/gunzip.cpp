#include "gateway/pull/gunzip.h"

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::pull {
namespace {

constexpr size_t piece = 64 << 10;
constexpr int gzip_alone = 16 + MAX_WBITS;

[[noreturn]] void refuse(std::string_view why) {
  throw Error(Code::untrusted,
              fmt::format("a file that is said to be GZIP {}; nothing of it was kept, ask its sender", why));
}

}  // namespace

Gunzip::Gunzip(uint64_t most) : most_(most), plain_(piece, '\0') {
  if (inflateInit2(&stream_, gzip_alone) != Z_OK) throw Error(Code::transient, "no memory to unpack a file");
}

Gunzip::~Gunzip() { inflateEnd(&stream_); }

void Gunzip::add(std::string_view compressed, const Take& take) {
  if (compressed.empty()) return;
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream_.avail_in = static_cast<uInt>(compressed.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(plain_.data());
    stream_.avail_out = static_cast<uInt>(plain_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw Error(Code::transient, "no memory to unpack a file");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) refuse("is none, or was changed");
    const size_t made = plain_.size() - stream_.avail_out;
    made_ += made;
    if (made_ > most_)
      refuse(fmt::format("unpacks to more than {} MiB, out of all proportion to what came", most_ >> 20));
    take(std::string_view(plain_).substr(0, made));
    if (result == Z_STREAM_END) {
      ended_ = true;
      if (stream_.avail_in > 0) refuse("goes on behind its end");
      return;
    }
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
}

void Gunzip::finish() const {
  if (!ended_) refuse("was cut off");
}

}  // namespace tilts::pull
