// How a submission loses what is personal of it, and how one of before schema 7 gets the key that this takes.
#include "gateway/store/pack.h"
#include "gateway/store/submission_seal.h"
#include "gateway/store/submissions.h"

namespace tilts::store {
namespace {

constexpr SubjectId kNobody = 0;

constexpr Sql kLooked = "UPDATE submission SET looked = $1 WHERE id = $2";

constexpr Sql kDestroyKey = "DELETE FROM submission_key WHERE submission = $1";
constexpr Sql kSubject = "SELECT subject FROM submission WHERE id = $1";
constexpr Sql kErase =
    "UPDATE submission SET content = $1, receipt = '', subject = $2, case_hash = NULL, erased = $3"
    " WHERE id = $4";
constexpr Sql kNoAttachments = "DELETE FROM submission_attachment WHERE submission = $1";
constexpr Sql kNoFindings = "DELETE FROM submission_finding WHERE submission = $1";
constexpr Sql kNoWords = "UPDATE submission_event SET content = $1 WHERE submission = $2";
constexpr Sql kNoHolds = "DELETE FROM retention_hold WHERE submission = $1";
// Its file's name is personal too. Where the file still lies, it is known by its key when it is read again.
constexpr Sql kNoMarks = "DELETE FROM intake_mark WHERE submission = $1";

constexpr Sql kWithoutKey =
    "SELECT id, registry, content FROM submission WHERE case_hash IS NULL AND erased = 0 LIMIT 1";
constexpr Sql kReseal = "UPDATE submission SET content = $1, case_hash = $2 WHERE id = $3";
constexpr Sql kAttachments = "SELECT number, content FROM submission_attachment WHERE submission = $1";
constexpr Sql kFindings = "SELECT number, content FROM submission_finding WHERE submission = $1";
constexpr Sql kEvents = "SELECT number, content FROM submission_event WHERE submission = $1";
constexpr Sql kResealAttachment =
    "UPDATE submission_attachment SET content = $1 WHERE submission = $2 AND number = $3";
constexpr Sql kResealFinding =
    "UPDATE submission_finding SET content = $1 WHERE submission = $2 AND number = $3";
constexpr Sql kResealEvent = "UPDATE submission_event SET content = $1 WHERE submission = $2 AND number = $3";

}  // namespace

void Submissions::looked(Transaction& transaction, std::string_view id, Time now) const {
  transaction.run(kLooked, now, id);
}

void Submissions::erase(Transaction& transaction, std::string_view id, Time now) const {
  const auto subject = transaction.value<int64_t>(kNobody, kSubject, id);
  const Blob nothing{std::string(SubmissionSeal::erased)};
  transaction.run(kDestroyKey, id);
  transaction.run(kErase, nothing, kNobody, now, id);
  transaction.run(kNoAttachments, id);
  transaction.run(kNoFindings, id);
  transaction.run(kNoWords, nothing, id);
  transaction.run(kNoHolds, id);
  transaction.run(kNoMarks, id);
  subjects_.forget(transaction, subject);
}

bool Submissions::give_a_key(Transaction& transaction) const {
  const auto row = transaction.row<std::string, std::string, Blob>(kWithoutKey);
  if (!row) return false;
  const auto& [id, registry, sealed] = *row;
  const SubmissionSeal before = SubmissionSeal::before_keys(vault_, id);
  const SubmissionSeal now = SubmissionSeal::fresh(vault_, id);
  now.keep(transaction);
  const std::string content = before.open(sealed.bytes);
  transaction.run(kReseal, now.seal(content), case_hash(vault_, registry, Unpacker(content).text()), id);
  const auto reseal = [&](const Sql& all, const Sql& one, std::string_view part) {
    for (const auto& [number, bytes] : transaction.rows<int64_t, Blob>(all, id))
      transaction.run(one, now.seal(part, number, before.open(part, number, bytes.bytes)), id, number);
  };
  reseal(kAttachments, kResealAttachment, SubmissionSeal::attachment);
  reseal(kFindings, kResealFinding, SubmissionSeal::finding);
  reseal(kEvents, kResealEvent, SubmissionSeal::event);
  return true;
}

}  // namespace tilts::store
