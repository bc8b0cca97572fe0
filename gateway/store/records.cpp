#include "gateway/store/records.h"

#include <algorithm>

#include "gateway/base/error.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kFind =
    "SELECT present, digest FROM record WHERE subject = $1 AND registry = $2 AND type = $3 AND part = $4";
constexpr Sql kInUse = "SELECT in_use FROM subject_code WHERE hash = $1";
constexpr Sql kPut =
    "INSERT INTO record (subject, registry, type, part, present, as_of, digest, content, seen, received)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (subject, registry, type, part) DO UPDATE SET present = excluded.present, as_of = "
    "excluded.as_of,"
    " digest = excluded.digest, content = excluded.content, seen = excluded.seen, received = "
    "excluded.received";
constexpr Sql kContent =
    "SELECT content FROM record WHERE subject = $1 AND registry = $2 AND type = $3 AND part = $4";
constexpr Sql kChanged =
    "UPDATE record SET changed = COALESCE((SELECT started FROM run WHERE id = $1), 0)"
    " WHERE subject = $2 AND registry = $3 AND type = $4 AND part = $5";
constexpr Sql kSeen =
    "UPDATE record SET as_of = $1, seen = $2, received = $3"
    " WHERE subject = $4 AND registry = $5 AND type = $6 AND part = $7";
constexpr Sql kGone =
    "UPDATE record SET present = 0, as_of = $1, seen = $2, received = $3"
    " WHERE subject = $4 AND registry = $5 AND type = $6 AND part = $7";

constexpr Sql kPeople =
    "SELECT client, subject, open FROM roster WHERE job = $1 AND left_on = 0 AND client > $2 ORDER BY client "
    "LIMIT $3";
constexpr Sql kCodes =
    "SELECT r.client, c.in_use, c.hash, c.code FROM roster r JOIN subject_code c ON c.subject = r.subject"
    " WHERE r.job = $1 AND r.left_on = 0 AND r.client >= $2 AND r.client <= $3"
    " ORDER BY r.client, c.in_use DESC, c.since DESC, c.hash";
constexpr Sql kRecords =
    "SELECT r.client, d.type, d.part, d.present, d.as_of, d.content, d.seen, d.changed FROM roster r"
    " JOIN record d ON d.subject = r.subject AND d.registry = $1"
    " WHERE r.job = $2 AND r.left_on = 0 AND r.client >= $3 AND r.client <= $4 ORDER BY r.client, d.type, "
    "d.part";

constexpr Sql kOf =
    "SELECT type, part, as_of, content FROM record WHERE subject = $1 AND registry = $2 AND present = 1"
    " ORDER BY type, part";

constexpr Sql kUnseen =
    "UPDATE record SET present = 0 WHERE registry = $1 AND present = 1 AND seen <> $2 AND EXISTS"
    " (SELECT 1 FROM roster r WHERE r.subject = record.subject AND r.job = $3 AND r.left_on = 0)";
constexpr Sql kStanding =
    "SELECT registry, COUNT(*), MAX(received) FROM record WHERE present = 1 GROUP BY registry ORDER BY "
    "registry";

constexpr Sql kCursor = "SELECT value FROM job_cursor WHERE job = $1";
constexpr Sql kPutCursor =
    "INSERT INTO job_cursor (job, value) VALUES ($1, $2) ON CONFLICT (job) DO UPDATE SET value = "
    "excluded.value";

// What tells several records of one person and type apart: "declared" of "11111111111/declared". The code is
// not in it, so that a record keeps its place when the code changes.
std::string_view part_of(std::string_view key) {
  const size_t slash = key.find('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(slash + 1);
}

std::string place(std::string_view registry, std::string_view type, std::string_view part) {
  return pack("record", registry, type, part);
}

std::string packed(const Record& record) {
  std::string bytes = pack(record.key, record.previous_key);
  for (const Field& field : record.fields) bytes += pack(field.name, field.value);
  return bytes;
}

void unpack(Record& record, std::string_view bytes) {
  Unpacker packed(bytes);
  record.key = packed.text();
  record.previous_key = packed.text();
  while (!packed.done()) {
    std::string name = packed.text();
    record.fields.push_back({std::move(name), packed.text()});
  }
}

}  // namespace

Effect Records::put(Transaction& transaction, std::string_view registry, std::string_view run,
                    const Record& record, Time now) const {
  const std::string_view code = subject_of(record.key);
  const std::string_view previous = subject_of(record.previous_key);
  if (!record.present) return put_gone(transaction, registry, run, record, now);

  const SubjectId subject = previous.empty() || previous == code
                                ? subjects_.ensure(transaction, code, now)
                                : subjects_.relink(transaction, previous, code, now);
  const Blob part{vault_.keyed_hash("part", part_of(record.key))};
  const std::string content = packed(record);
  const Blob digest{vault_.keyed_hash("record", content)};
  const auto known = transaction.row<int64_t, Blob>(kFind, subject, registry, record.type, part);
  if (known && std::get<0>(*known) == 1 && std::get<1>(*known) == digest) {
    transaction.run(kSeen, record.as_of, run, now, subject, registry, record.type, part);
    return Effect::same;
  }
  const bool changes = known && std::get<0>(*known) == 1;
  const std::string where = place(registry, record.type, part.bytes);
  // Under another code only the key is new.
  bool other_fields = false;
  if (changes) {
    const auto sealed = transaction.value<Blob>({}, kContent, subject, registry, record.type, part);
    Record before;
    unpack(before, vault_.open(where, sealed.bytes));
    other_fields = before.fields != record.fields;
  }
  transaction.run(kPut, subject, registry, record.type, part, 1, record.as_of, digest,
                  Blob{vault_.seal(where, content)}, run, now);
  if (other_fields) transaction.run(kChanged, run, subject, registry, record.type, part);
  return changes ? Effect::changed : Effect::added;
}

