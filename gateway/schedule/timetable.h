// When a job is planned, as moments: a cron expression in a zone that changes its clocks.
//   A wall time that does not exist that night (03:30 on the last Sunday of March in Europe/Riga) is planned
//   at the first moment after the gap. A wall time that comes twice is planned once, at its first coming. Two
//   wall times that fall on the same moment are one occurrence.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"

namespace date {
class time_zone;
}

namespace tilts::schedule {

class Timetable {
 public:
  // Throws Error(config) when the tz database has no such zone.
  explicit Timetable(config::ScheduleSettings settings);

  // The first planned moment after `after`; nothing for a day that never comes.
  std::optional<Time> next(Time after) const;
  bool plans(Time moment) const { return next(moment - std::chrono::milliseconds{1}) == moment; }

  // The moments after which a run may no longer start, and must have delivered.
  std::optional<Time> latest_start(Time planned) const;
  std::optional<Time> deliver_by(Time planned) const;

  // "2026-11-21 02:30", the wall clock of the zone.
  std::string local(Time moment) const;

  config::Missed missed() const { return settings_.missed; }
  const config::ScheduleSettings& settings() const { return settings_; }

 private:
  Time moment(config::Cron::LocalMinute minute) const;
  std::chrono::local_seconds wall_clock(Time moment) const;
  std::optional<Time> first_at(std::optional<std::chrono::minutes> time_of_day, Time after) const;

  config::ScheduleSettings settings_;
  const date::time_zone* zone_;  // of the date library's own table, which is never freed
};

}  // namespace tilts::schedule
