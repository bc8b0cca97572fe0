// What is erased when, and what is kept back all the same: what somebody holds, what is not settled, and what
// went wrong and nobody has looked at since. Looked at is a submission that a person was shown or decided
// about, and a run of which a person took out a message.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/audit.h"
#include "gateway/store/evidence.h"
#include "gateway/store/submissions.h"

namespace tilts::store {

// Keeps a submission, all revisions of its case, and their exchanges, until it is released.
struct Hold {
  std::string submission;
  int64_t number = 0;
  Time since;
  Time released;  // none: it stands
  std::string user, because;
  std::string released_by, released_because;
};

class Holds {
 public:
  explicit Holds(const Vault& vault) : vault_(vault) {}

  // False: one stands already.
  bool put(Transaction& transaction, std::string_view submission, std::string_view user,
           std::string_view because, Time now) const;
  // False: none stands.
  bool release(Transaction& transaction, std::string_view submission, std::string_view user,
               std::string_view because, Time now) const;
  std::vector<Hold> standing(Session& session) const;
  std::vector<Hold> of(Session& session, std::string_view submission) const;

 private:
  const Vault& vault_;
};

enum class Keeping { due, held, not_settled, not_looked_at };

struct RetentionReport {
  struct Line {
    std::string id;  // of a submission; or of the run or submission whose proofs they are
    int64_t count = 1;
    Keeping keeping = Keeping::due;
    std::string message_id{};  // of proofs: the newest of them
  };
  std::vector<Line> submissions;
  std::vector<Line> proofs;
  int64_t audit_rows = 0;
  bool scrubbed =
      true;  // false: the log of the database still has what was overwritten; the next run empties it
};

class Retention {
 public:
  Retention(const Submissions& submissions, const Evidence& evidence, const Audit& audit,
            const Subjects& subjects, std::optional<std::chrono::days> kept)
      : submissions_(submissions), evidence_(evidence), audit_(audit), subjects_(subjects), kept_(kept) {}

  // Everything past its day, and what becomes of it.
  RetentionReport look(Session& session, Time audit_before, Time now) const;

  // Each judges anew, in its own transaction, and writes who erased into the audit with it.
  // All revisions of that submission's case, when every one of them is due; those that were erased.
  std::vector<std::string> erase(Transaction& transaction, std::string_view submission, std::string_view who,
                                 Time now) const;
  // What of that run or submission is past its day; how many.
  int64_t erase_proofs(Transaction& transaction, std::string_view run, std::string_view who, Time now) const;
  int64_t empty_audit(Transaction& transaction, Time before, std::string_view who, Time now) const;

 private:
  struct Facts;
  static std::vector<Facts> facts(Session& session, const Sql& sql, const auto&... arguments);
  bool past(const Facts& facts, Time now) const;
  Keeping of_case(const std::vector<Facts>& revisions) const;
  static Keeping of_proofs(Session& session, std::string_view run);
  void record(Transaction& transaction, const Asked& asked, const std::string& outcome, Time now) const;

  const Submissions& submissions_;
  const Evidence& evidence_;
  const Audit& audit_;
  const Subjects& subjects_;
  const std::optional<std::chrono::days> kept_;  // settled submissions; none: for ever
};

}  // namespace tilts::store
