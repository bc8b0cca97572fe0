#include "gateway/store/runs.h"

#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/vault.h"

namespace tilts::store {
namespace {

constexpr Sql kStart =
    "INSERT INTO run (id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts)"
    " VALUES ($1, $2, $3, $4, 0, $5, '', '', '', 0, '')";
constexpr Sql kEnter = "UPDATE run SET adapter = $1 WHERE id = $2";
constexpr Sql kCount = "UPDATE run SET counts = $1 WHERE id = $2";
constexpr Sql kEnd =
    "UPDATE run SET ended = $1, state = $2, code = $3, sentence = $4, counts = $5, adapter = '' WHERE id = "
    "$6";
constexpr Sql kSilent =
    "UPDATE run SET ended = $1, sentence = $2, silent = 1,"
    " state = CASE WHEN state = 'previewing' THEN 'preview' ELSE 'interrupted' END WHERE id = $3";
constexpr Sql kLooked = "UPDATE run SET looked = $1 WHERE id = $2";
constexpr Sql kInterrupt = "UPDATE run SET ended = $1, state = $2, sentence = $3 WHERE id = $4";
constexpr Sql kFind =
    "SELECT id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts FROM run "
    "WHERE id = $1";
constexpr Sql kList =
    "SELECT id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts FROM run"
    " ORDER BY started DESC, id LIMIT $1";
constexpr Sql kListJob =
    "SELECT id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts FROM run"
    " WHERE job = $1 ORDER BY started DESC, id LIMIT $2";
constexpr Sql kLast =
    "SELECT id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts FROM run"
    " WHERE job = $1 AND state NOT IN ('previewing', 'preview') ORDER BY started DESC, id LIMIT 1";
constexpr Sql kLastGoodStart =
    "SELECT COALESCE(MAX(started), 0) FROM run WHERE job = $1 AND state IN ('done', 'held back')";
constexpr Sql kLastGoodEnd =
    "SELECT COALESCE(MAX(ended), 0) FROM run WHERE job = $1 AND state IN ('done', 'held back')";
constexpr Sql kRunning =
    "SELECT id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts FROM run"
    " WHERE state IN ('running', 'previewing') ORDER BY started, id";
constexpr Sql kSilentInARow =
    "SELECT COUNT(*) FROM run WHERE job = $1 AND silent = 1 AND state <> 'preview' AND started >"
    " (SELECT COALESCE(MAX(started), -1) FROM run WHERE job = $2 AND silent = 0"
    " AND state NOT IN ('running', 'previewing', 'preview'))";

constexpr std::string_view kStates[] = {"running",     "done",     "held back",  "waiting", "failed",
                                        "interrupted", "replaced", "previewing", "preview", "answer later"};

struct CountName {
  std::string_view name;
  int64_t Run::Counts::*number;
};
constexpr CountName kCounts[] = {
    {"asked", &Run::Counts::asked},         {"received", &Run::Counts::received},
    {"added", &Run::Counts::added},         {"changed", &Run::Counts::changed},
    {"removed", &Run::Counts::removed},     {"deaths", &Run::Counts::deaths},
    {"moved", &Run::Counts::moved},         {"codes-changed", &Run::Counts::codes_changed},
    {"held", &Run::Counts::held},           {"findings", &Run::Counts::findings},
    {"delivered", &Run::Counts::delivered}, {"pages", &Run::Counts::pages},
};

// "asked=22500 received=22498", without the zeros.
std::string to_text(const Run::Counts& counts) {
  std::string text;
  for (const CountName& count : kCounts)
    if (counts.*count.number != 0)
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", count.name, counts.*count.number);
  return text;
}

Run::Counts counts_of(std::string_view text) {
  Run::Counts counts;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    for (const CountName& count : kCounts)
      if (count.name == word.substr(0, equals))
        std::from_chars(word.data() + equals + 1, word.data() + word.size(), counts.*count.number);
  }
  return counts;
}

using Row = std::tuple<std::string, std::string, Time, Time, Time, std::string, std::string, std::string,
                       std::string, int64_t, std::string>;

RunState state_of(std::string_view text) {
  for (size_t i = 0; i < std::size(kStates); ++i)
    if (kStates[i] == text) return static_cast<RunState>(i);
  throw Error(Code::bug, "store: a run is in no known state");
}

// A stamp of 0 is none.
std::optional<Time> stamp(Time time) { return time == Time{} ? std::nullopt : std::optional(time); }

template <typename... Arguments>
std::vector<Run> runs(Session& session, const Sql& sql, const Arguments&... arguments) {
  std::vector<Run> runs;
  for (auto& [id, job, occurrence, started, ended, state, code, sentence, adapter, silent, counts] :
       session.rows<std::string, std::string, Time, Time, Time, std::string, std::string, std::string,
                    std::string, int64_t, std::string>(sql, arguments...))
    runs.push_back({std::move(id), std::move(job), stamp(occurrence), started, stamp(ended), state_of(state),
                    std::move(code), std::move(sentence), std::move(adapter), silent != 0,
                    counts_of(counts)});
  return runs;
}

std::optional<Run> first(std::vector<Run> runs) {
  if (runs.empty()) return std::nullopt;
  return std::move(runs.front());
}

}  // namespace

