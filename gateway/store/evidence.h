// What proves an exchange later: request and response as sent and received, compressed, sealed under a key of
// their own. Keys are wrapped and lie in the schema "keys" (SQLite: a file of its own beside the store),
// apart from the normal backup. Retention destroys the key and the bytes; the digest stays in the audit
// chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/audit.h"
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
  SubjectId subject = 0;       // a look-up of one person: the person's key; 0: a key of the exchange
  LookupId asked{};            // its row in the audit
  std::string outcome{};       // "answered", "fault", or the error's word
  bool submits = false;        // false: it asks
  std::string profile{};       // what keep_terms() returned, of the registry's profile
  std::string trust{};         // and of the trust files
  bool of_submission = false;  // `run` is one: that submission's key, whoever it is about
};

struct Proof {
  std::string registry;
  std::string operation;
  std::string run;
  Time at;
  std::string request;
  std::string response;   // empty when none came
  SubjectId subject = 0;  // the one person it is about; 0: it is about several people
  std::string outcome{};
  bool submits = false;
  std::string profile{};
  std::string trust{};
  std::string salt{};  // of the digest; goes with the key
};

// One exchange of a run, whether it can still be read or not.
struct KeptExchange {
  std::string id;       // MessageID of the request
  LookupId asked;       // its row in the audit; the row that answers it names the digest
  std::string digest;   // 32 bytes
  std::string sealed;   // SHA-256 of what is kept
  bool erased = false;  // of the proof, only registry, operation, run and time are left
  Proof proof;
};

// How a digest is made, so that somebody outside can make it again from what was said, and nobody can once
// the salt is gone with the key:
//   SHA-256(SHA-256(salt, what was said), SHA-256 of the sealed bytes)
std::string commitment_of(std::string_view id, const Proof& proof);
std::string evidence_digest(std::string_view commitment, std::string_view sealed);

class Evidence {
 public:
  explicit Evidence(const Vault& vault) : vault_(vault) {}

  // Returns the SHA-256 (32 bytes) of what is kept: Answered::evidence, which chains it.
  std::string put(Transaction& transaction, const Exchanged& exchange) const;
  // Nothing when unknown or destroyed.
  std::optional<Proof> find(Session& session, std::string_view id) const;
  // All attempts of a run, in time order.
  std::vector<KeptExchange> of_run(Session& session, std::string_view run) const;

  // What was believed at the time of an exchange (a profile, certificates, revocation lists): kept once, in
  // clear, for it is about nobody. Returns its SHA-256 in hex.
  std::string keep_terms(Transaction& transaction, std::string_view bytes) const;
  // Nothing when unknown.
  std::optional<std::string> terms(Session& session, std::string_view sha256) const;

  // The runs and submissions of which something is past its `until`, and how much.
  struct Expired {
    std::string run;
    int64_t count = 0;
    std::string newest;  // the MessageID of the last of them
  };
  std::vector<Expired> expired(Session& session, Time now) const;
  // Destroys what of this run or submission is past its `until`; returns how many.
  int64_t destroy_expired(Transaction& transaction, std::string_view run, Time now) const;
  // Destroys all of one submission, whenever it would have been time.
  int64_t destroy(Transaction& transaction, std::string_view submission) const;
  // Destroys all of one person.
  int64_t destroy(Transaction& transaction, SubjectId subject) const;

 private:
  const Vault& vault_;
};

}  // namespace tilts::store
