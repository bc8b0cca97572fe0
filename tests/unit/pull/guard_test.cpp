#include "gateway/pull/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PlannedCounts city() { return {.target = "residents", .delivered = 22'500}; }

std::vector<std::string> judge(const PlannedCounts& planned, bool initial = false) {
  return too_many_changes(config::GuardSettings{}, {planned}, initial);
}

TEST(Guard, LetsAnOrdinaryNightThrough) {
  PlannedCounts night = city();
  night.deaths = 3;
  night.removals = 4;
  night.changes = 40;
  night.adds = 9;
  EXPECT_THAT(judge(night), IsEmpty());
}

TEST(Guard, CountsRemovalsAndDeathsTogether) {
  PlannedCounts night = city();  // 0.2 % of 22 500 is 45, more than 25
  night.deaths = 20;
  night.removals = 25;
  EXPECT_THAT(judge(night), IsEmpty());
  night.removals = 26;
  EXPECT_THAT(judge(night), ElementsAre(HasSubstr("26 removals and 20 deaths, at most 45")));
}

TEST(Guard, ASmallTargetMayLoseTwentyFive) {
  PlannedCounts village{.target = "residents", .delivered = 100, .removals = 25};
  EXPECT_THAT(judge(village), IsEmpty());
  village.deaths = 1;
  EXPECT_THAT(judge(village), ElementsAre(HasSubstr("at most 25")));
}

TEST(Guard, StopsWhenMoreThanATenthChanges) {
  PlannedCounts night = city();
  night.changes = 2250;
  EXPECT_THAT(judge(night), IsEmpty());
  night.changes = 2251;
  EXPECT_THAT(judge(night), ElementsAre(HasSubstr("2251 of 22500 rows would change, at most 2250")));
}

TEST(Guard, AFirstLoadIsAnnounced) {
  const PlannedCounts load{.target = "residents", .delivered = 0, .adds = 22'500};
  EXPECT_THAT(judge(load), ElementsAre(HasSubstr("a first load of 22500 rows was not announced")));
  EXPECT_THAT(judge(load, true), IsEmpty());
}

TEST(Guard, AnnouncingAFirstLoadLetsNothingElseThrough) {
  PlannedCounts night = city();
  night.removals = 1000;
  EXPECT_THAT(judge(night, true), ElementsAre(HasSubstr("1000 removals")));
}

TEST(Guard, SaysThatTheMappingWasEdited) {
  PlannedCounts night = city();
  night.changes = 22'500;
  night.mapping_edited = true;
  EXPECT_THAT(judge(night), ElementsAre(HasSubstr("the mapping was edited since the last delivery")));
}

TEST(Guard, EveryBoundAndEveryTargetHasItsSentence) {
  PlannedCounts cards{.target = "cards", .delivered = 10, .changes = 9, .removals = 30};
  PlannedCounts fresh{.target = "addresses", .delivered = 0, .adds = 1};
  EXPECT_EQ(too_many_changes(config::GuardSettings{}, {cards, fresh}, false).size(), 3u);
}

}  // namespace
}  // namespace tilts::pull
