// A job's night from roster to delivery (docs/decisions: "From roster to delivery"):
//   roster > ask > store > map every stored record for the run's date > findings > delta > guard > deliver.
// One JobRunner serves a process. run() and approve() block; different jobs may run on different threads, the
// same job never at once: a planned run waits, any other is refused with Error(config).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/pull/report.h"

namespace tilts::config {
struct Configuration;
}
namespace tilts::store {
class Store;
}

namespace tilts::registries {
class Registries;
}

namespace tilts::pull {

struct Progress {
  enum class Stage { roster, asking, mapping, delivering };
  Stage stage = Stage::roster;
  int64_t pages = 0;
  int64_t records = 0;  // people when mapping, rows when delivering
  int64_t total = -1;   // of what `done` counts; -1 while nobody knows
  int64_t done = 0;     // people asked or mapped, rows delivered
};

// One row of a preview or a before-and-after example. Personal data: for the terminal of who asked, never a
// log.
struct Difference {
  enum class Kind { add, change, removal };
  Kind kind = Kind::add;
  bool first = false;  // a death or a changed code: goes in the first delivery
  std::string target;
  std::string client;
  struct Cell {
    std::string column, before, after;
  };
  std::vector<Cell> cells;  // what differs; every cell of an added row
};

struct RunOptions {
  bool preview = false;                           // everything but deliver; nothing delivered is recorded
  bool initial = false;                           // a first load was announced
  std::optional<Time> occurrence;                 // the planned moment; none when a person started the run
  std::string user;                               // who started it by hand: named in the audit
  std::function<void(const Progress&)> progress;  // on run()'s thread, a few times a second at most
  std::function<void(const Difference&)> difference;  // preview rows, and ten examples after a mapping edit
  std::stop_token stop;                               // finishes the page, then the run is interrupted
};

// Who let a waiting plan go out, and why: kept with the run.
struct Approval {
  std::string user;  // operating-system user
  std::string because;
};

class JobRunner {
 public:
  // All borrowed, all outlive the runner.
  JobRunner(const config::Configuration& configuration, store::Store& store,
            registries::Registries& registries, Clock clock);
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Never throws for what a night can bring: the report says it. Throws Error(config) for a job nobody knows,
  // or one that runs already and has no occurrence.
  RunReport run(const std::string& job, const RunOptions& options = {});

  // Delivers exactly the plan that was shown, fetches nothing. Throws Error(config) when that run waits for
  // nothing, or `plan` (SHA-256 in hex, empty: whatever waits) is not what waits.
  RunReport approve(const std::string& run, const Approval& approval, const std::string& plan = {});

  // Once at every start, before the first run: ends runs that a crash left open (naming the adapter whose
  // code ran), completes deliveries that were interrupted. Returns the reports of what it ended, for the
  // alarm.
  std::vector<RunReport> repair();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tilts::pull
