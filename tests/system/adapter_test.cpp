// An adapter that goes astray in the middle of a run.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"
#include "tests/system/wayward.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

int64_t stored_records(City& city) {
  int64_t records = 0;
  city.with([&](pull::JobRunner&, store::Store& store) {
    for (const auto& standing :
         store.read([&](store::Session& session) { return store.records().standing(session); }))
      records += standing.records;
  });
  return records;
}

TEST(Adapter, WhatItThrowsEndsTheRunAndNothingOfThePageIsKept) {
  City city(wayward("throws"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("adapter wayward: operation throws: it lost its way"));
  EXPECT_EQ(stored_records(city), 0);
}

TEST(Adapter, NonsenseEndsTheRun) {
  City city(wayward("nonsense"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("adapter wayward"));
  EXPECT_EQ(stored_records(city), 0);
}

TEST(Adapter, AFloodEndsTheRun) {
  City city(wayward("floods"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_EQ(stored_records(city), 0);
}

TEST(Adapter, MayAskOnlyAboutPeopleOnTheRoster) {
  City city(wayward("curious"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("not on the roster"));
  EXPECT_EQ(city.registry().counter("received"), 0);
}

TEST(Adapter, WhomNobodyAskedAboutIsDroppedAndCounted) {
  City city(wayward("stranger"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.counts.dropped, 1) << report.sentence;
  EXPECT_EQ(stored_records(city), 40);
}

TEST(Adapter, ASnapshotThatDoesNotAddUpRemovesNothing) {
  City city(wayward("miscounts"));
  const pull::RunReport report = city.night();
  EXPECT_THAT(report.why_no_removals, HasSubstr("counts 41 people and 40 came")) << report.sentence;
}

void dies(const char* operation, int signal) {
  City city(wayward(operation));
  EXPECT_EQ(city.night_in_a_child(), -signal);
  city.with([&](pull::JobRunner& runner, store::Store& store) {
    const auto reports = runner.repair();
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].state, RunState::interrupted);
    EXPECT_THAT(reports[0].sentence, HasSubstr("adapter wayward"));
    EXPECT_EQ(
        store.read([&](store::Session& session) { return store.runs().last(session, "residents"); })->state,
        store::RunState::interrupted);
  });
}

TEST(Adapter, ACrashIsToldAtTheNextStart) { dies("segfaults", SIGSEGV); }
TEST(Adapter, AnAbortIsToldAtTheNextStart) { dies("aborts", SIGABRT); }

TEST(Adapter, SilenceEndsTheProcessAndTwiceIsEnough) {
  Plan plan = wayward("loops");
  plan.silence_seconds = 1;
  City city(plan);
  EXPECT_EQ(city.night_in_a_child(), 70);
  EXPECT_EQ(city.night_in_a_child(), 70);
  const pull::RunReport third = city.night();
  EXPECT_EQ(third.state, RunState::bug);
  EXPECT_THAT(third.sentence, HasSubstr("fell silent in the last 2 runs and is not started again"));
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto run =
        store.read([&](store::Session& session) { return store.runs().last(session, "residents"); });
    EXPECT_TRUE(run->silent);
    EXPECT_THAT(run->sentence, HasSubstr("adapter wayward"));
  });
}

}  // namespace
}  // namespace tilts::system_test
