// What a process costs: its own CPU time and memory, and work done in a child so that neither is another's.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <unistd.h>

namespace tilts::bench {

// CPU time of all threads of this process so far.
double cpu_seconds();

// By how much this process's memory grows at its peak, from the moment this is made. What was touched before
// is not in it; memory that was freed before and is used again is not either: measure in a young process.
class MemoryGrowth {
 public:
  MemoryGrowth();
  size_t peak_bytes() const;

 private:
  size_t before_;
};

// Forks, and waits for the child, which inherits everything; throws when the work threw (its sentence is on
// standard error). Only where no thread runs.
void in_a_child(const std::function<void()>& work);

// The same with a result.
template <typename Result>
Result measured_in_a_child(const std::function<Result()>& work) {
  static_assert(std::is_trivially_copyable_v<Result>);
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("bench: no pipe");
  in_a_child([&] {
    const Result result = work();
    if (write(ends[1], &result, sizeof result) != sizeof result) throw std::runtime_error("bench: pipe");
  });
  Result result{};
  const bool whole = read(ends[0], &result, sizeof result) == sizeof result;
  close(ends[0]);
  close(ends[1]);
  if (!whole) throw std::runtime_error("bench: the child told nothing");
  return result;
}

// A program run to its end.
struct Ended {
  int code = 0;
  double seconds = 0;      // by the wall clock
  double cpu_seconds = 0;  // of all its threads
  size_t peak_bytes = 0;   // of memory; never less than this process has, which forks it
  std::string output;      // both streams
};
Ended run_program(const std::vector<std::string>& words);

}  // namespace tilts::bench
