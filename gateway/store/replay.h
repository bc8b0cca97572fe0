// Messages that were taken once (verification policy, section 8), and answers that a registry owes us.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

class Replay {
 public:
  // True the first time. Call it in the transaction that records the result. `until`: the message's Expires
  // plus the longest skew; kept until then also over a restart, for every node.
  bool take(Transaction& transaction, std::string_view signer, std::string_view message_id, Time until) const;
  int64_t purge(Transaction& transaction, Time now) const;
};

// A call that an adapter parked: the host calls resume() later, also months later and after restarts.
struct Parked {
  std::string run;  // that asked; a resume that parks again keeps it
  std::string job;
  std::string adapter;
  std::string operation;
  std::string record;  // sealed in the store
  std::string token;   // the adapter's own; sealed in the store
  Time due;
};

class ParkedCalls {
 public:
  explicit ParkedCalls(const Vault& vault) : vault_(vault) {}

  // Takes the place of an earlier call of the same job, operation and record.
  void put(Transaction& transaction, const Parked& parked) const;
  std::optional<Parked> find(Session& session, std::string_view job, std::string_view operation,
                             std::string_view record = {}) const;
  // The call was resumed and ended.
  void remove(Transaction& transaction, std::string_view job, std::string_view operation,
              std::string_view record = {}) const;

 private:
  const Vault& vault_;
};

}  // namespace tilts::store
