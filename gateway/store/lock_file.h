// One process writes a SQLite store. The kernel lets go of the lock with the process, however it ends.
#pragma once

#include <filesystem>

namespace tilts::store {

class LockFile {
 public:
  // Throws Error(config) naming the process that holds it.
  explicit LockFile(const std::filesystem::path& file);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  int descriptor_;
};

}  // namespace tilts::store
