// Who looked at whom, when and why. Two rows a look-up: asked (durable before the first byte leaves) and
// answered. Rows are hash-chained, one chain a writer (node, start), over salted digests, so that old content
// can be purged and the chain still holds. The heads of the chains go into a signed file outside the store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/subjects.h"

namespace tilts::store {

struct Asked {
  std::string actor;  // the job, or the operating-system user
  std::string legal_basis;
  std::string registry;
  std::string operation;
  std::string run;
  std::vector<std::string> codes;  // personas kodi; kept as keyed hashes only
};

struct LookupId {
  int64_t chain = 0;
  int64_t position = 0;
};

struct Answered {
  LookupId asked;
  std::string outcome;                   // "answered", or the error's word: "declined", "untrusted", …
  std::vector<std::string> message_ids;  // of every attempt, and of the answer
  std::string evidence;                  // what Evidence::put() returned, one after the other; or empty
};

// One line of the answer to "who looked at this person?".
struct Look {
  Time asked;
  std::string actor;
  std::string legal_basis;
  std::string registry;
  std::string operation;
  std::string run;
  std::string outcome;  // empty: no answer was recorded
  std::string message_ids;
};

struct ChainHead {
  int64_t chain = 0;
  int64_t position = 0;
  std::string link;  // 32 bytes
};

struct AuditRow;

class Audit {
 public:
  Audit(const Vault& vault, const Subjects& subjects, std::string node);

  // One commit carries a batch: call it in one write for all look-ups that are about to be sent.
  std::vector<LookupId> asked(Transaction& transaction, const std::vector<Asked>& lookups, Time now) const;
  void answered(Transaction& transaction, const std::vector<Answered>& answers, Time now) const;

  // The look-ups of a person, by any code the person has or had, the oldest first.
  std::vector<Look> subject(Session& session, std::string_view code) const;

  std::vector<ChainHead> heads(Session& session) const;
  // Empties rows older than `before`: salt, content and subjects go, digest and chain stay. Those of a
  // submission's exchanges keep salt and content, which show where its evidence stands, and lose their
  // subjects once it is erased. purgeable(): how many are emptied by that.
  int64_t purgeable(Session& session, Time before) const;
  int64_t purge(Transaction& transaction, Time before) const;

 private:
  ChainHead head(Transaction& transaction, Time now) const;
  void append(Transaction& transaction, ChainHead& head, AuditRow row) const;

  const Vault& vault_;
  const Subjects& subjects_;
  std::string node_;
  std::string start_;  // random: this writer
};

}  // namespace tilts::store
