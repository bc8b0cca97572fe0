#include "gateway/exchange/file_watch.h"

#include <utility>

#include <sys/stat.h>

namespace tilts::exchange {

FileWatch::FileWatch(std::vector<std::string> files, std::chrono::milliseconds look_every)
    : files_(std::move(files)),
      look_every_(look_every),
      stamps_(look()),
      looked_(std::chrono::steady_clock::now()) {}

bool FileWatch::changed() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < look_every_) return false;
  looked_ = now;
  return std::exchange(stamps_, look()) != stamps_;
}

std::vector<FileWatch::Stamp> FileWatch::look() const {
  std::vector<Stamp> all;
  for (const std::string& file : files_) {
    struct stat status {};
    Stamp& stamp = all.emplace_back();
    if (file.empty() || stat(file.c_str(), &status) != 0) continue;
    stamp = {status.st_size, status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_ino};
  }
  return all;
}

}  // namespace tilts::exchange
