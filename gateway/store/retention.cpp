#include "gateway/store/retention.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tilts::store {
namespace {

constexpr Sql kAll =
    "SELECT id, registry, case_hash, subject, state, changed, looked,"
    " (SELECT COUNT(*) FROM submission_event e WHERE e.submission = s.id AND e.state = 'received'),"
    " (SELECT COALESCE(MAX(at), 0) FROM submission_event e WHERE e.submission = s.id),"
    " (SELECT COUNT(*) FROM retention_hold h WHERE h.submission = s.id AND h.released = 0)"
    " FROM submission s WHERE erased = 0 ORDER BY created, id";
constexpr Sql kCase =
    "SELECT id, registry, case_hash, subject, state, changed, looked,"
    " (SELECT COUNT(*) FROM submission_event e WHERE e.submission = s.id AND e.state = 'received'),"
    " (SELECT COALESCE(MAX(at), 0) FROM submission_event e WHERE e.submission = s.id),"
    " (SELECT COUNT(*) FROM retention_hold h WHERE h.submission = s.id AND h.released = 0)"
    " FROM submission s WHERE erased = 0 AND case_hash ="
    " (SELECT c.case_hash FROM submission c WHERE c.id = $1) ORDER BY created, id";
constexpr Sql kRun = "SELECT code, silent, ended, looked FROM run WHERE id = $1";

}  // namespace

// What one submission says about its keeping.
struct Retention::Facts {
  std::string id;
  std::string registry;
  std::string of_case;
  SubjectId subject = 0;
  SubmissionState state = SubmissionState::prepared;
  Time changed;
  Time looked;
  bool contradicted = false;  // it was received, and something came after that
  Time last;                  // when the last thing happened to it
  bool held = false;

  bool settled() const { return state == SubmissionState::received || state == SubmissionState::declined; }
  bool to_look_at() const { return (state == SubmissionState::declined || contradicted) && looked < last; }
};

std::vector<Retention::Facts> Retention::facts(Session& session, const Sql& sql, const auto&... arguments) {
  std::vector<Facts> all;
  for (auto& [id, registry, of_case, subject, state, changed, looked, received, last, holds] :
       session.rows<std::string, std::string, Blob, int64_t, std::string, Time, Time, int64_t, Time, int64_t>(
           sql, arguments...))
    all.push_back({std::move(id), std::move(registry), std::move(of_case.bytes), subject,
                   submission_state(state), changed, looked, received > 1, last, holds > 0});
  return all;
}

bool Retention::past(const Facts& facts, Time now) const { return kept_ && facts.changed + *kept_ < now; }

// A case is kept or goes as a whole: a correction says nothing without what it corrects.
Keeping Retention::of_case(const std::vector<Facts>& revisions) const {
  if (std::ranges::any_of(revisions, &Facts::held)) return Keeping::held;
  if (!std::ranges::all_of(revisions, &Facts::settled)) return Keeping::not_settled;
  if (std::ranges::any_of(revisions, &Facts::to_look_at)) return Keeping::not_looked_at;
  return Keeping::due;
}

Keeping Retention::of_proofs(Session& session, std::string_view run) {
  const std::vector<Facts> revisions = facts(session, kCase, run);
  const auto own = std::ranges::find(revisions, run, &Facts::id);
  if (own != revisions.end()) {
    if (std::ranges::any_of(revisions, &Facts::held)) return Keeping::held;
    if (!own->settled()) return Keeping::not_settled;
    return own->to_look_at() ? Keeping::not_looked_at : Keeping::due;
  }
  const auto row = session.row<std::string, int64_t, Time, Time>(kRun, run);
  if (!row) return Keeping::due;
  const auto& [code, silent, ended, looked] = *row;
  // Silent: the watchdog ended the process, which is a defect that nobody was left to write down.
  const bool went_wrong = code == name(Code::untrusted) || code == name(Code::bug) || silent != 0;
  return went_wrong && looked < ended ? Keeping::not_looked_at : Keeping::due;
}

RetentionReport Retention::look(Session& session, Time audit_before, Time now) const {
  RetentionReport report;
  std::map<std::string, std::vector<Facts>> cases;
  for (Facts& one : facts(session, kAll)) cases[one.of_case].push_back(std::move(one));
  for (const auto& [of_case, revisions] : cases) {
    const Keeping keeping = of_case.empty() ? Keeping::not_settled : this->of_case(revisions);
    const bool all_past = std::ranges::all_of(revisions, [&](const Facts& one) { return past(one, now); });
    if (keeping == Keeping::due && !all_past) continue;
    for (const Facts& one : revisions)
      if (past(one, now)) report.submissions.push_back({.id = one.id, .keeping = keeping});
  }
  for (Evidence::Expired& expired : evidence_.expired(session, now)) {
    const Keeping keeping = of_proofs(session, expired.run);
    report.proofs.push_back({std::move(expired.run), expired.count, keeping, std::move(expired.newest)});
  }
  report.audit_rows = audit_.purgeable(session, audit_before);
  return report;
}

std::vector<std::string> Retention::erase(Transaction& transaction, std::string_view submission,
                                          std::string_view who, Time now) const {
  const std::vector<Facts> revisions = facts(transaction, kCase, submission);
  std::vector<std::string> erased;
  if (of_case(revisions) != Keeping::due ||
      !std::ranges::all_of(revisions, [&](const Facts& one) { return past(one, now); }))
    return erased;
  for (const Facts& one : revisions) {
    record(transaction,
           {std::string(who), "", one.registry, "submission erased", one.id,
            subjects_.codes(transaction, one.subject)},
           "erased", now);
    evidence_.destroy(transaction, one.id);
    submissions_.erase(transaction, one.id, now);
    erased.push_back(one.id);
  }
  return erased;
}

int64_t Retention::erase_proofs(Transaction& transaction, std::string_view run, std::string_view who,
                                Time now) const {
  if (of_proofs(transaction, run) != Keeping::due) return 0;
  const int64_t erased = evidence_.destroy_expired(transaction, run, now);
  if (erased > 0)
    record(transaction, {std::string(who), "", "", "proofs erased", std::string(run), {}},
           fmt::format("{} erased", erased), now);
  return erased;
}

int64_t Retention::empty_audit(Transaction& transaction, Time before, std::string_view who, Time now) const {
  const int64_t emptied = audit_.purge(transaction, before);
  if (emptied > 0)
    record(transaction, {std::string(who), "", "", "audit emptied", "", {}},
           fmt::format("{} rows before {}", emptied, to_text(before)), now);
  return emptied;
}

void Retention::record(Transaction& transaction, const Asked& asked, const std::string& outcome,
                       Time now) const {
  const auto ids = audit_.asked(transaction, {asked}, now);
  audit_.answered(transaction, {{ids.at(0), outcome, {}, ""}}, now);
}

}  // namespace tilts::store
