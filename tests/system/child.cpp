#include "tests/system/child.h"

#include <csignal>
#include <thread>

#include <sys/wait.h>

namespace tilts::system_test {

int end_of(pid_t child, std::chrono::microseconds kill_after) {
  const auto deadline = std::chrono::steady_clock::now() + kill_after;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace tilts::system_test
