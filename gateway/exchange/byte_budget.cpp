#include "gateway/exchange/byte_budget.h"

#include <algorithm>

#include "gateway/base/error.h"

namespace tilts::exchange {

ByteBudget::Lease::Lease(ByteBudget& budget, size_t bytes, const std::stop_token& stop)
    : budget_(budget), bytes_(std::min(bytes, budget.all_)) {
  std::unique_lock lock(budget_.mutex_);
  if (!budget_.freed_.wait(lock, stop, [this] { return budget_.free_ >= bytes_; }))
    throw Error(Code::transient, "stopped while waiting for memory");
  budget_.free_ -= bytes_;
}

ByteBudget::Lease::~Lease() {
  const std::lock_guard lock(budget_.mutex_);
  budget_.free_ += bytes_;
  budget_.freed_.notify_all();
}

}  // namespace tilts::exchange
