#include "gateway/schedule/planner.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;
using store::OccurrenceState;

constexpr minutes grace{5};
constexpr std::array<minutes, 3> pauses{minutes{5}, minutes{15}, minutes{45}};
constexpr std::string_view answer_due = "takes up an answer that came later";
constexpr std::string_view died_once = "the process ended in the middle of it, once";

}  // namespace

Planner::Planner(const std::vector<PlannedJob>& jobs, store::Store& store, Bell& bell, Time now)
    : store_(store), bell_(bell) {
  for (const PlannedJob& job : jobs)
    jobs_.push_back({job.name, job.lane, Timetable(job.schedule), job.operation, {}, {}, {}, {}, {}});
  look(now);
}

std::vector<std::string> Planner::lanes() const {
  std::vector<std::string> lanes;
  for (const Job& job : jobs_)
    if (!std::ranges::count(lanes, job.lane)) lanes.push_back(job.lane);
  return lanes;
}

void Planner::look(Time now) {
  const std::scoped_lock lock(mutex_);
  const bool read_again = std::exchange(stale_, true);  // and again, when an exception leaves this function
  for (Job& job : jobs_) {
    if (read_again) read_ledger(job, now);
    settle_outcome(job, now);
    arrive(job, arrivals(job, now), now);
    wake_for_answer(job, now);
    give_up_after_latest_start(job, now);
    watch_delivery(job, now);
  }
  stale_ = false;
}

// At the start, and after a store that failed in between.
void Planner::read_ledger(Job& job, Time now) {
  job.next.reset();
  job.waiting.reset();
  std::vector<Waiting> due;
  const auto rows = store_.read([&](store::Session& s) { return store_.occurrences().open(s, job.name); });
  for (const store::Occurrence& row : rows) {
    if (job.running && job.running->planned == row.planned) continue;
    if (row.state == OccurrenceState::running) {
      if (row.reason == died_once) {
        settle(job, row.planned, OccurrenceState::failed, "the process ended in the middle of it, twice",
               row.run, now);
        ring(job, "died twice",
             fmt::format("the run planned for {} ended the process twice and is not started again; "
                         "tilts runs says where",
                         job.timetable.local(row.planned)));
      } else {
        due.push_back({row.planned, false, std::string(died_once), 0, {}});
      }
    } else if (row.planned <= now) {
      due.push_back({row.planned, row.reason.empty() && now - row.planned > grace, row.reason, 0, {}});
    } else if (!job.next && job.timetable.plans(row.planned)) {
      job.next = row.planned;
    } else {
      settle(job, row.planned, OccurrenceState::skipped, "the schedule was changed", "", now);
    }
  }
  if (!job.next) {
    // With nothing in the ledger the job is new, or was without a schedule: no past to make good.
    const Time after = due.empty() ? (job.running ? job.running->planned : now) : due.back().planned;
    job.next = job.timetable.next(after);
    if (job.next)
      store_.write([&](store::Transaction& t) {
        if (!store_.occurrences().plan(t, job.name, *job.next, now))
          store_.occurrences().settle(t, job.name, *job.next, OccurrenceState::planned, "", "", now);
      });
  }
  const auto recent = store_.read([&](store::Session& s) {
    return store_.occurrences().list(s, job.name, now - days{2}, now + milliseconds{1});
  });
  // Whatever its state: one that waits for approval is done, and has not delivered. The runs say what has.
  if (!recent.empty())
    if (const auto deadline = job.timetable.deliver_by(recent.back().planned); deadline && now < *deadline)
      job.undelivered = recent.back().planned;
  arrive(job, std::move(due), now);
}

// What became due since the last look, and the next one after it, all in the ledger.
std::vector<Planner::Waiting> Planner::arrivals(Job& job, Time now) {
  std::vector<Waiting> due;
  std::optional<Time> next = job.next;
  for (; next && *next <= now; next = job.timetable.next(*next))
    due.push_back({*next, now - *next > grace, "", 0, {}});
  if (due.empty()) return due;
  store_.write([&](store::Transaction& t) {
    for (const Waiting& one : due) store_.occurrences().plan(t, job.name, one.planned, now);
    if (next) store_.occurrences().plan(t, job.name, *next, now);
  });
  job.next = next;
  return due;
}

