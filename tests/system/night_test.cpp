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

// Whoever dies has no valid document any more; the registry says so by not naming it.
TEST(Night, ADocumentThatIsNoLongerNamedIsGone) {
  City city;
  ASSERT_TRUE(city.night(initial()).fetched);
  city.registry().advance(200);  // 300 people: a death every fiftieth night
  ASSERT_TRUE(city.night().fetched);

  int of_the_living = 0, gone = 0, widowed = 0;
  city.with([&](pull::JobRunner&, store::Store& store) {
    store.read([&](store::Session& session) {
      for (const store::StoredSubject& person :
           store.records().page(session, "residents", "population", "", 300)) {
        bool dead = false;
        for (const auto& [record, seen, changed] : person.records) {
          const std::string* status = record.find("marital_status");
          dead = dead || record.find("death_date") != nullptr;
          widowed += changed != Time() && status != nullptr && *status == "widowed";
        }
        for (const auto& [record, seen, changed] : person.records) {
          if (record.type != "document") continue;
          EXPECT_NE(record.present, dead) << person.client;
          ++(record.present ? of_the_living : gone);
        }
      }
    });
  });
  EXPECT_GE(of_the_living, 290);
  EXPECT_GT(gone, 0);
  EXPECT_GT(widowed, 0);
}

}  // namespace
}  // namespace tilts::system_test
