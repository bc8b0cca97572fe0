#include "plugins/sdk/day.h"

#include <string>

#include <gtest/gtest.h>

#include "gateway/base/clock.h"

namespace tilts {
namespace {

std::string day_at(const std::string& time) {
  return sdk::day_in_latvia(
      std::chrono::floor<std::chrono::milliseconds>(parse_time(time)).time_since_epoch().count());
}

TEST(DayInLatvia, BeginsTwoHoursBeforeUtcInWinterAndThreeInSummer) {
  EXPECT_EQ(day_at("2026-01-09T21:59:59.999Z"), "2026-01-09");
  EXPECT_EQ(day_at("2026-01-09T22:00:00Z"), "2026-01-10");
  EXPECT_EQ(day_at("2026-07-09T20:59:59.999Z"), "2026-07-09");
  EXPECT_EQ(day_at("2026-07-09T21:00:00Z"), "2026-07-10");
  EXPECT_EQ(day_at("2026-12-31T22:00:00Z"), "2027-01-01");
}

// 2026-03-29 and 2026-10-25 are the last Sundays.
TEST(DayInLatvia, ChangesWithTheUnionsSummerTime) {
  EXPECT_EQ(day_at("2026-03-28T21:30:00Z"), "2026-03-28");
  EXPECT_EQ(day_at("2026-03-29T21:30:00Z"), "2026-03-30");
  EXPECT_EQ(day_at("2026-10-24T21:30:00Z"), "2026-10-25");
  EXPECT_EQ(day_at("2026-10-25T21:30:00Z"), "2026-10-25");
}

// As the tz database has it, at every half hour until 2037: what comes later Debian 12's library does not
// read.
TEST(DayInLatvia, IsTheTzDatabases) {
  for (auto time = parse_time("2020-01-01T00:00:00Z"); time < parse_time("2038-01-01T00:00:00Z");
       time += std::chrono::minutes{30})
    ASSERT_EQ(
        sdk::day_in_latvia(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count()),
        to_text(day_in("Europe/Riga", time)));
}

}  // namespace
}  // namespace tilts