std::string_view name(RunState state) { return kStates[static_cast<size_t>(state)]; }

bool under_way(RunState state) { return state == RunState::running || state == RunState::previewing; }

Run Runs::start(Transaction& transaction, std::string_view job, std::optional<Time> occurrence, Time now,
                bool preview) const {
  Run run;
  run.id = hex(random_bytes(4));
  run.job = job;
  run.occurrence = occurrence;
  run.started = now;
  if (preview) run.state = RunState::previewing;
  transaction.run(kStart, run.id, job, occurrence.value_or(Time{}), now, name(run.state));
  return run;
}

void Runs::enter(Transaction& transaction, std::string_view run, std::string_view adapter) const {
  transaction.run(kEnter, adapter, run);
}

void Runs::count(Transaction& transaction, std::string_view run, const Run::Counts& counts) const {
  transaction.run(kCount, to_text(counts), run);
}

void Runs::end(Transaction& transaction, std::string_view run, RunState state, std::string_view code,
               std::string_view sentence, const Run::Counts& counts, Time now) const {
  transaction.run(kEnd, now, name(state), code, sentence, to_text(counts), run);
}

void Runs::mark_silent(Transaction& transaction, std::string_view run, std::string_view sentence,
                       Time now) const {
  transaction.run(kSilent, now, sentence, run);
}

void Runs::looked(Transaction& transaction, std::string_view run, Time now) const {
  transaction.run(kLooked, now, run);
}

std::optional<Run> Runs::find(Session& session, std::string_view run) const {
  return first(runs(session, kFind, run));
}

std::optional<Run> Runs::last(Session& session, std::string_view job) const {
  return first(runs(session, kLast, job));
}

Time Runs::last_good_start(Session& session, std::string_view job) const {
  return session.value<Time>({}, kLastGoodStart, job);
}

Time Runs::last_good_end(Session& session, std::string_view job) const {
  return session.value<Time>({}, kLastGoodEnd, job);
}

std::vector<Run> Runs::list(Session& session, std::string_view job, size_t limit) const {
  return job.empty() ? runs(session, kList, limit) : runs(session, kListJob, job, limit);
}

int64_t Runs::silent_in_a_row(Session& session, std::string_view job) const {
  return session.value<int64_t>(0, kSilentInARow, job, job);
}

std::vector<Run> Runs::interrupt(Transaction& transaction, Time now) const {
  std::vector<Run> cut = runs(transaction, kRunning);
  for (Run& run : cut) {
    run.ended = now;
    const bool preview = run.state == RunState::previewing;
    run.state = preview ? RunState::preview : RunState::interrupted;
    run.sentence =
        preview
            ? fmt::format("job {}: the process ended in the middle of the preview; start it again", run.job)
        : run.adapter.empty() ? fmt::format(
                                    "job {}: the process ended in the middle of the run; the next run "
                                    "carries on, nothing was half delivered",
                                    run.job)
                              : fmt::format(
                                    "job {}: the process ended while adapter {} was at work; the next run "
                                    "carries on; when nobody ended it and it comes again, report it to the "
                                    "adapter's author",
                                    run.job, run.adapter);
    transaction.run(kInterrupt, now, name(run.state), run.sentence, run.id);
  }
  return cut;
}

}  // namespace tilts::store
