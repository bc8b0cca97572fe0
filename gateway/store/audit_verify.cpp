#include "gateway/store/audit_verify.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/store/audit_row.h"
#include "gateway/store/evidence.h"

namespace tilts::store {
namespace {

constexpr Sql kChains = "SELECT id, node, start, started FROM audit_chain ORDER BY id";
constexpr Sql kStrays =
    "SELECT DISTINCT chain FROM audit WHERE NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.id = "
    "audit.chain)";
constexpr Sql kRows =
    "SELECT position, at, asked_chain, asked_position, salt, content, digest, link FROM audit"
    " WHERE chain = $1 AND position > $2 ORDER BY position LIMIT $3";
constexpr Sql kSubjects =
    "SELECT position, subject FROM audit_subject WHERE chain = $1 AND position > $2 AND position <= $3"
    " ORDER BY position, subject";
// In one statement: a look-up may be written while the walk is at its end.
constexpr Sql kSubjectsAfter =
    "SELECT COUNT(*) FROM audit_subject s WHERE s.chain = $1 AND s.position > $2 AND NOT EXISTS"
    " (SELECT 1 FROM audit a WHERE a.chain = s.chain AND a.position = s.position)";
constexpr Sql kEvidence =
    "SELECT id, digest, content, expires, commitment FROM evidence WHERE id > $1 ORDER BY id LIMIT $2";
constexpr Sql kOfErased =
    "SELECT COUNT(*) FROM evidence e JOIN submission s ON s.id = e.run"
    " WHERE e.asked_chain = $1 AND e.asked_position = $2 AND s.erased <> 0";
constexpr Sql kHasEvidence = "SELECT COUNT(*) FROM evidence WHERE digest = $1";

constexpr size_t kPage = 500;
constexpr size_t kProofs = 50;  // some megabytes in memory
constexpr size_t kDefects = 100;
constexpr size_t kDigest = 32;

class Walk {
 public:
  Walk(const Database& database, const AuditCheckpoints::Reading& signed_heads, Time now, Time purged_before)
      : database_(database), signed_(signed_heads.heads), now_(now), purged_before_(purged_before) {
    report_.checkpoints = signed_heads.lines;
    for (const std::string& sentence : signed_heads.defects) defect(sentence);
  }

  AuditReport run() {
    const auto chains = database_.read(
        [](Session& session) { return session.rows<int64_t, std::string, std::string, Time>(kChains); });
    for (const auto& [id, node, start, started] : chains) {
      missing_chains(id);
      chain(id, first_link(node, start, started));
      ++report_.chains;
    }
    missing_chains(INT64_MAX);
    for (const auto& [id] : database_.read([](Session& session) { return session.rows<int64_t>(kStrays); }))
      defect(fmt::format("chain {}: its rows are there, its beginning was removed", id));
    evidence();
    return std::move(report_);
  }

 private:
  struct Page {
    std::vector<AuditRow> rows;
    std::vector<std::tuple<int64_t, Blob>> subjects;
  };

  Page page(int64_t chain, int64_t after) const {
    return database_.read([&](Session& session) {
      Page page;
      for (auto& [position, at, asked_chain, asked_position, salt, content, digest, link] :
           session.rows<int64_t, Time, int64_t, int64_t, Blob, Blob, Blob, Blob>(kRows, chain, after, kPage))
        page.rows.push_back({chain,
                             position,
                             at,
                             {asked_chain, asked_position},
                             std::move(salt.bytes),
                             std::move(content.bytes),
                             std::move(digest.bytes),
                             std::move(link.bytes)});
      if (!page.rows.empty())
        page.subjects = session.rows<int64_t, Blob>(kSubjects, chain, after, page.rows.back().position);
      return page;
    });
  }

  void chain(int64_t id, std::string link) {
    int64_t position = 0;
    for (;;) {
      const Page page = this->page(id, position);
      if (page.rows.empty()) break;
      auto subject = page.subjects.begin();
      for (const AuditRow& row : page.rows) {
        // Where a row is missing, the link cannot be judged: the gap is the sentence.
        std::string next_link = row.link;
        if (row.position != position + 1)
          defect(fmt::format("chain {}: rows {} to {} were removed", id, position + 1, row.position - 1));
        else if (link_of(link, row) != row.link)
          next_link = misplaced(page.rows, link, row);
        content(row);
        subjects(row, page.subjects, subject);
        compare(row);
        link = std::move(next_link);
        position = row.position;
        ++report_.rows;
      }
    }
    if (database_.read([&](Session& s) { return s.value<int64_t>(0, kSubjectsAfter, id, position); }) > 0)
      defect(fmt::format("chain {}: people of look-ups after row {} are there, the rows were removed", id,
                         position));
    if (next_ < signed_.size() && signed_[next_].chain == id) {
      const int64_t last = last_signed(id);
      defect(fmt::format("chain {}: it ends at row {}, a signed checkpoint has row {}: its end was removed",
                         id, position, last));
    }
  }

  // When the row that belongs here stands elsewhere the two were exchanged; otherwise this one was changed.
  // Returns the link that the walk goes on from.
  std::string misplaced(const std::vector<AuditRow>& near, std::string_view previous, const AuditRow& row) {
    if (report_.defects.size() < kDefects)
      for (const AuditRow& other : near) {
        AuditRow back = other;
        back.position = row.position;
        if (other.position == row.position || link_of(previous, back) != other.link) continue;
        defect(fmt::format("chain {}: row {} stands as row {}: rows were put in another order", row.chain,
                           row.position, other.position));
        return other.link;
      }
    defect(fmt::format("chain {}: row {} or its time was changed after it was written", row.chain,
                       row.position));
    return row.link;
  }

