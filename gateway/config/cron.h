// When a job is due: the five fields of crontab(5), minute hour day-of-month month day-of-week.
// Numbers, ranges, steps, lists, names (jan…dec, sun…sat; 7 is Sunday too). As in crontab(5), when both day
// fields are restricted (neither begins with "*") a day is due when either of them says so.
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace tilts::config {

class Cron {
 public:
  // Throws Error(config) whose sentence names the field.
  static Cron parse(std::string_view text);

  // A minute of the wall clock; says nothing about zones or whether that minute exists there.
  using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

  bool due(LocalMinute minute) const;
  // The first due minute after `minute`, or nothing when none comes within nine years (30 February).
  std::optional<LocalMinute> next(LocalMinute minute) const;

  const std::string& text() const { return text_; }

 private:
  bool due_on(std::chrono::local_days day) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool either_day_ = false;
};

}  // namespace tilts::config
