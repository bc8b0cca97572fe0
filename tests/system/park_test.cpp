// A registry whose answer comes later. Every night is a process of its own: a restart lies between any two.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"
#include "tests/system/wayward.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;
using testing::Not;

Plan slow(const char* operation) {
  Plan plan = wayward(operation);
  plan.snapshot = false;
  return plan;
}

// The adapter adds an x whenever it asks, and says "done" at the end.
std::string cursor(City& city) {
  std::string cursor;
  city.with([&](pull::JobRunner&, store::Store& store) {
    cursor = store.read([&](store::Session& session) { return store.cursors().get(session, "residents"); });
  });
  return cursor;
}

std::string token(City& city, const char* operation) {
  std::string token;
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto call = store.read(
        [&](store::Session& session) { return store.parked().find(session, "residents", operation); });
    if (call) token = call->token;
  });
  return token;
}

TEST(Park, IsAskedOnceAndTakenUpWhenItsTimeHasCome) {
  City city(slow("parks"));
  const pull::RunReport first = city.night();
  EXPECT_EQ(first.state, RunState::parked) << first.sentence;
  EXPECT_EQ(pull::exit_code(first.state), 0);
  EXPECT_THAT(first.sentence, HasSubstr("registry population: its answer comes later"));
  EXPECT_FALSE(first.fetched);
  EXPECT_EQ(token(city, "parks"), "once");

  const pull::RunReport early = city.night();
  EXPECT_EQ(early.state, RunState::parked) << early.sentence;
  EXPECT_EQ(early.sentence, first.sentence) << "the same question, due at the same time";
  EXPECT_EQ(cursor(city), "x");

  city.quiet_days(1);
  const pull::RunReport again = city.night();
  EXPECT_EQ(again.state, RunState::parked) << again.sentence;
  EXPECT_NE(again.sentence, first.sentence) << "parked anew, until another day";
  EXPECT_EQ(token(city, "parks"), "twice");

  city.quiet_days(1);
  const pull::RunReport last = city.night();
  EXPECT_TRUE(last.fetched) << last.sentence;
  EXPECT_EQ(last.counts.records, 40);
  EXPECT_EQ(cursor(city), "done");
  EXPECT_EQ(token(city, "parks"), "");

  city.night();
  EXPECT_EQ(cursor(city), "donex") << "then it is asked anew";
}

TEST(Park, WhatIsStoredIsDeliveredMeanwhileAndNothingIsRemoved) {
  Plan plan;
  plan.residents = 40;
  City city(plan);
  pull::RunOptions initial;
  initial.initial = true;
  const size_t delivered = city.night(initial).deliveries.empty() ? 0 : city.table("residents").size();
  ASSERT_EQ(delivered, 40u);

  const std::string roster = support::read_file(city.file("roster.csv"));
  const size_t second = roster.find("K-000002;");
  std::ofstream(city.file("roster.csv"))
      << roster.substr(0, second) << roster.substr(roster.find('\n', second) + 1);
  city.edit_configuration(TILTS_ADAPTERS "\"", TILTS_WAYWARD "\"");
  city.edit_configuration("adapter=\"population\"", "adapter=\"wayward\"");
  city.edit_configuration("operations=\"residents\"", "operations=\"residents parks\"");
  city.edit_configuration("operation=\"residents\"", "operation=\"parks\"");
  const pull::RunReport report = city.night();
  EXPECT_THAT(report.state, testing::AnyOf(RunState::parked, RunState::done_held_back)) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("its answer comes later"));
  EXPECT_GT(report.counts.unchanged, 0);
  EXPECT_EQ(report.counts.removals, 0);
  EXPECT_EQ(report.counts.left, 1);
  EXPECT_EQ(city.table("residents").size(), 40u);
}

TEST(Park, ARegistryThatSaysNoIsNotWaitedFor) {
  City city(slow("vain"));
  EXPECT_EQ(city.night().state, RunState::parked);
  city.quiet_days(1);
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::declined) << report.sentence;
  EXPECT_EQ(token(city, "vain"), "");
}

TEST(Park, AFailureOnTheWayKeepsTheCall) {
  City city(slow("stumbles"));
  EXPECT_EQ(city.night().state, RunState::parked);
  city.quiet_days(1);
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_EQ(token(city, "stumbles"), "once");
}

TEST(Park, ASnapshotSaysNothingOfWhoJoinedSince) {
  for (const bool somebody_joins : {true, false}) {
    Plan plan = slow("parks");
    plan.snapshot = true;
    City city(plan);
    const std::string roster = support::read_file(city.file("roster.csv"));
    const size_t last = roster.rfind('\n', roster.size() - 2) + 1;
    std::ofstream(city.file("roster.csv")) << roster.substr(0, last);
    city.night();
    if (somebody_joins) std::ofstream(city.file("roster.csv")) << roster;
    city.quiet_days(1);
    city.night();
    city.quiet_days(1);
    const pull::RunReport report = city.night();
    EXPECT_TRUE(report.fetched) << report.sentence;
    EXPECT_EQ(report.why_no_removals,
              somebody_joins ? "people joined the roster after the registry was asked" : "");
  }
}

}  // namespace
}  // namespace tilts::system_test
