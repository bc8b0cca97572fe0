// Inside exchange: the kept connections of one registry, never more than its concurrency. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "gateway/exchange/transport.h"

namespace tilts::exchange {

class ConnectionPool {
 public:
  ConnectionPool(TransportSettings settings, size_t most) : settings_(std::move(settings)), free_(most) {}

  // A connection for one exchange; it goes back with the lease, and the pool outlives it.
  class Lease {
   public:
    // Waits for a free place; throws Error(transient) when stopped first.
    Lease(ConnectionPool& pool, const std::stop_token& stop);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Connection& operator*() const { return *connection_; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Closes what is idle at once when the generation is a newer one; a busy connection is closed by its next
  // post.
  void follow(const Generation& generation);

 private:
  const TransportSettings settings_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  size_t free_;
  uint64_t generation_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace tilts::exchange
