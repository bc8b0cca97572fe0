#include "gateway/exchange/connection_pool.h"

#include <utility>

#include "gateway/base/error.h"

namespace tilts::exchange {

ConnectionPool::Lease::Lease(ConnectionPool& pool, const std::stop_token& stop) : pool_(pool) {
  std::unique_lock lock(pool_.mutex_);
  if (!pool_.freed_.wait(lock, stop, [this] { return pool_.free_ > 0; }))
    throw Error(Code::transient, "stopped while waiting for a free connection");
  if (pool_.idle_.empty()) {
    connection_ = std::make_unique<Connection>(pool_.settings_);
  } else {
    connection_ = std::move(pool_.idle_.back());  // the one used last: the others may grow old and go
    pool_.idle_.pop_back();
  }
  --pool_.free_;
}

ConnectionPool::Lease::~Lease() {
  const std::lock_guard lock(pool_.mutex_);
  pool_.idle_.push_back(std::move(connection_));
  ++pool_.free_;
  pool_.freed_.notify_one();
}

void ConnectionPool::follow(const Generation& generation) {
  std::vector<std::unique_ptr<Connection>> old;  // closed outside the lock
  const std::lock_guard lock(mutex_);
  if (std::exchange(generation_, generation.number) != generation.number) old.swap(idle_);
}

}  // namespace tilts::exchange
