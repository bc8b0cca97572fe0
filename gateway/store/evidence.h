// What proves an exchange later: request and response as sent and received, compressed, sealed under a key of
// their own. Keys are wrapped and lie in the schema "keys" (SQLite: a file of its own beside the store),
// apart from the normal backup. Retention destroys the key and the bytes; the digest stays in the audit
// chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/subjects.h"

namespace tilts::store {

struct Exchanged {
  std::string id;  // MessageID of the request
  std::string registry;
  std::string operation;
  std::string run;
  Time at;
  Time until;  // when the key is destroyed
  std::string_view request;
  std::string_view response;
  SubjectId subject =
      0;  // a look-up of one person or a submission: the person's key; 0: a key of the exchange
};

struct Proof {
  std::string registry;
  std::string operation;
  std::string run;
  Time at;
  std::string request;
  std::string response;   // empty when none came
  SubjectId subject = 0;  // whose key it is under; 0: it is about several people
};

class Evidence {
 public:
  explicit Evidence(const Vault& vault) : vault_(vault) {}

  // Returns the SHA-256 (32 bytes) of what is kept: Answered::evidence, which chains it.
  std::string put(Transaction& transaction, const Exchanged& exchange) const;
  // Nothing when unknown or destroyed.
  std::optional<Proof> find(Session& session, std::string_view id) const;
  // Destroys what is past its `until`; returns how many.
  int64_t destroy_expired(Transaction& transaction, Time now) const;
  // Destroys all of one person.
  int64_t destroy(Transaction& transaction, SubjectId subject) const;

 private:
  const Vault& vault_;
};

}  // namespace tilts::store
