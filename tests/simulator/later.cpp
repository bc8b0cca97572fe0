#include "tests/simulator/later.h"

namespace tilts::simulator {

Later::Later() : thread_([this] { run(); }) {}

Later::~Later() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Later::after(std::chrono::milliseconds time, Work work) {
  {
    const std::lock_guard lock(mutex_);
    due_.emplace(std::chrono::steady_clock::now() + time, std::move(work));
  }
  changed_.notify_one();
}

std::size_t Later::waiting() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

void Later::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = due_.begin();
    if (first->first > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, std::chrono::steady_clock::time_point(first->first));
      continue;
    }
    // Taken out only once it is done, so that waiting() says zero when nothing is to come.
    lock.unlock();
    first->second();
    lock.lock();
    due_.erase(first);
  }
}

}  // namespace tilts::simulator
