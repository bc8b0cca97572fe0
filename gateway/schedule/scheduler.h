// The daemon's loop: looks at the clock, starts what is due, writes the heartbeat, and never ends because of
// an exception. Jobs of one registry run one after another on a thread of that registry; registries do not
// wait for each other.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/pull/report.h"
#include "gateway/schedule/planner.h"

namespace tilts::schedule {

Outcome outcome_of(const pull::RunReport& report);

struct Duties {
  // Runs one occurrence; called on the lane's thread. What it throws is a failed run, never the end.
  std::function<pull::RunReport(const Due& due, std::stop_token stop)> run;
  // Once a day and at the start: retention, certificates that will end; again ten minutes after it threw.
  // Called on the loop's thread.
  std::function<void()> daily;
};

class Scheduler {
 public:
  // All borrowed. `heartbeat` is rewritten (atomically) at every look.
  Scheduler(Planner& planner, Bell& bell, Duties duties, std::filesystem::path heartbeat, Clock clock,
            std::chrono::milliseconds interval = std::chrono::seconds{10});

  // Until `stop`: then finishes what runs (a page, not the night) and returns. Never throws.
  void serve(std::stop_token stop);

 private:
  void work(const std::string& lane, std::stop_token stop);
  void look() noexcept;
  // False when it threw.
  bool guarded(const std::string& subject, const std::function<void()>& work) noexcept;
  void begin_trouble(const std::string& subject);
  bool end_trouble(const std::string& subject);
  bool pause(std::stop_token stop);

  Planner& planner_;
  Bell& bell_;
  Duties duties_;
  std::filesystem::path heartbeat_;
  Clock clock_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::chrono::sys_days last_day_{};  // on which the daily duties went well
  Time daily_not_before_{};
  std::set<std::string> troubled_;  // subjects of alarms that this class rang; under mutex_
};

}  // namespace tilts::schedule
