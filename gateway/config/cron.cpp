#include "gateway/config/cron.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::config {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found = split(text, ' ');
  std::erase(found, std::string_view{});
  return found;
}

// One of the five fields: its name, the numbers it may say, and the words that stand for them.
struct Field {
  std::string_view name;
  unsigned first, last;
  std::span<const std::string_view> names{};

  [[noreturn]] void refuse(std::string_view text) const {
    throw Error(Code::config, fmt::format("{} \"{}\" is not {} to {}, a range, a step or a list of them",
                                          name, text, first, last));
  }

  unsigned number(std::string_view text) const {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    const auto named = std::ranges::find(names, lower);
    if (named != names.end()) return first + static_cast<unsigned>(named - names.begin());
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < first || value > last)
      refuse(text);
    return value;
  }

  template <size_t size>
  std::bitset<size> read(std::string_view text) const {
    std::bitset<size> values;
    for (const std::string_view item : split(text, ',')) {
      const size_t slash = item.find('/');
      const std::string_view range = item.substr(0, slash);
      const size_t dash = range.find('-');
      unsigned from = first, to = last, step = 1;
      if (range != "*") {
        from = number(range.substr(0, dash));
        if (dash != std::string_view::npos)
          to = number(range.substr(dash + 1));
        else if (slash == std::string_view::npos)
          to = from;
      }
      if (slash != std::string_view::npos) {
        const std::string_view each = item.substr(slash + 1);
        const auto [end, failure] = std::from_chars(each.data(), each.data() + each.size(), step);
        if (failure != std::errc() || end != each.data() + each.size() || step == 0 || step > last)
          refuse(item);
      }
      if (from > to) refuse(item);
      for (unsigned value = from; value <= to; value += step) values.set(value % size);
    }
    return values;
  }
};

}  // namespace

Cron Cron::parse(std::string_view text) {
  const std::vector<std::string_view> fields = words(text);
  if (fields.size() != 5)
    throw Error(Code::config,
                fmt::format("\"{}\" has {} fields, cron has five: minute hour day month weekday", text,
                            fields.size()));
  Cron cron;
  cron.text_ = fmt::format("{}", fmt::join(fields, " "));
  cron.minutes_ = Field{"minute", 0, 59}.read<60>(fields[0]);
  cron.hours_ = Field{"hour", 0, 23}.read<24>(fields[1]);
  cron.days_ = Field{"day", 1, 31}.read<32>(fields[2]);
  cron.months_ = Field{"month", 1, 12, month_names}.read<13>(fields[3]);
  cron.weekdays_ = Field{"weekday", 0, 7, weekday_names}.read<7>(fields[4]);
  cron.either_day_ = !fields[2].starts_with('*') && !fields[4].starts_with('*');
  return cron;
}

bool Cron::due_on(local_days day) const {
  const year_month_day date{day};
  if (!months_[static_cast<unsigned>(date.month())]) return false;
  const bool by_date = days_[static_cast<unsigned>(date.day())];
  const bool by_weekday = weekdays_[weekday{day}.c_encoding()];
  return either_day_ ? by_date || by_weekday : by_date && by_weekday;
}

bool Cron::due(LocalMinute minute) const {
  const local_days day = floor<days>(minute);
  const hh_mm_ss time{minute - day};
  return minutes_[static_cast<size_t>(time.minutes().count())] &&
         hours_[static_cast<size_t>(time.hours().count())] && due_on(day);
}

std::optional<Cron::LocalMinute> Cron::next(LocalMinute minute) const {
  const local_days today = floor<days>(minute);
  // Nine years: 29 February can stay away for eight (1896 to 1904, 2096 to 2104).
  for (local_days day = today; day < today + days{9 * 366}; day += days{1}) {
    if (!due_on(day)) continue;
    for (LocalMinute candidate = std::max<LocalMinute>(day, minute + minutes{1}); candidate < day + days{1};
         candidate += minutes{1})
      if (due(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace tilts::config
