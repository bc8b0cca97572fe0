#include "tests/simulator/clock.h"

#include <sstream>
#include <stdexcept>

#include <date/tz.h>
#include <fmt/format.h>

namespace tilts::simulator {
namespace {

const date::time_zone* zone() {
  static const date::time_zone* const riga_zone = date::locate_zone("Europe/Riga");
  return riga_zone;
}

template <typename Duration>
std::string in_riga(std::chrono::sys_time<Duration> time) {
  return date::format("%FT%T%Ez", date::make_zoned(zone(), time));
}

template <typename Time>
Time parse(const std::string& text, const char* format) {
  std::istringstream stream(text);
  Time time{};
  stream >> date::parse(format, time);
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof())
    throw std::invalid_argument("not a time: " + text);
  return time;
}

}  // namespace

Clock::Time Clock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) + offset_.load();
}

std::string utc(Clock::Time time) {
  return date::format("%FT%TZ", std::chrono::floor<std::chrono::milliseconds>(time));
}

std::string http_date(Clock::Time time) {
  return date::format("%a, %d %b %Y %T GMT", date::floor<std::chrono::seconds>(time));
}

std::string riga(Clock::Time time) { return in_riga(time); }

std::string start_of_day(std::chrono::sys_days day, bool as_utc) {
  const date::local_seconds local{day.time_since_epoch()};
  const auto midnight = date::make_zoned(zone(), local);
  return as_utc ? date::format("%FT%TZ", midnight.get_sys_time()) : date::format("%FT%T%Ez", midnight);
}

// By hand: this stands three times in every row, and a stream costs more than the signature's hash.
std::string iso(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

std::chrono::sys_days parse_day(const std::string& text) { return parse<std::chrono::sys_days>(text, "%F"); }

Clock::Time parse_utc(const std::string& text) { return parse<Clock::Time>(text, "%FT%TZ"); }

std::chrono::sys_days riga_day(Clock::Time time) {
  const auto local = date::make_zoned(zone(), time).get_local_time();
  return std::chrono::sys_days(std::chrono::floor<std::chrono::days>(local.time_since_epoch()));
}

}  // namespace tilts::simulator
