#include "gateway/store/audit.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "gateway/store/audit_row.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kChain = "SELECT id, started FROM audit_chain WHERE node = $1 AND start = $2";
constexpr Sql kNextChain = "SELECT COALESCE(MAX(id), 0) + 1 FROM audit_chain";
constexpr Sql kAddChain = "INSERT INTO audit_chain (id, node, start, started) VALUES ($1, $2, $3, $4)";
constexpr Sql kHead = "SELECT position, link FROM audit WHERE chain = $1 ORDER BY position DESC LIMIT 1";
constexpr Sql kAdd =
    "INSERT INTO audit (chain, position, at, asked_chain, asked_position, salt, content, digest, link)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr Sql kAddSubject = "INSERT INTO audit_subject (chain, position, subject) VALUES ($1, $2, $3)";

constexpr Sql kLooks =
    "SELECT a.at, a.content, COALESCE(b.content, $1) FROM audit_subject s"
    " JOIN audit a ON a.chain = s.chain AND a.position = s.position"
    " LEFT JOIN audit b ON b.asked_chain = s.chain AND b.asked_position = s.position"
    " WHERE s.subject = $2 AND a.content IS NOT NULL ORDER BY a.at, a.chain, a.position";
constexpr Sql kHeads =
    "SELECT a.chain, a.position, a.link FROM audit_chain c JOIN audit a ON a.chain = c.id"
    " AND a.position = (SELECT MAX(position) FROM audit WHERE chain = c.id) ORDER BY a.chain";

constexpr Sql kPurgeSubjects =
    "DELETE FROM audit_subject WHERE (chain, position) IN"
    " (SELECT chain, position FROM audit WHERE at < $1 AND content IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM evidence e JOIN submission s ON s.id = e.run"
    " WHERE s.erased = 0 AND e.asked_chain = CASE WHEN audit.asked_chain = 0 THEN audit.chain ELSE "
    "audit.asked_chain END"
    " AND e.asked_position = CASE WHEN audit.asked_chain = 0 THEN audit.position ELSE audit.asked_position "
    "END))";
constexpr Sql kPurgeable =
    "SELECT COUNT(*) FROM audit WHERE at < $1 AND content IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM evidence e JOIN submission s ON s.id = e.run"
    " WHERE e.asked_chain = CASE WHEN audit.asked_chain = 0 THEN audit.chain ELSE audit.asked_chain END"
    " AND e.asked_position = CASE WHEN audit.asked_chain = 0 THEN audit.position ELSE audit.asked_position "
    "END)";
constexpr Sql kPurge =
    "UPDATE audit SET salt = NULL, content = NULL WHERE at < $1 AND content IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM evidence e JOIN submission s ON s.id = e.run"
    " WHERE e.asked_chain = CASE WHEN audit.asked_chain = 0 THEN audit.chain ELSE audit.asked_chain END"
    " AND e.asked_position = CASE WHEN audit.asked_chain = 0 THEN audit.position ELSE audit.asked_position "
    "END)";

constexpr size_t kSalt = 16;

}  // namespace

Audit::Audit(const Vault& vault, const Subjects& subjects, std::string node)
    : vault_(vault), subjects_(subjects), node_(std::move(node)), start_(hex(random_bytes(8))) {}

// Heads are read anew in every transaction: one that was rolled back leaves nothing behind in memory.
ChainHead Audit::head(Transaction& transaction, Time now) const {
  ChainHead head;
  if (const auto known = transaction.row<int64_t, Time>(kChain, node_, start_)) {
    head.chain = std::get<0>(*known);
    if (auto last = transaction.row<int64_t, Blob>(kHead, head.chain)) {
      head.position = std::get<0>(*last);
      head.link = std::move(std::get<1>(*last).bytes);
      return head;
    }
    head.link = first_link(node_, start_, std::get<1>(*known));
    return head;
  }
  head.chain = transaction.value<int64_t>(1, kNextChain);
  transaction.run(kAddChain, head.chain, node_, start_, now);
  head.link = first_link(node_, start_, now);
  return head;
}

void Audit::append(Transaction& transaction, ChainHead& head, AuditRow row) const {
  row.chain = head.chain;
  row.position = head.position + 1;
  row.salt = random_bytes(kSalt);
  row.digest = digest_of(row);
  row.link = link_of(head.link, row);
  transaction.run(kAdd, row.chain, row.position, row.at, row.asked.chain, row.asked.position, Blob{row.salt},
                  Blob{row.content}, Blob{row.digest}, Blob{row.link});
  head.position = row.position;
  head.link = row.link;
}

std::vector<LookupId> Audit::asked(Transaction& transaction, const std::vector<Asked>& lookups,
                                   Time now) const {
  std::vector<LookupId> ids;
  ChainHead last = head(transaction, now);
  for (const Asked& lookup : lookups) {
    std::vector<std::string> subjects;
    for (const std::string& code : lookup.codes) subjects.push_back(subjects_.keyed_hash(code));
    std::ranges::sort(subjects);
    subjects.erase(std::ranges::unique(subjects).begin(), subjects.end());
    SubjectsDigest digest;
    for (const std::string& subject : subjects) digest.add(subject);

    AuditRow row;
    row.at = now;
    row.content = pack(lookup.actor, lookup.legal_basis, lookup.registry, lookup.operation, lookup.run,
                       digest.finish());
    append(transaction, last, std::move(row));
    for (const std::string& subject : subjects)
      transaction.run(kAddSubject, last.chain, last.position, Blob{subject});
    ids.push_back({last.chain, last.position});
  }
  return ids;
}

void Audit::answered(Transaction& transaction, const std::vector<Answered>& answers, Time now) const {
  ChainHead last = head(transaction, now);
  for (const Answered& answer : answers) {
    AuditRow row;
    row.at = now;
    row.asked = answer.asked;
    row.content =
        pack(answer.outcome, fmt::format("{}", fmt::join(answer.message_ids, " ")), answer.evidence);
    append(transaction, last, std::move(row));
  }
}

std::vector<Look> Audit::subject(Session& session, std::string_view code) const {
  std::vector<std::string> codes{std::string(code)};
  if (const auto known = subjects_.find(session, code)) codes = subjects_.codes(session, *known);
  std::vector<Look> looks;
  for (const std::string& each : codes) {
    for (const auto& [at, asked, answered] :
         session.rows<Time, Blob, Blob>(kLooks, Blob{pack("", "", "")}, Blob{subjects_.keyed_hash(each)})) {
      Unpacker question(asked.bytes);
      Look look;
      look.asked = at;
      for (std::string* text : {&look.actor, &look.legal_basis, &look.registry, &look.operation, &look.run})
        *text = question.text();
      Unpacker answer(answered.bytes);
      look.outcome = answer.text();
      look.message_ids = answer.text();
      looks.push_back(std::move(look));
    }
  }
  std::ranges::stable_sort(looks, {}, &Look::asked);
  return looks;
}

std::vector<ChainHead> Audit::heads(Session& session) const {
  std::vector<ChainHead> heads;
  for (auto& [chain, position, link] : session.rows<int64_t, int64_t, Blob>(kHeads))
    heads.push_back({chain, position, std::move(link.bytes)});
  return heads;
}

int64_t Audit::purgeable(Session& session, Time before) const {
  return session.value<int64_t>(0, kPurgeable, before);
}

int64_t Audit::purge(Transaction& transaction, Time before) const {
  transaction.run(kPurgeSubjects, before);
  return static_cast<int64_t>(transaction.run(kPurge, before));
}

}  // namespace tilts::store
