#include "gateway/config/cron.h"

#include <gtest/gtest.h>

#include "gateway/base/error.h"

namespace tilts::config {
namespace {

using namespace std::chrono;

Cron::LocalMinute at(int y, unsigned m, unsigned d, int hour, int minute) {
  return local_days{year{y} / month{m} / day{d}} + hours{hour} + minutes{minute};
}

std::string refusal(std::string_view text) {
  try {
    Cron::parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Cron, OneTimeADay) {
  const Cron cron = Cron::parse("30 2 * * *");
  EXPECT_EQ(cron.next(at(2026, 11, 21, 2, 29)), at(2026, 11, 21, 2, 30));
  EXPECT_EQ(cron.next(at(2026, 11, 21, 2, 30)), at(2026, 11, 22, 2, 30));
  EXPECT_EQ(cron.next(at(2026, 12, 31, 3, 0)), at(2027, 1, 1, 2, 30));
}

TEST(Cron, RangesStepsListsAndNames) {
  const Cron cron = Cron::parse("0-10/5,50 8-9 * JAN,mar Mon-fri");
  EXPECT_TRUE(cron.due(at(2026, 1, 5, 8, 10)));
  EXPECT_TRUE(cron.due(at(2026, 3, 2, 9, 50)));
  EXPECT_FALSE(cron.due(at(2026, 1, 5, 8, 15)));
  EXPECT_FALSE(cron.due(at(2026, 1, 5, 10, 0)));
  EXPECT_FALSE(cron.due(at(2026, 2, 2, 8, 0)));
  EXPECT_FALSE(cron.due(at(2026, 1, 4, 8, 0)));  // a Sunday
}

TEST(Cron, AStepFromANumberGoesToTheEnd) {
  const Cron cron = Cron::parse("7/20 * * * *");
  EXPECT_TRUE(cron.due(at(2026, 1, 1, 0, 7)));
  EXPECT_TRUE(cron.due(at(2026, 1, 1, 0, 47)));
  EXPECT_FALSE(cron.due(at(2026, 1, 1, 0, 0)));
}

TEST(Cron, SevenIsSunday) {
  EXPECT_TRUE(Cron::parse("0 0 * * 7").due(at(2026, 11, 22, 0, 0)));
  EXPECT_TRUE(Cron::parse("0 0 * * sun").due(at(2026, 11, 22, 0, 0)));
  EXPECT_TRUE(Cron::parse("0 0 * * 5-7").due(at(2026, 11, 22, 0, 0)));
  EXPECT_FALSE(Cron::parse("0 0 * * 5-7").due(at(2026, 11, 26, 0, 0)));
}

TEST(Cron, TwoRestrictedDayFieldsMeanEither) {
  const Cron cron = Cron::parse("0 6 15 * mon");
  EXPECT_TRUE(cron.due(at(2026, 11, 15, 6, 0)));  // a Sunday
  EXPECT_TRUE(cron.due(at(2026, 11, 16, 6, 0)));  // a Monday
  EXPECT_FALSE(cron.due(at(2026, 11, 17, 6, 0)));
  const Cron both = Cron::parse("0 6 */2 * mon");  // crontab(5): a field that begins with * restricts nothing
  EXPECT_TRUE(both.due(at(2026, 11, 23, 6, 0)));   // a Monday the 23rd
  EXPECT_FALSE(both.due(at(2026, 11, 16, 6, 0)));  // a Monday the 16th
}

TEST(Cron, LeapDaysAreFoundAndImpossibleDaysAreNot) {
  EXPECT_EQ(Cron::parse("0 0 29 2 *").next(at(2096, 3, 1, 0, 0)), at(2104, 2, 29, 0, 0));
  EXPECT_EQ(Cron::parse("0 0 30 2 *").next(at(2026, 1, 1, 0, 0)), std::nullopt);
}

TEST(Cron, KeepsItsWordsWithSingleBlanks) { EXPECT_EQ(Cron::parse(" 5  4 * * * ").text(), "5 4 * * *"); }

TEST(Cron, RefusesWithTheFieldsName) {
  EXPECT_EQ(refusal("30 2 * *"), "\"30 2 * *\" has 4 fields, cron has five: minute hour day month weekday");
  EXPECT_EQ(refusal("60 2 * * *"), "minute \"60\" is not 0 to 59, a range, a step or a list of them");
  EXPECT_EQ(refusal("0 24 * * *"), "hour \"24\" is not 0 to 23, a range, a step or a list of them");
  EXPECT_EQ(refusal("0 2 0 * *"), "day \"0\" is not 1 to 31, a range, a step or a list of them");
  EXPECT_EQ(refusal("0 2 * foo *"), "month \"foo\" is not 1 to 12, a range, a step or a list of them");
  EXPECT_EQ(refusal("0 2 * * 8"), "weekday \"8\" is not 0 to 7, a range, a step or a list of them");
  for (const char* text :
       {"", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "1- * * * *", "-1 * * * *", "1.5 * * * *",
        "*/99 * * * *", "@daily", "1-2-3 * * * *", "1/ * * * *", "0 0 * * * *", "+1 * * * *"})
    EXPECT_NE(refusal(text), "accepted") << text;
}

}  // namespace
}  // namespace tilts::config
