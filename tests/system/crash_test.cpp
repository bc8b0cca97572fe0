// kill -9 at any moment: the next run carries on, nothing is lost, doubled or half delivered.
#include <csignal>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using testing::AnyOf;

pull::RunOptions initial() {
  pull::RunOptions options;
  options.initial = true;
  return options;
}

TEST(Crash, KilledAtRandomMomentsItEndsWithTheSameTables) {
  City undisturbed;
  undisturbed.night(initial());
  undisturbed.next_day();
  undisturbed.night();

  City city;
  std::mt19937 random(20261121);
  for (int day = 0; day < 2; ++day) {
    int killed = 0;
    for (int attempt = 0; attempt < 12; ++attempt) {
      const auto moment = std::chrono::microseconds(std::uniform_int_distribution(2'000, 900'000)(random));
      killed += city.night_in_a_child(initial(), moment) == -SIGKILL;
      // Whatever is there with a manifest is whole: table() would not parse a torn one.
      EXPECT_LE(city.table("residents").size(), 300u);
    }
    EXPECT_GT(killed, 0);
    const pull::RunReport last = city.night(initial());
    EXPECT_TRUE(last.fetched) << last.sentence;
    if (day == 0) city.next_day();
  }
  for (const char* target : {"residents", "addresses", "cards"})
    EXPECT_EQ(city.table(target), undisturbed.table(target)) << target;
  const pull::RunReport quiet = city.night();
  EXPECT_TRUE(quiet.deliveries.empty()) << quiet.sentence;
}

}  // namespace
}  // namespace tilts::system_test
