#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Night, AFirstLoadThatNobodyAnnouncedWaits) {
  City city;
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::waiting) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("too many changes"));
  EXPECT_THAT(city.deliveries("residents"), IsEmpty());
}

TEST(Night, EveryoneIsDeliveredOnceAndAQuietNightDeliversNothing) {
  City city;
  const pull::RunReport first = city.night(initial());
  EXPECT_THAT(first.state, testing::AnyOf(RunState::done, RunState::done_held_back)) << first.sentence;
  EXPECT_EQ(first.counts.asked, 300);
  EXPECT_EQ(city.table("residents").size(), 300u) << first.sentence;

  const size_t files = city.deliveries("residents").size();
  const pull::RunReport second = city.night();
  EXPECT_THAT(second.sentence, HasSubstr("nothing changed, nothing was delivered"));
  EXPECT_THAT(second.deliveries, IsEmpty());
  EXPECT_EQ(city.deliveries("residents").size(), files);
}

}  // namespace
}  // namespace tilts::system_test