void Planner::arrive(Job& job, std::vector<Waiting> due, Time now) {
  if (due.empty()) return;
  if (job.waiting) due.insert(due.begin(), *std::exchange(job.waiting, std::nullopt));
  const Waiting newest = std::move(due.back());
  due.pop_back();

  const std::string stands =
      fmt::format("the run planned for {} stands for it", job.timetable.local(newest.planned));
  // What would only have taken up an answer is not missed: the newest takes it up.
  std::vector<Waiting> missed = due;
  std::erase_if(missed, [](const Waiting& one) { return one.history == answer_due; });
  if (!missed.empty())
    ring(job, "did not start",
         missed.size() == 1
             ? fmt::format("the run planned for {} did not start; {}",
                           job.timetable.local(missed.front().planned), stands)
             : fmt::format("{} runs planned from {} to {} did not start; the newest stands for them",
                           missed.size(), job.timetable.local(missed.front().planned),
                           job.timetable.local(missed.back().planned)));
  if (!due.empty())
    store_.write([&](store::Transaction& t) {
      for (const Waiting& one : due)
        store_.occurrences().settle(t, job.name, one.planned, OccurrenceState::skipped, stands, "", now);
    });
  job.undelivered = newest.planned;
  if (newest.late && job.timetable.missed() == config::Missed::skip) {
    settle(job, newest.planned, OccurrenceState::skipped, "missed: the gateway was not running at its time",
           "", now);
    ring(job, "did not start",
         fmt::format(
             "the run planned for {} did not start: the gateway was not running; tilts run {} starts it "
             "by hand",
             job.timetable.local(newest.planned), job.name));
    return;
  }
  if (newest.late)
    bell_.note(fmt::format("job {}: the run planned for {} is caught up", job.name,
                           job.timetable.local(newest.planned)));
  job.waiting = newest;
}

// Once for each due moment: what the ledger has already had its turn, and the next planned run goes on.
void Planner::wake_for_answer(Job& job, Time now) {
  if (job.operation.empty() || job.waiting || job.running) return;
  const auto call =
      store_.read([&](store::Session& s) { return store_.parked().find(s, job.name, job.operation); });
  if (!call || call->due > now) return;
  const bool fresh = store_.write([&](store::Transaction& t) {
    const bool added = store_.occurrences().plan(t, job.name, call->due, now);
    if (added)
      store_.occurrences().settle(t, job.name, call->due, OccurrenceState::planned, answer_due, "", now);
    return added;
  });
  if (fresh) arrive(job, {{call->due, false, std::string(answer_due), 0, {}}}, now);
}

void Planner::give_up_after_latest_start(Job& job, Time now) {
  if (!job.waiting) return;
  const auto latest = job.timetable.latest_start(job.waiting->planned);
  if (!latest || now <= *latest) return;
  const Waiting late = *job.waiting;
  const bool tried = late.tries > 0;
  settle(job, late.planned, tried ? OccurrenceState::failed : OccurrenceState::skipped,
         tried ? late.history : fmt::format("not started by {}", job.timetable.local(*latest)), "", now);
  job.waiting.reset();
  ring(job, "latest start",
       fmt::format("the run planned for {} {} by its latest start {}; tilts run {} starts it by hand",
                   job.timetable.local(late.planned), tried ? "did not get through" : "did not start",
                   job.timetable.local(*latest), job.name));
}

void Planner::watch_delivery(Job& job, Time now) {
  if (!job.undelivered) return;
  const auto deadline = job.timetable.deliver_by(*job.undelivered);
  if (!deadline || now <= *deadline) return;
  const Time planned = *job.undelivered;
  // What waited may have been approved since, and somebody may have run the job by hand.
  const bool delivered =
      store_.read([&](store::Session& s) { return store_.runs().last_good_start(s, job.name) >= planned; });
  if (!delivered)
    ring(job, "not delivered",
         fmt::format("the run planned for {} has not delivered by {}; tilts status says why",
                     job.timetable.local(planned), job.timetable.local(*deadline)));
  job.undelivered.reset();
}

