// Brings a stored plan to its targets. Repeating it is harmless: a delivery that is complete is not made
// again, and what was delivered is written down only then.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/configuration.h"
#include "gateway/pull/job_runner.h"
#include "gateway/pull/plan.h"
#include "gateway/store/store.h"
#include "gateway/targets/target.h"

namespace tilts::pull {

class Deliverer {
 public:
  Deliverer(const config::Configuration& configuration, store::Store& store)
      : configuration_(configuration), store_(store) {}

  struct Outcome {
    std::vector<Delivered> deliveries;
    std::optional<Error> problem;  // the first target that could not be reached; the others are delivered
    std::string failed;            // PlanSummary::failed
  };

  // The plan is in state delivering. Without a problem it is in state delivered afterwards.
  Outcome deliver(const std::string& run, const std::function<void(const Progress&)>& progress = {});

  // The plan is given up: what its targets did get is written down, what they did not get is forgotten and
  // comes again with the next plan.
  void give_up(const std::string& run);

 private:
  PlanSummary summary_of(const std::string& run, int64_t& rows) const;
  std::string table_of(const std::string& target) const;
  void each_row(const std::string& run, int64_t rows, const std::string& target, std::optional<Part> part,
                const std::function<void(const PlannedRow&)>& take) const;
  void bring(const std::string& run, int64_t rows, const PlanSummary& summary, const PlannedTarget& target,
             targets::Target& writer, Part part, Outcome& outcome);
  void write_down(const std::string& run, int64_t rows, const PlannedTarget& target, Part part);

  const config::Configuration& configuration_;
  store::Store& store_;
};

}  // namespace tilts::pull
