#include "plugins/host/watchdog.h"

#include <algorithm>
#include <utility>

namespace tilts::host {

Watchdog::Watchdog(std::chrono::milliseconds silence, Silent silent)
    : silence_(silence), silent_(std::move(silent)), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::watch(const Activity& activity) {
  const std::lock_guard lock(mutex_);
  watched_.push_back({&activity, {}});
}

void Watchdog::forget(const Activity& activity) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [&](const Watched& one) { return one.activity == &activity; });
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  // often enough that a silence is seen at most a tenth of it late
  const auto pause = std::max<std::chrono::milliseconds>(silence_ / 10, std::chrono::milliseconds{1});
  while (!changed_.wait_for(lock, pause, [&] { return stopping_; })) {
    const auto now = std::chrono::steady_clock::now();
    for (Watched& one : watched_) {
      // running first: it is written last, so that what last() then says is not older
      if (!one.activity->running()) continue;
      const Activity::Instant last = one.activity->last();
      if (now - last < silence_ || one.reported == last) continue;
      one.reported = last;
      silent_(one.activity->adapter());
    }
  }
}

}  // namespace tilts::host
