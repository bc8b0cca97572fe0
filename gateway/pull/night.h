// One run of one job, step by step. Lives on the stack of JobRunner::run().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/config/configuration.h"
#include "gateway/pull/finding_sink.h"
#include "gateway/pull/job_runner.h"
#include "gateway/pull/people.h"
#include "gateway/pull/planner.h"
#include "gateway/pull/roster.h"
#include "gateway/pull/run_services.h"
#include "gateway/registries/registries.h"
#include "gateway/store/store.h"

namespace tilts::pull {

// Whose adapter code runs now, for the watchdog.
class AdapterMarks {
 public:
  virtual ~AdapterMarks() = default;
  virtual void entered(const std::string& adapter, const std::string& run) = 0;
  virtual void left(const std::string& run) = 0;
};

// Writes how a run ended, counts and all.
void write_end(store::Store& store, const RunReport& report, Time now);

class Night {
 public:
  // All borrowed.
  Night(const config::Configuration& configuration, const config::JobSettings& job, store::Store& store,
        const registries::Registries& registries, host::Watchdog& watchdog, AdapterMarks& marks, Clock clock,
        const RunOptions& options);

  RunReport pass();

 private:
  bool no_roster() const { return !job_.roster.none.empty(); }
  void take_roster();
  void forget_told(Time now);
  void keep_roster(const Roster& roster, Time now);
  std::vector<store::RosterEntry> who_must_not_leave(const Roster& roster) const;
  void load_people();
  void fetch();
  void check_legal_basis() const;
  host::Ended enter(host::Adapter& adapter, RunServices& services, const store::Parked* parked);
  std::string cursor() const;
  void answers_later(Time due);
  void judge_snapshot(const Fetched& fetched, const store::Parked* parked);
  bool joined_since(const store::Parked& parked) const;
  void tell_not_taken(const std::vector<NotTaken>& not_taken);
  void open_targets();
  void plan_and_deliver();
  std::string waiting_run() const;
  void keep_plan(Planned& planned, store::PlanWriter* writer);
  void deliver();
  void write_examples(const std::vector<Difference>& examples);
  // Runs a step whose failure leaves the later ones possible.
  void step(const std::function<void()>& work);
  RunReport end();

  const config::Configuration& configuration_;
  const config::JobSettings& job_;
  store::Store& store_;
  const registries::Registries& registries_;
  host::Watchdog& watchdog_;
  AdapterMarks& marks_;
  const Clock clock_;
  const RunOptions& options_;

  Time started_{};
  RunReport report_;
  std::optional<Error> problem_;  // the first
  bool interrupted_ = false;
  bool whole_snapshot_ = false;
  bool mapped_ = false;   // everybody, to the end
  Time newest_joined_{};  // when the newest of the roster joined it
  OpenDeliveries deliveries_;
  std::unique_ptr<FindingSink> sink_;
  People people_;
};

}  // namespace tilts::pull
