// An adapter that never calls the host cannot be stopped from inside; somebody must see it from outside.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tilts::host {

// Whether an adapter's own code is running, and since when. Time inside a service is the host's, not the
// adapter's silence. Written by the run's thread, read by any.
class Activity {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit Activity(std::string adapter) : adapter_(std::move(adapter)) {}

  const std::string& adapter() const { return adapter_; }
  // The last moment at which control passed between host and adapter; absent control: the adapter is not
  // running.
  Instant last() const { return Instant(Instant::duration(last_.load(std::memory_order_relaxed))); }
  bool running() const { return running_.load(std::memory_order_acquire); }

  void adapter_runs() { pass(true); }
  void host_runs() { pass(false); }

 private:
  void pass(bool to_adapter) {
    last_.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    running_.store(to_adapter, std::memory_order_release);
  }

  const std::string adapter_;
  std::atomic<Instant::rep> last_{0};
  std::atomic<bool> running_{false};
};

// One thread that watches every adapter given to it. When one has run for `silence` without calling the host,
// `silent(adapter id)` runs once on the watchdog's thread; the daemon's writes the run and ends the process
// with 70 (the adapter's thread cannot be stopped). It must not call watch or forget.
class Watchdog {
 public:
  using Silent = std::function<void(const std::string& adapter)>;

  Watchdog(std::chrono::milliseconds silence, Silent silent);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void watch(const Activity& activity);
  // When it returns, `activity` is not looked at any more.
  void forget(const Activity& activity);

 private:
  struct Watched {
    const Activity* activity;
    Activity::Instant reported;  // the silence already told of
  };

  void run();

  const std::chrono::milliseconds silence_;
  const Silent silent_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watched> watched_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tilts::host
