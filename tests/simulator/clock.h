// The simulator's own time: the machine's plus an offset that the control port sets. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include <date/date.h>

namespace tilts::simulator {

class Clock {
 public:
  using Time = std::chrono::sys_time<std::chrono::microseconds>;

  Time now() const;
  void set_offset(std::chrono::seconds offset) { offset_ = offset; }

 private:
  std::atomic<std::chrono::seconds> offset_{};
};

// wsu:Created and Expires: "2026-11-21T02:30:00.123Z".
std::string utc(Clock::Time time);
// "Sat, 21 Nov 2026 02:30:00 GMT"
std::string http_date(Clock::Time time);
// IVIS TimeStamp: six decimals and the offset that Riga has at that moment, "…00.123456+02:00".
std::string riga(Clock::Time time);
// The start of a day in Riga, with its offset or, for `as_utc`, with Z: both stand in one message.
std::string start_of_day(std::chrono::sys_days day, bool as_utc);
std::string iso(std::chrono::sys_days day);
// Throws std::invalid_argument unless "YYYY-MM-DD" names a real day.
std::chrono::sys_days parse_day(const std::string& text);
// xs:dateTime with Z, fraction allowed. Throws std::invalid_argument.
Clock::Time parse_utc(const std::string& text);
// Which day it is in Riga.
std::chrono::sys_days riga_day(Clock::Time time);

}  // namespace tilts::simulator
