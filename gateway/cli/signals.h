// SIGINT and SIGTERM become a stop request: what runs finishes its page and ends. Make one before any other
// thread, so that every thread inherits the mask.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace tilts::cli {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t before_{};
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace tilts::cli
