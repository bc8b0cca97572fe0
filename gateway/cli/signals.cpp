#include "gateway/cli/signals.h"

#include <ctime>

namespace tilts::cli {
namespace {

sigset_t stopping() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = stopping();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  waiter_ = std::jthread([this, set](std::stop_token stop) {
    while (!stop.stop_requested()) {
      constexpr timespec moment{0, 200'000'000};
      if (sigtimedwait(&set, nullptr, &moment) > 0) source_.request_stop();
    }
  });
}

Signals::~Signals() {
  waiter_.request_stop();
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tilts::cli
