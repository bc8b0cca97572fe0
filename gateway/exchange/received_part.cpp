#include "gateway/exchange/received_part.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::exchange {
namespace {

constexpr size_t piece = size_t{64} << 10;

}  // namespace

PartFile::PartFile(const std::string& folder)
    : descriptor_(folder.empty() ? memfd_create("part", MFD_CLOEXEC)
                                 : open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0)
    throw Error(Code::config, fmt::format("no file for what arrives beside a message can be made in {}: {}",
                                          folder.empty() ? "memory" : folder, std::strerror(errno)));
}

PartFile::~PartFile() { close(descriptor_); }

void PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      throw Error(Code::transient,
                  fmt::format("what arrives beside the message cannot be written: {}; nothing was taken",
                              std::strerror(errno)));
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += static_cast<uint64_t>(written);
  }
}

void PartFile::read(uint64_t begin, uint64_t size, const std::function<void(std::string_view)>& take) const {
  std::array<char, piece> buffer;
  for (const uint64_t end = begin + size; begin < end;) {
    const size_t wanted = std::min<uint64_t>(buffer.size(), end - begin);
    const ssize_t got = pread(descriptor_, buffer.data(), wanted, static_cast<off_t>(begin));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Error(Code::transient, "what arrived beside the message cannot be read again");
    take({buffer.data(), static_cast<size_t>(got)});
    begin += static_cast<uint64_t>(got);
  }
}

}  // namespace tilts::exchange
