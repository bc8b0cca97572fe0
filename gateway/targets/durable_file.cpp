#include "gateway/targets/durable_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"

namespace tilts::targets {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::reset() {
  if (number_ >= 0) ::close(release());
}

Folder::Folder(std::filesystem::path path, std::string owner)
    : path_(std::move(path)),
      owner_(std::move(owner)),
      descriptor_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_.number() < 0) fail("", errno);
}

void Folder::fail(std::string_view file, int error) const {
  const std::string place =
      fmt::format("{}: {}", owner_, file.empty() ? path_.string() : (path_ / file).string());
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(
          Code::transient,
          place + ": no space is left for it; nothing was delivered, free some space and run the job again");
    case ENOENT:
    case ENOTDIR:
    case ESTALE:
      throw Error(
          Code::transient,
          place + ": the folder is not there; nothing was delivered, make or mount it and run the job again");
    case EACCES:
    case EPERM:
    case EROFS:
      throw Error(Code::config,
                  fmt::format("{}: {}; nothing was delivered, let the gateway's user write there", place,
                              std::generic_category().message(error)));
    default:
      throw Error(Code::transient,
                  fmt::format("{}: {}; nothing was delivered, mend the disk and run the job again", place,
                              std::generic_category().message(error)));
  }
}

std::vector<std::string> Folder::files() const {
  // fdopendir takes the descriptor over, and shares its position: it needs one of its own.
  Descriptor own(::openat(number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (own.number() < 0) fail("", errno);
  const Handle<DIR, ::closedir> stream(::fdopendir(own.number()));
  if (stream == nullptr) fail("", errno);
  own.release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  return names;
}

bool Folder::has(const std::string& file) const {
  if (::faccessat(number(), file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) fail(file, errno);
  return false;
}

void Folder::remove(const std::string& file) const {
  if (::unlinkat(number(), file.c_str(), 0) != 0 && errno != ENOENT) fail(file, errno);
}

void Folder::sync() const {
  if (::fsync(number()) != 0) fail("", errno);
}

std::string DurableFile::temporary_name(std::string_view name) { return fmt::format(".{}.part", name); }

DurableFile::DurableFile(const Folder& folder, std::string name) : folder_(folder), name_(std::move(name)) {
  const std::string temporary = temporary_name(name_);
  folder_.remove(temporary);  // an earlier process died in the middle of the same delivery
  descriptor_ = Descriptor(::openat(folder_.number(), temporary.c_str(),
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (descriptor_.number() < 0 || ::fchmod(descriptor_.number(), 0640) != 0) folder_.fail(name_, errno);
}

DurableFile::~DurableFile() {
  if (descriptor_.number() >= 0) ::unlinkat(folder_.number(), temporary_name(name_).c_str(), 0);
}

void DurableFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_.number(), bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<size_t>(written));
    else if (errno != EINTR)
      folder_.fail(name_, errno);
  }
}

void DurableFile::commit() {
  if (::fsync(descriptor_.number()) != 0) folder_.fail(name_, errno);
  if (::renameat(folder_.number(), temporary_name(name_).c_str(), folder_.number(), name_.c_str()) != 0)
    folder_.fail(name_, errno);
  descriptor_.reset();
  folder_.sync();
}

}  // namespace tilts::targets
