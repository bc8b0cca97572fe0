// Stands between the program and the system calls that make something durable, so that a test can die before
// any of them, let one fail, or read in which order they came. Calls are counted in the whole process,
// libraries included.
#pragma once

#include <string>
#include <vector>

namespace tilts::support {

// SIGKILL before the nth call from now on (1 is the next).
void die_before_call(int nth);
// `signal` to the calling thread before the nth step from now on. A step is a call that makes something
// durable or puts something on a wire: those above without pwrite64, for nothing is durable by the pages of a
// database before they are synced, and with send.
void strike_before_step(int nth, int signal, const std::string& from = {});
// The next call of that name ("write", "fsync", "renameat") fails with `error`.
void fail_next(const std::string& name, int error);
// Names of the calls since start_recording().
void start_recording();
std::vector<std::string> stop_recording();

// Runs `work` in a forked child that dies before its nth call. true: it died so; false: it came to its end
// first.
template <typename Work>
bool dies(int nth, const Work& work);

}  // namespace tilts::support

#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

template <typename Work>
bool tilts::support::dies(int nth, const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    die_before_call(nth);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return false;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  std::abort();  // the work failed otherwise
}
