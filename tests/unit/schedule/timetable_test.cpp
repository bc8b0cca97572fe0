#include "gateway/schedule/timetable.h"

#include <map>
#include <set>

#include <date/tz.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;

Timetable table(std::string_view cron, std::optional<minutes> latest = {}, std::optional<minutes> by = {},
                std::string zone = "Europe/Riga") {
  return Timetable({config::Cron::parse(cron), std::move(zone), config::Missed::catch_up, latest, by});
}

std::string next(const Timetable& timetable, std::string_view after) {
  return to_text(timetable.next(parse_time(after)).value());
}

// Riga: UTC+2, from the last Sunday of March 03:00 to the last Sunday of October 04:00 UTC+3.
TEST(Timetable, FollowsTheZone) {
  const Timetable nightly = table("30 2 * * *");
  EXPECT_EQ(next(nightly, "2026-01-10T00:00:00Z"), "2026-01-10T00:30:00.000Z");
  EXPECT_EQ(next(nightly, "2026-01-10T00:30:00Z"), "2026-01-11T00:30:00.000Z");
  EXPECT_EQ(next(nightly, "2026-07-10T00:00:00Z"), "2026-07-10T23:30:00.000Z");
}

TEST(Timetable, ATimeThatDoesNotExistIsPlannedAfterTheGap) {
  const Timetable in_gap = table("30 3 * * *");
  EXPECT_EQ(next(in_gap, "2026-03-29T00:00:00Z"), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(in_gap.local(parse_time("2026-03-29T01:00:00Z")), "2026-03-29 04:00");
  EXPECT_EQ(next(in_gap, "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00.000Z");
}

TEST(Timetable, TimesThatFallOnOneMomentAreOneOccurrence) {
  const Timetable several = table("0,30 3,4 * * *");
  EXPECT_EQ(next(several, "2026-03-29T00:59:00Z"), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(next(several, "2026-03-29T01:00:00Z"), "2026-03-29T01:30:00.000Z");
}

TEST(Timetable, ATimeThatComesTwiceIsPlannedAtItsFirstComing) {
  const Timetable twice = table("30 3 * * *");
  EXPECT_EQ(next(twice, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(next(twice, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z");
  EXPECT_EQ(next(twice, "2026-10-25T01:10:00Z"), "2026-10-26T01:30:00.000Z");  // inside the second coming
}

TEST(Timetable, KnowsWhatItPlans) {
  const Timetable nightly = table("30 2 * * *");
  EXPECT_TRUE(nightly.plans(parse_time("2026-01-10T00:30:00Z")));
  EXPECT_FALSE(nightly.plans(parse_time("2026-01-10T00:31:00Z")));
  EXPECT_EQ(table("0 0 30 2 *").next(parse_time("2026-01-01T00:00:00Z")), std::nullopt);
}

TEST(Timetable, BoundsAreTheFirstSuchMomentAfterThePlannedOne) {
  const Timetable nightly = table("30 23 * * *", hours{5}, hours{6});
  const Time planned = parse_time("2026-03-28T21:30:00Z");
  EXPECT_EQ(to_text(*nightly.latest_start(planned)), "2026-03-29T02:00:00.000Z");  // 05:00 summer time
  EXPECT_EQ(to_text(*nightly.deliver_by(planned)), "2026-03-29T03:00:00.000Z");
  EXPECT_EQ(table("30 2 * * *").latest_start(planned), std::nullopt);
}

TEST(Timetable, RefusesAZoneNobodyKnows) {
  EXPECT_THROW(table("0 0 * * *", {}, {}, "Europe/Nowhere"), Error);
}

// The rules of the header, worked out again from the other side: minute by minute of UTC over three years.
TEST(Timetable, ThreeYearsAgreeWithACountMinuteByMinute) {
  for (const char* zone :
       {"Europe/Riga", "UTC", "Australia/Lord_Howe"}) {  // the last changes by half an hour
    const sys_time<minutes> from = sys_days{2026y / 1 / 1}, to = sys_days{2029y / 1 / 1};
    std::map<std::string, std::set<Time>> expected;
    std::map<std::string, config::Cron> crons;
    for (const char* text : {"30 3 * * *", "*/20 2-4 * * *", "59 1 * * sun"})
      crons.emplace(text, config::Cron::parse(text));

    const date::time_zone* rules = date::locate_zone(zone);
    date::sys_info info = rules->get_info(date::sys_seconds{from});
    const auto wall = [&](sys_time<minutes> moment) {
      if (moment >= info.end) info = rules->get_info(date::sys_seconds{moment});
      return local_time<minutes>{moment.time_since_epoch() + duration_cast<minutes>(info.offset)};
    };
    local_time<minutes> seen = wall(from);
    for (sys_time<minutes> moment = from + minutes{1}; moment <= to; moment += minutes{1})
      for (const local_time<minutes> now = wall(moment); seen < now; seen += minutes{1})
        for (const auto& [text, cron] : crons)
          if (cron.due(seen + minutes{1})) expected[text].insert(moment);

    for (const auto& [text, cron] : crons) {
      std::set<Time> planned;
      const Timetable timetable = table(text, {}, {}, zone);
      for (auto next = timetable.next(from); next && *next <= to; next = timetable.next(*next))
        planned.insert(*next);
      EXPECT_EQ(planned, expected[text]) << zone << " " << text;
      EXPECT_GT(planned.size(), 150u);
    }
  }
}

}  // namespace
}  // namespace tilts::schedule
