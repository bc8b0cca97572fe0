// How many bytes all exchanges of the process may work on at once: it keeps many large answers from being
// parsed together (a tree of 4 MB takes some 60 MB). Thread-safe. Who holds a lease waits for no other one.
//
// Counted: a request while it is sent, and sixteen times an answer while it is parsed and verified. Not
// counted: an answer while it arrives and until its turn comes, and what was verified until the adapter has
// read it. Those are bounded by the profiles instead: concurrency times answer-bytes a registry, and twice
// the concurrency of verified answers. To wait for memory in the middle of an answer would let the answer's
// time run out, and make a submission unknown for a reason that is ours.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

namespace tilts::exchange {

class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes) : all_(bytes), free_(bytes) {}

  // Bytes taken until it goes; the budget outlives it.
  class Lease {
   public:
    // Waits until the bytes are free; something larger than the whole budget waits until nothing else is
    // taken. Throws Error(transient) when stopped first.
    Lease(ByteBudget& budget, size_t bytes, const std::stop_token& stop);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

   private:
    ByteBudget& budget_;
    const size_t bytes_;
  };

 private:
  const size_t all_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  size_t free_;
};

}  // namespace tilts::exchange
