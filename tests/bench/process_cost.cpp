#include "tests/bench/process_cost.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <string>

#include <sys/resource.h>
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

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
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

Ended run_program(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("bench: no pipe");
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("bench: no child process");
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  close(ends[1]);
  Ended ended;
  char some[4096];
  for (ssize_t got = 0; (got = read(ends[0], some, sizeof some)) > 0;)
    ended.output.append(some, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  ended.peak_bytes = static_cast<size_t>(usage.ru_maxrss) << 10;
  return ended;
}

}  // namespace tilts::bench