// What is gone keeps its last content: a target may need it to say what was removed.
Effect Records::put_gone(Transaction& transaction, std::string_view registry, std::string_view run,
                         const Record& record, Time now) const {
  const std::string_view code = subject_of(record.key);
  const auto subject = subjects_.find(transaction, code);
  // A registry that no longer knows a former code says nothing about the person.
  if (!subject || transaction.value<int64_t>(0, kInUse, Blob{subjects_.keyed_hash(code)}) != 1)
    return Effect::ignored;
  const Blob part{vault_.keyed_hash("part", part_of(record.key))};
  const auto known = transaction.row<int64_t, Blob>(kFind, *subject, registry, record.type, part);
  if (!known) return Effect::ignored;
  transaction.run(kGone, record.as_of, run, now, *subject, registry, record.type, part);
  return std::get<0>(*known) == 1 ? Effect::gone : Effect::same;
}

std::vector<Record> Records::of(Session& session, std::string_view registry, std::string_view code) const {
  std::vector<Record> records;
  const auto subject = subjects_.find(session, code);
  if (!subject) return records;
  for (auto& [type, part, as_of, sealed] :
       session.rows<std::string, Blob, std::string, Blob>(kOf, *subject, registry)) {
    Record& record = records.emplace_back();
    unpack(record, vault_.open(place(registry, type, part.bytes), sealed.bytes));
    record.type = std::move(type);
    record.as_of = std::move(as_of);
  }
  return records;
}

std::vector<StoredSubject> Records::page(Session& session, std::string_view job, std::string_view registry,
                                         std::string_view after, size_t limit) const {
  std::vector<StoredSubject> people;
  for (auto& [client, subject, open] :
       session.rows<std::string, int64_t, int64_t>(kPeople, job, after, limit)) {
    people.push_back({});
    people.back().subject = subject;
    people.back().client = std::move(client);
    people.back().open = open != 0;
  }
  if (people.empty()) return people;
  const std::string first = people.front().client;
  const std::string last = people.back().client;

  // Both results come in client order, as the people do; who joined in between is on no page of this run.
  auto person = people.begin();
  const auto of = [&people, &person](const std::string& client) {
    while (person != people.end() && person->client < client) ++person;
    return person != people.end() && person->client == client ? &*person : nullptr;
  };
  for (const auto& [client, in_use, hash, sealed] :
       session.rows<std::string, int64_t, Blob, Blob>(kCodes, job, first, last)) {
    StoredSubject* const owner = of(client);
    if (owner == nullptr) continue;
    std::string code = subjects_.open_code(hash.bytes, sealed.bytes);
    if (in_use == 1)
      owner->code = std::move(code);
    else
      owner->former.push_back(std::move(code));
  }
  person = people.begin();
  for (auto& [client, type, part, present, as_of, sealed, seen, changed] :
       session.rows<std::string, std::string, Blob, int64_t, std::string, Blob, std::string, Time>(
           kRecords, registry, job, first, last)) {
    StoredSubject* const owner = of(client);
    if (owner == nullptr) continue;
    StoredRecord stored;
    unpack(stored.record, vault_.open(place(registry, type, part.bytes), sealed.bytes));
    const std::string_view code = subject_of(stored.record.key);
    if (code != owner->code && std::ranges::find(owner->former, code) == owner->former.end())
      throw Error(Code::bug,
                  "store: a record lies with another person than the one it is about; restore the last "
                  "backup and report it");
    stored.record.type = std::move(type);
    stored.record.present = present != 0;
    stored.record.as_of = std::move(as_of);
    stored.seen = std::move(seen);
    stored.changed = changed;
    owner->records.push_back(std::move(stored));
  }
  return people;
}

int64_t Records::mark_unseen_gone(Transaction& transaction, std::string_view job, std::string_view registry,
                                  std::string_view run) const {
  return static_cast<int64_t>(transaction.run(kUnseen, registry, run, job));
}

std::vector<Records::Standing> Records::standing(Session& session) const {
  std::vector<Standing> standing;
  for (auto& [registry, records, received] : session.rows<std::string, int64_t, Time>(kStanding))
    standing.push_back({registry, records, received});
  return standing;
}

std::string Cursors::get(Session& session, std::string_view job) const {
  return session.value<std::string>("", kCursor, job);
}

void Cursors::put(Transaction& transaction, std::string_view job, std::string_view cursor) const {
  transaction.run(kPutCursor, job, cursor);
}

}  // namespace tilts::store
