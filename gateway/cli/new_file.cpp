#include "gateway/cli/new_file.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gateway/cli/command.h"

namespace tilts::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  if (error == EEXIST)
    throw WrongWords(
        fmt::format("{} is there already and is never overwritten; name another", file.string()));
  throw WrongWords(
      fmt::format("{} cannot be written: {}", file.string(), std::generic_category().message(error)));
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

bool write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(number) == 0;
}

}  // namespace

void demand_no_file(const std::filesystem::path& file) {
  if (::faccessat(AT_FDCWD, file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) fail(file, EEXIST);
}

void write_new_file(const std::filesystem::path& file, std::string_view bytes) {
  const std::filesystem::path folder = folder_of(file);
  std::string part = (folder / ("." + file.filename().string() + ".XXXXXX")).string();
  const int number = ::mkostemp(part.data(), O_CLOEXEC);  // mode 0600
  if (number < 0) fail(file, errno);
  // link() never takes a name that is in use.
  const bool written = write_all(number, bytes) && ::link(part.c_str(), file.c_str()) == 0;
  const int error = errno;
  ::close(number);
  ::unlink(part.c_str());
  if (!written) fail(file, error);
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) fail(file, errno);
  const bool durable = ::fsync(opened) == 0;
  const int sync_error = errno;
  ::close(opened);
  if (!durable) fail(file, sync_error);
}

}  // namespace tilts::cli
