// Tells when any of a few files was written, replaced or got other rights (size, time of change, inode). Not
// thread-safe: its owner locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tilts::exchange {

class FileWatch {
 public:
  FileWatch(std::vector<std::string> files, std::chrono::milliseconds look_every);

  // Since the last look, or since construction. Looks at most once in `look_every`; a file that is not there
  // is a state like any other, an empty name is none.
  bool changed();

 private:
  struct Stamp {
    int64_t size = -1, seconds = 0, nanoseconds = 0;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::vector<Stamp> look() const;

  const std::vector<std::string> files_;
  const std::chrono::milliseconds look_every_;
  std::vector<Stamp> stamps_;
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace tilts::exchange
