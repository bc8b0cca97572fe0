#include "gateway/base/clock.h"

#include <charconv>

#include <date/tz.h>
#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts {
namespace {

// Reads exactly `count` digits and moves past them; -1 when there are not so many.
int digits(std::string_view& text, size_t count) {
  int value = 0;
  if (text.size() < count) return -1;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool skip(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool read_date(std::string_view& text, Date& date) {
  const int year = digits(text, 4);
  if (year < 1 || !skip(text, '-')) return false;
  const int month = digits(text, 2);
  if (month < 0 || !skip(text, '-')) return false;
  const int day = digits(text, 2);
  if (day < 0) return false;
  date = Date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
              std::chrono::day{static_cast<unsigned>(day)}};
  return date.ok();
}

bool read_time(std::string_view text, Time& time) {
  Date date;
  if (!read_date(text, date) || !skip(text, 'T')) return false;
  const int hour = digits(text, 2);
  if (hour < 0 || hour > 23 || !skip(text, ':')) return false;
  const int minute = digits(text, 2);
  if (minute < 0 || minute > 59 || !skip(text, ':')) return false;
  const int second = digits(text, 2);
  if (second < 0 || second > 59) return false;
  int millisecond = 0;
  if (skip(text, '.')) {
    size_t length = 0;
    for (int scale = 100; length < text.size() && text[length] >= '0' && text[length] <= '9'; ++length) {
      millisecond += (text[length] - '0') * scale;
      scale /= 10;
    }
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  std::chrono::minutes offset{0};
  if (!skip(text, 'Z')) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
    const int sign = text.front() == '+' ? 1 : -1;
    text.remove_prefix(1);
    const int hours = digits(text, 2);
    if (hours < 0 || hours > 14 || !skip(text, ':')) return false;
    const int minutes = digits(text, 2);
    if (minutes < 0 || minutes > 59) return false;
    offset = std::chrono::minutes{sign * (hours * 60 + minutes)};
  }
  if (!text.empty()) return false;
  time = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{millisecond} - offset;
  return true;
}

}  // namespace

Clock Clock::system() {
  return Clock(
      [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); });
}

Clock Clock::fixed(Time time) {
  return Clock([time] { return time; });
}

std::string to_text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", to_text(Date{day}), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string to_text(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Time parse_time(std::string_view text) {
  Time time;
  if (!read_time(text, time)) throw Error(Code::config, "not a date and time with a zone");
  return time;
}

Date parse_date(std::string_view text) {
  Date date;
  std::string_view rest = text;
  if (!read_date(rest, date) || !rest.empty()) throw Error(Code::config, "not a date (YYYY-MM-DD)");
  return date;
}

Date day_in(std::string_view zone, Time time) { return wall_time_in(zone, time).day; }

WallTime wall_time_in(std::string_view zone, Time time) {
  try {
    const auto local = date::locate_zone(std::string(zone))->to_local(time);
    const date::year_month_day day{date::floor<date::days>(local)};
    return {Date{std::chrono::year{static_cast<int>(day.year())},
                 std::chrono::month{static_cast<unsigned>(day.month())},
                 std::chrono::day{static_cast<unsigned>(day.day())}},
            date::floor<std::chrono::minutes>(local - date::floor<date::days>(local))};
  } catch (const std::runtime_error& unknown) {
    throw Error(Code::config, fmt::format("time zone {}: {}", zone, unknown.what()));
  }
}

}  // namespace tilts
