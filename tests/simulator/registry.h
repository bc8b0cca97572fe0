// What the population registry does with a request it believes: look-ups and changes, behind the hub.
// Thread-safe.
#pragma once

#include <iosfwd>
#include <optional>
#include <shared_mutex>
#include <string>

#include "tests/simulator/benefits.h"
#include "tests/simulator/clock.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/hub.h"
#include "tests/simulator/profile.h"
#include "tests/simulator/residents.h"

namespace tilts::simulator {

class Registry : public Desk {
 public:
  // Throws std::runtime_error when the profile lacks a name that requests are compared with.
  // With `benefits` that registry stands behind the same hub.
  Registry(const Profile& profile, const Clock& clock, Residents residents,
           const std::optional<LookupNames>& benefits);

  std::string_view body_namespace() const override;
  std::vector<std::string_view> operations() const override;
  // A request that cannot be served is answered too: with an IVIS error, an empty result, or 0.
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) override;
  // The right answer with everyone it names passive, or with another transaction.
  std::string forge(std::string content) const override;

  // Passes nights and returns what happened in them.
  std::vector<Event> advance(unsigned nights);
  std::string date() const;
  void set_patience(Patience patience) { hub_.set_patience(patience); }
  // Reads the residents under the lock.
  template <typename Reader>
  auto read(Reader reader) const {
    const std::shared_lock lock(mutex_);
    return reader(residents_);
  }

 private:
  struct Rows;
  Outcome serve(const char* kind, const Rows& rows) const;
  std::vector<DataService> services(const std::optional<LookupNames>& benefits);
  Rows list(const xmlNode* request, bool leave_out_half) const;
  Rows changes(const xmlNode* request, bool leave_out_half) const;

  const Profile& profile_;
  mutable std::shared_mutex mutex_;
  Residents residents_;
  Hub hub_;
};

}  // namespace tilts::simulator
