#include "gateway/exchange/rate_limit.h"

#include <algorithm>
#include <condition_variable>

namespace tilts::exchange {

using Steady = std::chrono::steady_clock;

RateLimit::RateLimit(double per_second)
    : interval_(
          std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(1.0 / per_second))) {}

bool RateLimit::wait(const std::stop_token& stop) {
  Steady::time_point turn;
  {
    const std::lock_guard lock(mutex_);
    turn = std::max(next_, Steady::now());
    next_ = turn + interval_;
  }
  return sleep(turn - Steady::now(), stop);
}

bool sleep(Steady::duration duration, const std::stop_token& stop) {
  if (duration <= Steady::duration::zero()) return !stop.stop_requested();
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, stop, duration, [&stop] { return stop.stop_requested(); });
}

}  // namespace tilts::exchange
