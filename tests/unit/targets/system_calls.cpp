#include "tests/unit/targets/system_calls.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>

namespace {

std::atomic<int> calls_to_live = 0;  // the store writes on a thread of its own
std::atomic<int> steps_to_strike = 0;
int striking = 0;
std::atomic<bool> steps_count = true;  // false: not before the call `counted_from`
std::string counted_from;
std::string failing;
int failing_with = 0;
bool recording = false;
std::vector<std::string> recorded;

void step(std::string_view name) {
  if (!steps_count) {
    if (name == counted_from) steps_count = true;
    return;
  }
  // To this thread and not to the process: no other one may take it while this one goes on.
  if (steps_to_strike > 0 && --steps_to_strike == 0) raise(striking);
}

// false: the call must fail with errno as set.
bool admit(const char* name) {
  if (calls_to_live > 0 && --calls_to_live == 0) kill(getpid(), SIGKILL);
  if (recording) recorded.emplace_back(name);
  if (failing.empty() || failing != name) return true;
  failing.clear();
  errno = failing_with;
  return false;
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define PASS(name, ...)                                 \
  static const auto next = real<decltype(name)>(#name); \
  return admit(#name) ? next(__VA_ARGS__) : decltype(next(__VA_ARGS__))(-1)
#define STEP(name, ...) \
  step(#name);          \
  PASS(name, __VA_ARGS__)

extern "C" {
#pragma GCC visibility push(default)

ssize_t write(int file, const void* bytes, size_t size) { STEP(write, file, bytes, size); }
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  PASS(pwrite64, file, bytes, size, at);
}
int fsync(int file) { STEP(fsync, file); }
int fdatasync(int file) { STEP(fdatasync, file); }
int renameat(int from, const char* old_name, int to, const char* new_name) noexcept {
  STEP(renameat, from, old_name, to, new_name);
}
int unlinkat(int folder, const char* name, int flags) noexcept { STEP(unlinkat, folder, name, flags); }
ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  static const auto next = real<decltype(send)>("send");
  step("send");
  return next(socket, bytes, size, flags);
}
int unlink(const char* name) noexcept { STEP(unlink, name); }

#pragma GCC visibility pop
}

namespace tilts::support {

void die_before_call(int nth) { calls_to_live = nth; }

void strike_before_step(int nth, int signal, const std::string& from) {
  striking = signal;
  counted_from = from;
  steps_count = from.empty();
  steps_to_strike = nth;
}

void fail_next(const std::string& name, int error) {
  failing = name;
  failing_with = error;
}

void start_recording() {
  recorded.clear();
  recording = true;
}

std::vector<std::string> stop_recording() {
  recording = false;
  return recorded;
}

}  // namespace tilts::support
