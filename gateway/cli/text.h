// How things look on a terminal: aligned columns, grouped numbers, moments in the municipality's own time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"

namespace tilts::cli {

// Columns as wide as their widest cell; the letters of UTF-8 count as one place each. A column whose cells
// are all numbers stands right.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  // At most `width` places a line; what does not fit is cut at the last column with "…".
  std::string text(size_t width = 80) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

size_t places(std::string_view utf8);
std::string cut(std::string_view utf8, size_t places);
std::string repeated(std::string_view text, size_t times);

std::string grouped(int64_t number);                                               // "22 500"
std::string counted(int64_t number, std::string_view one, std::string_view many);  // "1 alarm", "2 alarms"
std::string lasted(std::chrono::milliseconds time);  // "4 s", "3 min", "2 h 05 min"

// Moments as people of this municipality read them: in the zone of its first schedule, else in UTC.
class WallClock {
 public:
  explicit WallClock(const config::Configuration& configuration);
  std::string minute(Time moment) const;  // "2026-11-21 02:30"
  const std::string& zone() const { return zone_; }

 private:
  std::string zone_;
};

// "test · Piekrastes novads": the first line of what a command prints.
std::string heading(const config::Configuration& configuration);

}  // namespace tilts::cli
