#include "gateway/store/lock_file.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::store {
namespace {

// Whoever only looks, as held() does, has the lock for less than this.
bool taken(int descriptor) {
  for (int tries = 0; tries < 5; ++tries) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& file)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0)
    throw Error(Code::config, fmt::format("store: {}: {}; the folder must exist and be writable by this user",
                                          file.string(), std::strerror(errno)));
  if (!taken(descriptor_)) {
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

bool LockFile::held(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno != ENOENT;
  const bool free = flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  close(descriptor);  // and with it the lock
  return !free;
}

}  // namespace tilts::store
