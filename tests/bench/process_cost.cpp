#include "tests/bench/process_cost.h"

#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <string>

#include <sys/wait.h>

namespace tilts::bench {
namespace {

// "VmHWM:     1234 kB" of /proc/self/status, in bytes.
size_t status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (word == name + ":") {
      size_t kilobytes = 0;
      file >> kilobytes;
      return kilobytes << 10;
    }
  throw std::runtime_error("bench: /proc/self/status has no " + name);
}

}  // namespace

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

MemoryGrowth::MemoryGrowth() {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew: proc(5)
  before_ = status("VmRSS");
}

size_t MemoryGrowth::peak_bytes() const {
  const size_t peak = status("VmHWM");
  return peak > before_ ? peak - before_ : 0;
}

void in_a_child(const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("bench: no child process");
  if (child == 0) {
    int code = 0;
    try {
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      code = 1;
    }
    std::fflush(nullptr);
    _exit(code);
  }
  int ended = 0;
  waitpid(child, &ended, 0);
  if (ended != 0) throw std::runtime_error("bench: the child failed");
}

}  // namespace tilts::bench
