// What the population registry does with a request it believes: transactions, look-ups, changes. Thread-safe.
#pragma once

#include <iosfwd>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_set>

#include "tests/simulator/clock.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/profile.h"
#include "tests/simulator/residents.h"

namespace tilts::simulator {

class Registry : public Desk {
 public:
  // Throws std::runtime_error when the profile lacks a name that requests are compared with.
  Registry(const Profile& profile, const Clock& clock, Residents residents);

  std::string_view body_namespace() const override;
  std::vector<std::string_view> operations() const override;
  // A request that cannot be served is answered too: with an IVIS error, an empty result, or 0.
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) override;
  // The right answer with everyone it names passive, or with another transaction.
  std::string forge(std::string content) const override;

  // Passes nights and returns what happened in them.
  std::vector<Event> advance(unsigned nights);
  std::string date() const;
  // Reads the residents under the lock.
  template <typename Reader>
  auto read(Reader reader) const {
    const std::shared_lock lock(mutex_);
    return reader(residents_);
  }

 private:
  struct Rows;
  struct Call;
  std::string start_transaction(const xmlNode* payload);
  std::string end_transaction(const xmlNode* payload);
  Outcome submit(const xmlNode* payload, std::size_t bytes, const Twist& twist);
  Call read_call(const xmlNode* payload, std::size_t bytes) const;
  Rows list(const xmlNode* request, bool leave_out_half) const;
  Rows changes(const xmlNode* request, bool leave_out_half) const;
  void demand_transaction(const std::string& id) const;

  const Profile& profile_;
  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  Residents residents_;
  mutable std::mutex transactions_mutex_;
  std::unordered_set<std::string> open_transactions_;
  unsigned long last_transaction_ = 860;
};

}  // namespace tilts::simulator