std::optional<Due> Planner::take(std::string_view lane, Time now) {
  const std::scoped_lock lock(mutex_);
  if (stale_) return std::nullopt;
  Job* oldest = nullptr;
  for (Job& job : jobs_) {
    if (job.lane != lane) continue;
    if (job.running) return std::nullopt;
    if (job.waiting && job.waiting->not_before <= now &&
        (!oldest || job.waiting->planned < oldest->waiting->planned))
      oldest = &job;
  }
  if (!oldest) return std::nullopt;
  settle(*oldest, oldest->waiting->planned, OccurrenceState::running, oldest->waiting->history, "", now);
  oldest->running = std::exchange(oldest->waiting, std::nullopt);
  return Due{oldest->name, oldest->running->planned, oldest->running->late};
}

void Planner::ended(const Due& due, const Outcome& outcome, Time now) {
  const std::scoped_lock lock(mutex_);
  Job& job = find(due.job);
  job.outcome = outcome;
  const bool was_stale = std::exchange(stale_, true);
  settle_outcome(job, now);
  stale_ = was_stale;
}

// Until the store takes it the job counts as running: nobody is asked about twice.
void Planner::settle_outcome(Job& job, Time now) {
  if (!job.outcome) return;
  const Outcome& outcome = *job.outcome;
  const Waiting ran = job.running.value();
  const OccurrenceState well = ran.late ? OccurrenceState::caught_up : OccurrenceState::done;
  switch (outcome.kind) {
    case Outcome::Kind::done:
      settle(job, ran.planned, well, "", outcome.run, now);
      if (job.undelivered == ran.planned) job.undelivered.reset();
      break;
    case Outcome::Kind::parked:
      settle(job, ran.planned, well, "", outcome.run, now);
      break;
    case Outcome::Kind::waiting:
      settle(job, ran.planned, OccurrenceState::done, "waits for a person's approval", outcome.run, now);
      ring(job, outcome.trouble, outcome.sentence);
      break;
    case Outcome::Kind::unreachable:
      retry_or_fail(job, ran, outcome, now);
      break;
    case Outcome::Kind::failed:
      settle(job, ran.planned, OccurrenceState::failed, outcome.sentence, outcome.run, now);
      ring(job, outcome.trouble, outcome.sentence);
      break;
    case Outcome::Kind::stopped:
      settle(job, ran.planned, OccurrenceState::planned, "stopped; carries on at the next start", outcome.run,
             now);
      break;
  }
  job.running.reset();
  job.outcome.reset();
}

void Planner::retry_or_fail(Job& job, Waiting tried, const Outcome& outcome, Time now) {
  const auto latest = job.timetable.latest_start(tried.planned);
  const bool again =
      tried.tries < pauses.size() && !job.waiting && (!latest || now + pauses[tried.tries] <= *latest);
  settle(job, tried.planned, again ? OccurrenceState::planned : OccurrenceState::failed, outcome.sentence,
         outcome.run, now);
  if (!again) return ring(job, outcome.trouble, outcome.sentence);
  tried.not_before = now + pauses[tried.tries];
  tried.history = outcome.sentence;
  ++tried.tries;
  bell_.note(fmt::format("job {}: tried again at {}: {}", job.name, job.timetable.local(tried.not_before),
                         outcome.sentence));
  job.waiting = std::move(tried);
}

void Planner::settle(const Job& job, Time planned, OccurrenceState state, std::string_view reason,
                     std::string_view run, Time now) {
  store_.write([&](store::Transaction& t) {
    store_.occurrences().settle(t, job.name, planned, state, reason, run, now);
  });
}

void Planner::ring(const Job& job, const std::string& kind, const std::string& sentence) {
  // Reports of a run begin with the job already.
  const std::string subject = store::about_job(job.name);
  bell_.ring(subject, kind, sentence.starts_with(subject) ? sentence : subject + ": " + sentence);
}

Planner::Job& Planner::find(std::string_view name) {
  const auto found = std::ranges::find(jobs_, name, &Job::name);
  if (found == jobs_.end() || !found->running)
    throw Error(Code::bug, "an occurrence ended that was not running");
  return *found;
}

}  // namespace tilts::schedule
