// At most so many exchanges a second, evenly spaced, by the steady clock. Thread-safe.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>

namespace tilts::exchange {

class RateLimit {
 public:
  explicit RateLimit(double per_second);

  // Waits for the caller's turn; false when stopped first.
  bool wait(const std::stop_token& stop);

 private:
  const std::chrono::steady_clock::duration interval_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_{};
};

// Sleeps; false when stopped first.
bool sleep(std::chrono::steady_clock::duration duration, const std::stop_token& stop);

}  // namespace tilts::exchange
