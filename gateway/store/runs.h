// Runs, and the ledger of planned occurrences they belong to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/session.h"

namespace tilts::store {

enum class RunState {
  running,
  done,
  done_held,  // delivered with something held back
  waiting,    // for a person's approval
  failed,
  interrupted,  // the process died; found at the next start
  replaced,     // waited, and a newer run took its place
  // A preview runs, and has ended, well or not (Run::code). It is no run of its job: never its last one.
  previewing,
  preview,
  parked,  // the registry answers later; a run after that takes it up
};
std::string_view name(RunState state);  // "running", "done", "held back", "waiting", …
// Running or previewing.
bool under_way(RunState state);

struct Run {
  std::string id;  // 8 hex digits, opaque
  std::string job;
  std::optional<Time> occurrence;  // the planned moment; none when a person started it
  Time started;
  std::optional<Time> ended;
  RunState state = RunState::running;
  std::string code;      // the error's word ("transient", …) when failed, a preview too; else empty
  std::string sentence;  // how it ended, without personal data
  std::string adapter;   // which adapter's code runs now, or ran when the process died; else empty
  bool silent = false;   // the watchdog ended the process in this run

  // What status and runs show; absent numbers are zero.
  struct Counts {
    int64_t asked = 0, received = 0, added = 0, changed = 0, removed = 0, deaths = 0, moved = 0,
            codes_changed = 0, held = 0, findings = 0, delivered = 0, pages = 0;
    bool operator==(const Counts&) const = default;
  } counts;
};

class Runs {
 public:
  // A new run in state running, or previewing.
  Run start(Transaction& transaction, std::string_view job, std::optional<Time> occurrence, Time now,
            bool preview = false) const;
  // Which adapter's code is entered ("": none): a crash is attributed to it.
  void enter(Transaction& transaction, std::string_view run, std::string_view adapter) const;
  void count(Transaction& transaction, std::string_view run, const Run::Counts& counts) const;
  void end(Transaction& transaction, std::string_view run, RunState state, std::string_view code,
           std::string_view sentence, const Run::Counts& counts, Time now) const;
  // The watchdog's last word before the process ends.
  void mark_silent(Transaction& transaction, std::string_view run, std::string_view sentence, Time now) const;

  // A person looked at what went wrong in it: retention may take it.
  void looked(Transaction& transaction, std::string_view run, Time now) const;

  std::optional<Run> find(Session& session, std::string_view run) const;
  // When the job's newest run began that ended well, held back or not; 0: none did.
  Time last_good_start(Session& session, std::string_view job) const;
  // And when such a one last ended.
  Time last_good_end(Session& session, std::string_view job) const;
  // Previews do not count.
  std::optional<Run> last(Session& session, std::string_view job) const;
  // The newest first, of one job or (empty) of all.
  std::vector<Run> list(Session& session, std::string_view job, size_t limit) const;
  // How many of the job's newest runs in a row ended with a silent adapter.
  int64_t silent_in_a_row(Session& session, std::string_view job) const;
  // At start: what is still under way was cut off by a crash. Becomes interrupted (a preview: preview), with
  // a sentence naming the adapter that ran; returned.
  std::vector<Run> interrupt(Transaction& transaction, Time now) const;
};

enum class OccurrenceState { planned, running, done, failed, skipped, caught_up };
std::string_view name(OccurrenceState state);

struct Occurrence {
  std::string job;
  Time planned;
  OccurrenceState state = OccurrenceState::planned;
  std::string reason;  // why failed or skipped
  std::string run;     // empty while none
  Time changed;
};

class Occurrences {
 public:
  // False when this moment is already in the ledger: each occurrence exists exactly once.
  bool plan(Transaction& transaction, std::string_view job, Time planned, Time now) const;
  // Throws Error(bug) when the ledger has no such occurrence.
  void settle(Transaction& transaction, std::string_view job, Time planned, OccurrenceState state,
              std::string_view reason, std::string_view run, Time now) const;
  std::optional<Occurrence> last(Session& session, std::string_view job) const;
  // Planned or running ones, the oldest first.
  std::vector<Occurrence> open(Session& session, std::string_view job) const;
  std::vector<Occurrence> list(Session& session, std::string_view job, Time from, Time to) const;
};

}  // namespace tilts::store
