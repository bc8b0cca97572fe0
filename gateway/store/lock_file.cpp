#include "gateway/store/lock_file.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::store {

LockFile::LockFile(const std::filesystem::path& file)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0)
    throw Error(Code::config, fmt::format("store: {}: {}; the folder must exist and be writable by this user",
                                          file.string(), std::strerror(errno)));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    char holder[16] = {};
    const bool named = pread(descriptor_, holder, sizeof holder - 1, 0) > 0;
    close(descriptor_);
    throw Error(Code::config,
                fmt::format("store: process {} holds {}; stop it, or let it do the work",
                            named ? std::string(holder, std::strcspn(holder, "\n")) : "of another program",
                            file.string()));
  }
  const std::string process = std::to_string(getpid()) + "\n";
  // The number is for the sentence above only; the lock holds without it.
  if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, process.data(), process.size(), 0) < 0) return;
}

LockFile::~LockFile() { close(descriptor_); }

}  // namespace tilts::store
