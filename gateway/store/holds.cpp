#include "gateway/store/pack.h"
#include "gateway/store/retention.h"
#include "gateway/store/submission_seal.h"

namespace tilts::store {
namespace {

constexpr Sql kNext = "SELECT COALESCE(MAX(number), 0) + 1 FROM retention_hold WHERE submission = $1";
constexpr Sql kPut =
    "INSERT INTO retention_hold (submission, number, since, released, content) VALUES ($1, $2, $3, 0, $4)";
constexpr Sql kRelease =
    "UPDATE retention_hold SET released = $1, content = $2 WHERE submission = $3 AND number = $4";
constexpr Sql kStanding =
    "SELECT submission, number, since, released, content FROM retention_hold WHERE released = 0"
    " ORDER BY since, submission";
constexpr Sql kOf =
    "SELECT submission, number, since, released, content FROM retention_hold WHERE submission = $1"
    " ORDER BY number";

// Why somebody holds something may name people: it goes with the submission.
Blob sealed(const SubmissionSeal& seal, const Hold& hold) {
  return seal.seal(SubmissionSeal::hold, hold.number,
                   pack(hold.user, hold.because, hold.released_by, hold.released_because));
}

template <typename... Arguments>
std::vector<Hold> holds(Session& session, const Vault& vault, const Sql& sql, const Arguments&... arguments) {
  std::vector<Hold> all;
  for (auto& [submission, number, since, released, bytes] :
       session.rows<std::string, int64_t, Time, Time, Blob>(sql, arguments...)) {
    const std::string content =
        SubmissionSeal::of(session, vault, submission).open(SubmissionSeal::hold, number, bytes.bytes);
    Unpacker packed(content);
    Hold& hold = all.emplace_back();
    hold.submission = std::move(submission);
    hold.number = number;
    hold.since = since;
    hold.released = released;
    for (std::string* text : {&hold.user, &hold.because, &hold.released_by, &hold.released_because})
      *text = packed.text();
  }
  return all;
}

}  // namespace

bool Holds::put(Transaction& transaction, std::string_view submission, std::string_view user,
                std::string_view because, Time now) const {
  for (const Hold& hold : of(transaction, submission))
    if (hold.released == Time{}) return false;
  Hold hold;
  hold.number = transaction.value<int64_t>(1, kNext, submission);
  hold.user = user;
  hold.because = because;
  transaction.run(kPut, submission, hold.number, now,
                  sealed(SubmissionSeal::of(transaction, vault_, submission), hold));
  return true;
}

bool Holds::release(Transaction& transaction, std::string_view submission, std::string_view user,
                    std::string_view because, Time now) const {
  for (Hold& hold : of(transaction, submission)) {
    if (hold.released != Time{}) continue;
    hold.released_by = user;
    hold.released_because = because;
    transaction.run(kRelease, now, sealed(SubmissionSeal::of(transaction, vault_, submission), hold),
                    submission, hold.number);
    return true;
  }
  return false;
}

std::vector<Hold> Holds::standing(Session& session) const { return holds(session, vault_, kStanding); }

std::vector<Hold> Holds::of(Session& session, std::string_view submission) const {
  return holds(session, vault_, kOf, submission);
}

}  // namespace tilts::store
