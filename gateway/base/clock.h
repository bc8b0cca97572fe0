// Time as the gateway knows it. Stamps are wall time in UTC; deadlines are std::chrono::steady_clock.
// The clock is a value that is passed in, so that a test can live three years in a second.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace tilts {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Date = std::chrono::year_month_day;

class Clock {
 public:
  static Clock system();
  static Clock fixed(Time time);
  // A clock of the caller's own; `now` may be called from any thread.
  explicit Clock(std::function<Time()> now) : now_(std::move(now)) {}

  Time now() const { return now_(); }

 private:
  std::function<Time()> now_;
};

// "2026-11-21T02:30:00.000Z", always UTC, always milliseconds.
std::string to_text(Time time);
// "2026-11-21"
std::string to_text(Date date);

// xs:dateTime with Z or an offset, with or without a fraction (cut to milliseconds; XML Schema part
// 2, 3.2.7). Throws Error(config) when it is not one; a dateTime without a zone is not one.
Time parse_time(std::string_view text);
// xs:date without a zone. Throws Error(config) when it is not one or no such day exists.
Date parse_date(std::string_view text);

// What calendar and clock show in a named zone of the tz database ("Europe/Riga").
struct WallTime {
  Date day;
  std::chrono::minutes of_day;
};
WallTime wall_time_in(std::string_view zone, Time time);
Date day_in(std::string_view zone, Time time);

}  // namespace tilts
