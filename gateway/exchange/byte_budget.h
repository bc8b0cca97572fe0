// How many bytes all exchanges of the process may hold in flight: it keeps many large answers from being
// parsed at once (a tree of 4 MB takes some 60 MB).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

namespace tilts::exchange {

class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes) : free_(bytes), all_(bytes) {}

  // Bytes taken until it goes. Something larger than the whole budget is let through alone.
  class Lease {
   public:
    // Waits until the bytes are free; Error(transient) when stopped.
    Lease(ByteBudget& budget, size_t bytes, std::stop_token stop);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

   private:
    ByteBudget& budget_;
    size_t bytes_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable_any freed_;
  size_t free_;
  const size_t all_;
};

}  // namespace tilts::exchange
