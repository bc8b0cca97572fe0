#include "gateway/push/plain_file.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tilts::push {
namespace {

std::optional<std::string> stamp(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return fmt::format("{} {}.{:09}", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace

std::optional<std::string> stamp_of(const targets::Folder& folder, const std::string& name) {
  struct stat status {};
  if (fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return stamp(status);
}

Reading read_plain_file(const targets::Folder& folder, const std::string& name, size_t most,
                        std::string& bytes) {
  // Without O_NONBLOCK a pipe of that name would keep us for ever.
  const targets::Descriptor file(
      openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.number() < 0) {
    if (errno == ENOENT || errno == ELOOP) return Reading::missing;
    folder.fail(name, errno);
  }
  struct stat before {
  }, after{};
  if (fstat(file.number(), &before) != 0) folder.fail(name, errno);
  if (!S_ISREG(before.st_mode)) return Reading::missing;
  if (static_cast<size_t>(before.st_size) > most) return Reading::too_large;
  bytes.resize(static_cast<size_t>(before.st_size));
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count = read(file.number(), bytes.data() + got, bytes.size() - got);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) folder.fail(name, errno);
    if (count == 0) return Reading::changing;
    got += static_cast<size_t>(count);
  }
  if (fstat(file.number(), &after) != 0) folder.fail(name, errno);
  return stamp(before) == stamp(after) ? Reading::read : Reading::changing;
}

}  // namespace tilts::push
