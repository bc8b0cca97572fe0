#include "gateway/schedule/timetable.h"

#include <utility>

#include <date/tz.h>
#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;

const date::time_zone* locate(const std::string& zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::runtime_error&) {
    throw Error(Code::config, fmt::format("the tz database has no zone {}", zone));
  }
}

}  // namespace

Timetable::Timetable(config::ScheduleSettings settings)
    : settings_(std::move(settings)), zone_(locate(settings_.zone)) {}

local_seconds Timetable::wall_clock(Time moment) const {
  const auto second = floor<seconds>(moment);
  return local_seconds{second.time_since_epoch() + zone_->get_info(second).offset};
}

Time Timetable::moment(config::Cron::LocalMinute minute) const {
  const date::local_seconds wall{minute.time_since_epoch()};
  const date::local_info info = zone_->get_info(wall);
  // In a gap `first` ends where the clock jumps; for a time that comes twice `first` is its first coming.
  if (info.result == date::local_info::nonexistent) return info.first.end;
  return date::sys_seconds{wall.time_since_epoch() - info.first.offset};
}

std::optional<Time> Timetable::next(Time after) const {
  // moment() never goes back while the wall clock goes on, so the first due minute that lies after is the
  // next.
  auto minute = settings_.cron.next(floor<minutes>(wall_clock(after)));
  while (minute && moment(*minute) <= after) minute = settings_.cron.next(*minute);
  if (!minute) return std::nullopt;
  return moment(*minute);
}

std::optional<Time> Timetable::first_at(std::optional<minutes> time_of_day, Time after) const {
  if (!time_of_day) return std::nullopt;
  for (local_days day = floor<days>(wall_clock(after));; day += days{1})
    if (const Time candidate = moment(day + *time_of_day); candidate > after) return candidate;
}

std::optional<Time> Timetable::latest_start(Time planned) const {
  return first_at(settings_.latest_start, planned);
}

std::optional<Time> Timetable::deliver_by(Time planned) const {
  return first_at(settings_.deliver_by, planned);
}

std::string Timetable::local(Time moment) const {
  const local_seconds wall = wall_clock(moment);
  const local_days day = floor<days>(wall);
  const hh_mm_ss time{wall - day};
  return fmt::format("{} {:02}:{:02}", to_text(Date{day}), time.hours().count(), time.minutes().count());
}

}  // namespace tilts::schedule
