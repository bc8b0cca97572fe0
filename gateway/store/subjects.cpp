#include "gateway/store/subjects.h"

#include <cstring>

namespace tilts::store {
namespace {

constexpr Sql kFind = "SELECT subject FROM subject_code WHERE hash = $1";
constexpr Sql kFindInUse = "SELECT subject FROM subject_code WHERE hash = $1 AND in_use = 1";
constexpr Sql kFindSubject = "SELECT id FROM subject WHERE id = $1";
constexpr Sql kAdd = "INSERT INTO subject (id) VALUES ($1)";
constexpr Sql kAddCode =
    "INSERT INTO subject_code (hash, subject, code, in_use, since) VALUES ($1, $2, $3, 1, $4)";
constexpr Sql kCodes =
    "SELECT hash, code FROM subject_code WHERE subject = $1 ORDER BY in_use DESC, since DESC, hash";
constexpr Sql kNoneInUse = "UPDATE subject_code SET in_use = 0 WHERE subject = $1";
constexpr Sql kInUse = "UPDATE subject_code SET in_use = 1, since = $1 WHERE hash = $2";

// Two people become one: what the first had goes to the second, whose own records win.
constexpr Sql kMoveCodes = "UPDATE subject_code SET subject = $1 WHERE subject = $2";
constexpr Sql kDropDoubleMembers =
    "DELETE FROM roster WHERE subject = $1 AND EXISTS"
    " (SELECT 1 FROM roster b WHERE b.job = roster.job AND b.client = roster.client AND b.subject = $2)";
constexpr Sql kMoveMembers = "UPDATE roster SET subject = $1 WHERE subject = $2";
constexpr Sql kMoveRecords =
    "UPDATE record SET subject = $1 WHERE subject = $2 AND NOT EXISTS"
    " (SELECT 1 FROM record b WHERE b.subject = $3 AND b.registry = record.registry AND b.type = record.type"
    " AND b.part = record.part)";
constexpr Sql kMoveSubmissions = "UPDATE submission SET subject = $1 WHERE subject = $2";
constexpr Sql kForget = "DELETE FROM subject WHERE id = $1";
constexpr Sql kForgetUnused =
    "DELETE FROM subject WHERE id = $1 AND id <> 0"
    " AND NOT EXISTS (SELECT 1 FROM roster WHERE roster.subject = subject.id)"
    " AND NOT EXISTS (SELECT 1 FROM submission WHERE submission.subject = subject.id)";

std::string place(std::string_view hash) { return "code/" + std::string(hash); }

}  // namespace

std::optional<SubjectId> Subjects::find(Session& session, std::string_view code) const {
  const auto row = session.row<int64_t>(kFind, Blob{keyed_hash(code)});
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

SubjectId Subjects::ensure(Transaction& transaction, std::string_view code, Time now) const {
  if (const auto known = find(transaction, code)) return *known;
  SubjectId subject = 0;
  while (subject == 0 || transaction.row<int64_t>(kFindSubject, subject)) {
    std::memcpy(&subject, random_bytes(sizeof subject).data(), sizeof subject);
    subject &= INT64_MAX;
  }
  const std::string hash = keyed_hash(code);
  transaction.run(kAdd, subject);
  transaction.run(kAddCode, Blob{hash}, subject, Blob{vault_.seal(place(hash), code)}, now);
  return subject;
}

SubjectId Subjects::relink(Transaction& transaction, std::string_view previous, std::string_view current,
                           Time now) const {
  const auto in_use = transaction.row<int64_t>(kFindInUse, Blob{keyed_hash(current)});
  if (in_use && find(transaction, previous) == std::get<0>(*in_use))
    return std::get<0>(*in_use);  // known already
  const auto known = find(transaction, current);
  // A registry that lags behind names a change that another one followed since: both codes are former ones.
  if (known && known == find(transaction, previous) &&
      !transaction.row<int64_t>(kFindInUse, Blob{keyed_hash(previous)}))
    return *known;
  const SubjectId old = ensure(transaction, previous, now);
  const SubjectId subject = known.value_or(old);
  if (!known) {
    const std::string hash = keyed_hash(current);
    transaction.run(kAddCode, Blob{hash}, subject, Blob{vault_.seal(place(hash), current)}, now);
  } else if (subject != old) {
    transaction.run(kMoveCodes, subject, old);
    transaction.run(kDropDoubleMembers, old, subject);
    transaction.run(kMoveMembers, subject, old);
    transaction.run(kMoveRecords, subject, old, subject);
    transaction.run(kMoveSubmissions, subject, old);
    transaction.run(kForget, old);
  }
  transaction.run(kNoneInUse, subject);
  transaction.run(kInUse, now, Blob{keyed_hash(current)});
  return subject;
}

bool Subjects::forget(Transaction& transaction, SubjectId subject) const {
  return transaction.run(kForgetUnused, subject) == 1;
}

std::vector<std::string> Subjects::codes(Session& session, SubjectId subject) const {
  std::vector<std::string> codes;
  for (const auto& [hash, code] : session.rows<Blob, Blob>(kCodes, subject))
    codes.push_back(open_code(hash.bytes, code.bytes));
  return codes;
}

std::string Subjects::open_code(std::string_view hash, std::string_view sealed) const {
  return vault_.open(place(hash), sealed);
}

}  // namespace tilts::store
