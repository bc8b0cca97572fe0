// A store, a bell that writes down what it said, and a clock on the table.
#pragma once

#include <string>
#include <vector>

#include "gateway/schedule/planner.h"
#include "tests/support/temporary_folder.h"

namespace tilts::schedule {

struct Office {
  explicit Office(std::string_view start);

  PlannedJob job(std::string_view cron, config::Missed missed = config::Missed::catch_up,
                 std::optional<std::chrono::minutes> latest_start = {},
                 std::optional<std::chrono::minutes> deliver_by = {}, std::string name = "residents",
                 std::string lane = "population") const;
  void at(std::string_view time) { now = parse_time(time); }
  // "2026-11-21T00:30:00.000Z done", oldest first, of all that was ever planned.
  std::vector<std::string> ledger(const std::string& job = "residents");
  std::vector<store::Occurrence> rows(const std::string& job = "residents");
  std::vector<std::string> standing();
  // From now on the store keeps no new alarm, or not how occurrences go; and takes everything again.
  void store_refuses_alarms();
  void store_refuses_occurrences();
  void store_takes();

  support::TemporaryFolder folder;
  Time now;
  std::vector<std::string> journal;
  store::Store store;
  Bell bell;
};

}  // namespace tilts::schedule
