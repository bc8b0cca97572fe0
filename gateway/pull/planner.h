// Maps every stored record of a job's roster for the date of the run and compares it with what each target
// last got: the plan. One page of people in memory at a time, whatever the size of the city.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gateway/mapping/mapper.h"
#include "gateway/pull/deliveries.h"
#include "gateway/pull/delta.h"
#include "gateway/pull/finding_sink.h"
#include "gateway/pull/guard.h"
#include "gateway/pull/job_runner.h"
#include "gateway/pull/plan.h"
#include "gateway/store/store.h"

namespace tilts::pull {

struct PlannerOptions {
  std::string run;
  std::string job;
  std::string registry;
  std::string population;  // what it says of the person is read too; may be empty
  mapping::Run mapping;    // date, municipality, environment
  std::string delivery;    // PlanSummary
  std::string as_of;
  Time last_good_run;       // when it began: who moved since is news; 0: nobody is
  bool removals = false;    // a snapshot was verified to its end
  bool no_roster = false;   // what the registry itself ended is removed, without a whole snapshot too
  bool first_loads = true;  // false: a target that has nothing yet stays empty in this run
  bool preview = false;
  std::stop_token stop;
  std::function<void(const Difference&)>
      difference;  // every row of a preview, ten examples of an edited mapping
  std::function<void(const Progress&)> progress;
};

struct Planned {
  std::vector<PlannedCounts> targets;
  PlanSummary summary;
  int64_t rows = 0;
  int64_t deaths = 0;         // people
  int64_t changed_codes = 0;  // people
  int64_t moved = 0;          // people
  int64_t unchanged = 0;
  int64_t left = 0;  // rows of people who left the roster
};

class Planner {
 public:
  // All borrowed. Rows are handed to `row` in plan order; findings go to `sink`.
  Planner(store::Store& store, std::vector<OpenDelivery>& deliveries, FindingSink& sink,
          PlannerOptions options);

  Planned make(const std::function<void(const PlannedRow&, const std::string& target)>& row);

 private:
  struct Lane {
    OpenDelivery& delivery;
    mapping::Mapper mapper;
    PlannedCounts counts;
    std::vector<store::DeliveredRow> delivered;  // of this page's clients, by client
    size_t next = 0;                             // the first of `delivered` not compared yet
    std::vector<mapping::MappedRow> rows;
    std::vector<Finding> findings;
    std::array<int64_t, 2> planned{};
  };

  // What a row that a target has says of a person, or what a target learns in this run.
  struct Facts {
    bool code = false;  // the code in use
    bool death = false;
  };

  void person(store::StoredSubject& subject);
  bool moved(const store::StoredRecord& stored) const;
  Facts bring_up_to_date(Lane& lane, const store::StoredSubject& subject, const std::string& who);
  static std::span<const store::DeliveredRow> take_rows(Lane& lane, const std::string& client);
  static Facts known_from(std::span<const store::DeliveredRow> rows, const std::string& code);
  void leavers(Lane& lane, std::string_view before);
  void plan(Lane& lane, const Change& change, PlannedRow row);
  void show(const Lane& lane, const Change& change, const std::string& client, Part part);

  store::Store& store_;
  FindingSink& sink_;
  const PlannerOptions options_;
  std::vector<Lane> lanes_;
  std::vector<Record> records_;  // of one person
  std::function<void(const PlannedRow&, const std::string&)> row_;
  Planned planned_;
  int examples_ = 0;
};

}  // namespace tilts::pull
