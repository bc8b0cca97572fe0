// Which planned occurrence is to be run now. The ledger in the store is the truth: every occurrence is a row
// that ends exactly once, as done, caught up, failed, or skipped with a reason, whatever restarts lie
// between.
//   The next occurrence of every job is always in the ledger, so that downtime cannot hide one.
//   Missed (nobody looked within five minutes): caught up once, or skipped, as the job says; never after its
//   latest start. Of several that wait, the newest runs and stands for the older ones.
//   A registry that was not reachable is tried again after 5, 15 and 45 minutes, not past the latest start.
//   A parked call (an answer that comes later) has an occurrence of its own at its due moment, unless a
//   planned one is about to start anyway.
//   An occurrence in which the process died twice is not started a third time.
// Thread-safe; keeps in memory what it wrote, so one Planner at a time owns a job's occurrences.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/schedule/bell.h"
#include "gateway/schedule/timetable.h"
#include "gateway/store/store.h"

namespace tilts::schedule {

struct PlannedJob {
  std::string name;
  std::string lane;  // jobs of one lane (a registry) run one after another
  config::ScheduleSettings schedule;
  std::string operation = {};  // whose parked call wakes it
};

// An occurrence that was handed out to be run.
struct Due {
  std::string job;
  Time planned;
  bool late = false;  // it was missed, and is caught up
};

// How it went, in the words the ledger needs.
struct Outcome {
  enum class Kind {
    done,         // delivered, or nothing to deliver, or held back in part
    parked,       // the registry answers later; the parked call itself wakes the job
    waiting,      // a person must approve
    unreachable,  // worth another try
    failed,
    stopped,  // from outside: carry on at the next start
  };
  Kind kind = Kind::done;
  std::string run;
  std::string sentence;
  std::string trouble = "failed";  // the run's state in a word: the kind of an alarm
};

class Planner {
 public:
  // Reads the ledger and plans what is not in it. `store` and `bell` are borrowed.
  Planner(const std::vector<PlannedJob>& jobs, store::Store& store, Bell& bell, Time now);

  // Brings the ledger up to `now`: plans, skips what may no longer start, rings for what did not happen.
  void look(Time now);
  // The oldest occurrence of the lane that may start now; it is running from here on.
  std::optional<Due> take(std::string_view lane, Time now);
  // What the store does not take is kept, and settled at the next look.
  void ended(const Due& due, const Outcome& outcome, Time now);

  std::vector<std::string> lanes() const;

 private:
  struct Waiting {
    Time planned;
    bool late = false;
    std::string history;  // what the ledger says about starts that failed
    size_t tries = 0;     // that found the registry unreachable
    Time not_before{};
  };
  struct Job {
    std::string name;
    std::string lane;
    Timetable timetable;
    std::string operation;
    std::optional<Time> next;  // in the ledger, still to come
    std::optional<Waiting> waiting;
    std::optional<Waiting> running;
    std::optional<Outcome> outcome;  // of what runs, while the store has not taken it
    // What deliver-by watches: the newest occurrence that has not delivered.
    std::optional<Time> undelivered;
  };

  void read_ledger(Job& job, Time now);
  std::vector<Waiting> arrivals(Job& job, Time now);
  void arrive(Job& job, std::vector<Waiting> due, Time now);
  void wake_for_answer(Job& job, Time now);
  void give_up_after_latest_start(Job& job, Time now);
  void watch_delivery(Job& job, Time now);
  void settle_outcome(Job& job, Time now);
  void retry_or_fail(Job& job, Waiting tried, const Outcome& outcome, Time now);
  void settle(const Job& job, Time planned, store::OccurrenceState state, std::string_view reason,
              std::string_view run, Time now);
  void ring(const Job& job, const std::string& kind, const std::string& sentence);
  Job& find(std::string_view name);

  mutable std::mutex mutex_;
  store::Store& store_;
  Bell& bell_;
  std::vector<Job> jobs_;
  bool stale_ = true;  // what is kept here may not be what the ledger says: read it again
};

}  // namespace tilts::schedule