  void content(const AuditRow& row) {
    if (row.content.empty() && row.salt.empty()) {
      ++report_.purged;
      if (row.at >= purged_before_)
        defect(fmt::format("chain {}: the content of row {} was removed before its time", row.chain,
                           row.position));
      return;
    }
    if (digest_of(row) != row.digest) {
      defect(fmt::format("chain {}: the content of row {} was changed", row.chain, row.position));
      return;
    }
    if (row.asked.chain == 0) return;
    Unpacker answer(row.content);
    answer.next();
    answer.next();
    // One digest an attempt.
    for (std::string_view proofs = answer.next(); !proofs.empty();
         proofs.remove_prefix(std::min(proofs.size(), kDigest)))
      if (database_.read([&](Session& session) {
            return session.value<int64_t>(0, kHasEvidence, Blob{std::string(proofs.substr(0, kDigest))});
          }) == 0)
        defect(fmt::format("chain {}: the evidence of row {} was removed", row.chain, row.position));
  }

  // The people of an asked row are in a table of their own; its content holds the digest over them.
  void subjects(const AuditRow& row, const std::vector<std::tuple<int64_t, Blob>>& all,
                std::vector<std::tuple<int64_t, Blob>>::const_iterator& next) {
    bool stray = false;
    for (; next != all.end() && std::get<0>(*next) < row.position; ++next) stray = true;
    int64_t count = 0;
    for (; next != all.end() && std::get<0>(*next) == row.position; ++next, ++count)
      digest_.add(std::get<1>(*next).bytes);
    report_.subjects += count;
    const std::string digest = digest_.finish();
    if (stray || (row.asked.chain != 0 && count > 0) || (row.content.empty() && count > 0))
      defect(fmt::format("chain {}: people were added at row {}", row.chain, row.position));
    else if (row.asked.chain == 0 && !row.content.empty() && !row.content.ends_with(digest) &&
             !(count == 0 && forgotten(row)))
      defect(fmt::format("chain {}: the people of row {} were changed: {} are there", row.chain, row.position,
                         count));
  }

  // Of an erased submission's exchange the row stays, and whom it was about goes in its time.
  bool forgotten(const AuditRow& row) const {
    return row.at < purged_before_ && database_.read([&](Session& session) {
      return session.value<int64_t>(0, kOfErased, row.chain, row.position);
    }) > 0;
  }

  void compare(const AuditRow& row) {
    for (; next_ < signed_.size() && signed_[next_].chain == row.chain &&
           signed_[next_].position <= row.position;
         ++next_)
      if (signed_[next_].position == row.position && signed_[next_].link != row.link)
        defect(fmt::format("chain {}: row {} is not the one that was signed: the chain was written anew",
                           row.chain, row.position));
  }

  // Signed heads of chains before `until` that the store does not have.
  void missing_chains(int64_t until) {
    while (next_ < signed_.size() && signed_[next_].chain < until) {
      const int64_t chain = signed_[next_].chain;
      if (chain != walked_)
        defect(fmt::format("chain {}: it was signed up to row {}, the whole of it was removed", chain,
                           last_signed(chain)));
      while (next_ < signed_.size() && signed_[next_].chain == chain) ++next_;
    }
    walked_ = until;
  }

  int64_t last_signed(int64_t chain) const {
    int64_t last = 0;
    for (size_t i = next_; i < signed_.size() && signed_[i].chain == chain; ++i) last = signed_[i].position;
    return last;
  }

  void evidence() {
    std::string after;
    for (;;) {
      const auto proofs = database_.read([&](Session& session) {
        return session.rows<std::string, Blob, Blob, Time, Blob>(kEvidence, after, kProofs);
      });
      if (proofs.empty()) return;
      for (const auto& [id, digest, content, expires, commitment] : proofs) {
        if (content.bytes.empty()) {
          if (expires > now_) defect(fmt::format("evidence {}: it was removed before its time", id));
          continue;
        }
        ++report_.evidence;
        std::string made = sha256(content.bytes);
        if (!commitment.bytes.empty()) made = evidence_digest(commitment.bytes, made);
        if (made != digest.bytes) defect(fmt::format("evidence {}: it was changed", id));
      }
      after = std::get<0>(proofs.back());
    }
  }

  void defect(std::string sentence) {
    if (report_.defects.size() < kDefects) report_.defects.push_back(std::move(sentence));
    ++report_.defects_found;
  }

  const Database& database_;
  const std::vector<ChainHead>& signed_;
  const Time now_;
  const Time purged_before_;
  AuditReport report_;
  SubjectsDigest digest_;
  size_t next_ = 0;     // the next signed head
  int64_t walked_ = 0;  // the chain walked last
};

}  // namespace

AuditReport verify_audit(const Database& database, const AuditCheckpoints& checkpoints, Time now,
                         Time purged_before) {
  const AuditCheckpoints::Reading signed_heads = checkpoints.read();
  return Walk(database, signed_heads, now, purged_before).run();
}

}  // namespace tilts::store
