// One process writes a SQLite store. The kernel lets go of the lock with the process, however it ends.
#pragma once

#include <filesystem>

namespace tilts::store {

class LockFile {
 public:
  // Throws Error(config) naming the process that holds it.
  explicit LockFile(const std::filesystem::path& file);
  ~LockFile();
  // Whether some process has it; the lock is not kept. True, too, when this user may not look.
  static bool held(const std::filesystem::path& file);
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  int descriptor_;
};

}  // namespace tilts::store
