#include <iterator>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/runs.h"

namespace tilts::store {
namespace {

constexpr Sql kPlan =
    "INSERT INTO occurrence (job, planned, state, reason, run, changed) VALUES ($1, $2, 'planned', '', '', "
    "$3)"
    " ON CONFLICT (job, planned) DO NOTHING";
constexpr Sql kSettle =
    "UPDATE occurrence SET state = $1, reason = $2, run = $3, changed = $4 WHERE job = $5 AND planned = $6";
constexpr Sql kLast =
    "SELECT planned, state, reason, run, changed FROM occurrence WHERE job = $1 ORDER BY planned DESC LIMIT "
    "1";
constexpr Sql kOpen =
    "SELECT planned, state, reason, run, changed FROM occurrence"
    " WHERE job = $1 AND state IN ('planned', 'running') ORDER BY planned";
constexpr Sql kList =
    "SELECT planned, state, reason, run, changed FROM occurrence"
    " WHERE job = $1 AND planned >= $2 AND planned <= $3 ORDER BY planned";

constexpr std::string_view kStates[] = {"planned", "running", "done", "failed", "skipped", "caught up"};

OccurrenceState state_of(std::string_view text) {
  for (size_t i = 0; i < std::size(kStates); ++i)
    if (kStates[i] == text) return static_cast<OccurrenceState>(i);
  throw Error(Code::bug, "store: an occurrence is in no known state");
}

template <typename... Arguments>
std::vector<Occurrence> occurrences(Session& session, std::string_view job, const Sql& sql,
                                    const Arguments&... arguments) {
  std::vector<Occurrence> list;
  for (auto& [planned, state, reason, run, changed] :
       session.rows<Time, std::string, std::string, std::string, Time>(sql, job, arguments...))
    list.push_back({std::string(job), planned, state_of(state), std::move(reason), std::move(run), changed});
  return list;
}

}  // namespace

std::string_view name(OccurrenceState state) { return kStates[static_cast<size_t>(state)]; }

bool Occurrences::plan(Transaction& transaction, std::string_view job, Time planned, Time now) const {
  return transaction.run(kPlan, job, planned, now) == 1;
}

void Occurrences::settle(Transaction& transaction, std::string_view job, Time planned, OccurrenceState state,
                         std::string_view reason, std::string_view run, Time now) const {
  if (transaction.run(kSettle, name(state), reason, run, now, job, planned) != 1)
    throw Error(Code::bug, fmt::format("store: job {} has no occurrence at {}", job, to_text(planned)));
}

std::optional<Occurrence> Occurrences::last(Session& session, std::string_view job) const {
  auto list = occurrences(session, job, kLast);
  if (list.empty()) return std::nullopt;
  return std::move(list.front());
}

std::vector<Occurrence> Occurrences::open(Session& session, std::string_view job) const {
  return occurrences(session, job, kOpen);
}

std::vector<Occurrence> Occurrences::list(Session& session, std::string_view job, Time from, Time to) const {
  return occurrences(session, job, kList, from, to);
}

}  // namespace tilts::store
