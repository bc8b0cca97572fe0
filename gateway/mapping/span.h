// A length of the calendar (xs:duration in years, months and days, "P2M"), counted from a day.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/base/clock.h"

namespace tilts::mapping {

struct Span {
  int years = 0;
  int months = 0;
  int days = 0;
};

std::optional<Span> read_span(std::string_view text);
Span backwards(Span span);
// Years and months first; a day that the month lacks is its last. Two months after 31 December end with
// February.
inline Date shifted(Date date, Span span) {
  Date moved = date + std::chrono::years{span.years} + std::chrono::months{span.months};
  if (!moved.ok()) moved = moved.year() / moved.month() / std::chrono::last;
  if (span.days == 0) return moved;
  return std::chrono::sys_days{moved} + std::chrono::days{span.days};
}

// "12Y" off the front of `text`; false, and both as they were, when no number of that unit is next.
bool take(std::string_view& text, char unit, int& number);

}  // namespace tilts::mapping
