#include "gateway/store/rosters.h"

namespace tilts::store {
namespace {

constexpr Sql kPut =
    "INSERT INTO roster (job, client, subject, open, joined, left_on, seen) VALUES ($1, $2, $3, $4, $5, 0, "
    "$6)"
    " ON CONFLICT (job, client, subject) DO UPDATE SET open = excluded.open, seen = excluded.seen";
// The same client number for another person: the one put last counts.
constexpr Sql kUnsee = "UPDATE roster SET seen = '' WHERE job = $1 AND client = $2 AND subject <> $3";
constexpr Sql kJoined =
    "SELECT COUNT(*) FROM roster WHERE job = $1 AND seen = $2 AND (left_on <> 0 OR (left_on = 0 AND joined = "
    "$3))";
constexpr Sql kRejoin =
    "UPDATE roster SET left_on = 0, joined = $1 WHERE job = $2 AND seen = $3 AND left_on <> 0";
constexpr Sql kLeave = "UPDATE roster SET left_on = $1 WHERE job = $2 AND seen <> $3 AND left_on = 0";
constexpr Sql kSize = "SELECT COUNT(*) FROM roster WHERE job = $1 AND left_on = 0";
constexpr Sql kPage =
    "SELECT r.client, r.subject, r.open, r.joined, c.hash, c.code FROM roster r"
    " JOIN subject_code c ON c.subject = r.subject AND c.in_use = 1"
    " WHERE r.job = $1 AND r.left_on = 0 AND r.client > $2 ORDER BY r.client LIMIT $3";
constexpr Sql kHas = "SELECT COUNT(*) FROM roster WHERE job = $1 AND subject = $2 AND left_on = 0";

constexpr Sql kGone = "SELECT DISTINCT subject FROM roster WHERE job = $1 AND left_on <> 0 AND left_on < $2";
constexpr Sql kPurge = "DELETE FROM roster WHERE job = $1 AND left_on <> 0 AND left_on < $2";
// The run that "put" what no roster named.
constexpr const char* told = "told";
constexpr Sql kPurgeable =
    "SELECT r.client, r.subject FROM roster r WHERE r.job = $1 AND r.seen = $2 AND NOT EXISTS"
    " (SELECT 1 FROM record d WHERE d.subject = r.subject AND d.registry = $3"
    " AND (d.present = 1 OR d.received >= $4))"
    " AND NOT EXISTS (SELECT 1 FROM delivered_mapping m JOIN delivered d ON d.target = m.target"
    " AND d.client = r.client)";
constexpr Sql kRemove = "DELETE FROM roster WHERE job = $1 AND client = $2 AND subject = $3";
// Of a person who stays known, for the sake of a submission.
constexpr Sql kNoRecords =
    "DELETE FROM record WHERE subject = $1 AND NOT EXISTS (SELECT 1 FROM roster WHERE roster.subject = "
    "record.subject)";

// 128 bits: no two of them meet.
constexpr size_t client_digits = 32;

}  // namespace

void Rosters::put(Transaction& transaction, std::string_view job, std::string_view run,
                  const std::vector<RosterEntry>& entries, Time now) const {
  for (const RosterEntry& entry : entries) {
    const SubjectId subject = subjects_.ensure(transaction, entry.code, now);
    transaction.run(kPut, job, entry.client, subject, entry.open ? 1 : 0, now, run);
    transaction.run(kUnsee, job, entry.client, subject);
  }
}

RosterChange Rosters::complete(Transaction& transaction, std::string_view job, std::string_view run,
                               Time now) const {
  RosterChange change;
  change.joined = transaction.value<int64_t>(0, kJoined, job, run, now);
  transaction.run(kRejoin, now, job, run);
  change.left = static_cast<int64_t>(transaction.run(kLeave, now, job, run));
  change.members = size(transaction, job);
  return change;
}

std::vector<RosterMember> Rosters::page(Session& session, std::string_view job, std::string_view after,
                                        size_t limit) const {
  std::vector<RosterMember> members;
  for (auto& [client, subject, open, joined, hash, code] :
       session.rows<std::string, int64_t, int64_t, Time, Blob, Blob>(kPage, job, after, limit))
    members.push_back({subject, client, subjects_.open_code(hash.bytes, code.bytes), open != 0, joined});
  return members;
}

int64_t Rosters::size(Session& session, std::string_view job) const {
  return session.value<int64_t>(0, kSize, job);
}

bool Rosters::has(Session& session, std::string_view job, std::string_view code) const {
  const auto subject = subjects_.find(session, code);
  return subject && session.value<int64_t>(0, kHas, job, *subject) > 0;
}

int64_t Rosters::purge(Transaction& transaction, std::string_view job, Time before) const {
  const auto gone = transaction.rows<int64_t>(kGone, job, before);
  transaction.run(kPurge, job, before);
  int64_t forgotten = 0;
  for (const auto& [subject] : gone) forgotten += forget(transaction, subject);
  return forgotten;
}

int64_t Rosters::forget(Transaction& transaction, SubjectId subject) const {
  transaction.run(kNoRecords, subject);
  return subjects_.forget(transaction, subject);
}

void Rosters::tell(Transaction& transaction, std::string_view job, std::string_view key, Time now) const {
  if (has(transaction, job, key)) return;
  const std::string client = hex(subjects_.keyed_hash(key)).substr(0, client_digits);
  put(transaction, job, told, {{client, std::string(key), true}}, now);
}

void Rosters::complete_told(Transaction& transaction, std::string_view job, Time now) const {
  complete(transaction, job, told, now);
}

int64_t Rosters::purge_told(Transaction& transaction, std::string_view job, std::string_view registry,
                            Time before) const {
  int64_t forgotten = 0;
  for (const auto& [client, subject] :
       transaction.rows<std::string, int64_t>(kPurgeable, job, told, registry, before)) {
    transaction.run(kRemove, job, client, subject);
    forgotten += forget(transaction, subject);
  }
  return forgotten;
}

}  // namespace tilts::store
