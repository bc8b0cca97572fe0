// Inside exchange: many pieces of work at once on a few threads, taken and given back on the caller's thread
// and in order, with a bounded number held.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace tilts::exchange {

template <typename Task, typename Result>
class OrderedWork {
 public:
  using Work = std::function<Result(size_t, const Task&, const std::stop_token&)>;

  OrderedWork(size_t threads, Work work, std::stop_token stop)
      : work_(std::move(work)), forward_(std::move(stop), [this] { stop_.request_stop(); }) {
    for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
  }

  // Whatever still runs is stopped and waited for.
  ~OrderedWork() {
    stop_.request_stop();
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_came_.notify_all();
  }

  void add(Task task) {
    {
      const std::lock_guard lock(mutex_);
      slots_.emplace_back().task = std::move(task);
    }
    work_came_.notify_one();
  }

  // The oldest result; throws what its work threw.
  Result take() {
    std::unique_lock lock(mutex_);
    oldest_done_.wait(lock, [this] { return slots_.front().state == State::done; });
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    ++first_;
    lock.unlock();
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(*slot.result);
  }

  bool failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  enum class State { waiting, running, done };
  struct Slot {
    State state = State::waiting;
    Task task;
    std::optional<Result> result;
    std::exception_ptr error;
  };

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      auto next = slots_.end();
      work_came_.wait(lock, [&] {
        next = std::ranges::find(slots_, State::waiting, &Slot::state);
        return closed_ || (next != slots_.end() && !failed_);
      });
      if (closed_) return;
      const size_t index = first_ + static_cast<size_t>(next - slots_.begin());
      Slot& slot = *next;  // a deque keeps its place while others come and go at the ends
      slot.state = State::running;
      lock.unlock();
      std::optional<Result> result;
      std::exception_ptr error;
      try {
        result.emplace(work_(index, slot.task, stop_.get_token()));
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      failed_ = failed_ || error != nullptr;
      slot.result = std::move(result);
      slot.error = std::move(error);
      slot.state = State::done;
      if (&slot == &slots_.front()) oldest_done_.notify_one();
    }
  }

  const Work work_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;    // for the threads
  std::condition_variable oldest_done_;  // for the caller
  std::deque<Slot> slots_;
  size_t first_ = 0;     // index of slots_.front()
  bool failed_ = false;  // nothing new is begun; slots after the failed one are never taken
  bool closed_ = false;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> forward_;
  std::vector<std::jthread> threads_;  // last: they end before anything they use
};

template <typename Task, typename Result>
void ordered_work(size_t count, size_t threads, const std::function<Task(size_t)>& task,
                  const typename OrderedWork<Task, Result>::Work& work,
                  const std::function<void(size_t, Result)>& result, const std::stop_token& stop) {
  OrderedWork<Task, Result> pool(std::min(threads, count), work, stop);
  size_t asked = 0;
  for (size_t given = 0; given < count; ++given) {
    while (asked < count && asked - given < 2 * threads && !pool.failed()) pool.add(task(asked++));
    result(given, pool.take());
  }
}

}  // namespace tilts::exchange
