// Work that is done some time after it was taken on, by a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace tilts::simulator {

class Later {
 public:
  using Work = std::function<void()>;  // throws nothing

  Later();
  ~Later();  // what has not come due by then is never done
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

  void after(std::chrono::milliseconds time, Work work);
  std::size_t waiting() const;  // with what is being done just now

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, Work> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tilts::simulator
