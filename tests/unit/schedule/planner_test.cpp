#include "gateway/schedule/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/schedule/scheduler.h"
#include "tests/unit/schedule/office.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Outcome done{Outcome::Kind::done, "", ""};

Outcome outcome(Outcome::Kind kind) {
  return {kind, "4f1c22aa", "job residents: registry population: no route"};
}

// Riga is two hours ahead in November: 02:30 there is 00:30Z.
TEST(Planner, TheNextOccurrenceIsInTheLedgerBeforeItIsDue) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 planned"));
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
}

TEST(Planner, AnOccurrenceRunsOnceAndEndsAsDone) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  office.at("2026-11-22T00:30:05Z");
  planner.look(office.now);
  const auto due = planner.take("population", office.now);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->job, "residents");
  EXPECT_FALSE(due->late);
  EXPECT_EQ(to_text(due->planned), "2026-11-22T00:30:00.000Z");
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 running", "2026-11-23T00:30 planned"));
  planner.ended(*due, done, office.now);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 done", "2026-11-23T00:30 planned"));
  planner.look(office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.standing(), IsEmpty());
}

TEST(Planner, MissedRunsAreCaughtUpOnceByTheNewest) {
  Office office("2026-11-21T12:00:00Z");
  { Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now); }
  office.at("2026-11-24T08:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  const auto due = planner.take("population", office.now);
  ASSERT_TRUE(due);
  EXPECT_TRUE(due->late);
  planner.ended(*due, done, office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 skipped", "2026-11-23T00:30 skipped",
                                           "2026-11-24T00:30 caught up", "2026-11-25T00:30 planned"));
  EXPECT_EQ(office.rows()[0].reason, "the run planned for 2026-11-24 02:30 stands for it");
}

TEST(Planner, RunsThatDidNotStartRing) {
  Office office("2026-11-21T12:00:00Z");
  { Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now); }
  office.at("2026-11-24T08:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  EXPECT_THAT(office.standing(),
              ElementsAre("job residents: 2 runs planned from 2026-11-22 02:30 to 2026-11-23 02:30 "
                          "did not start; the newest stands for them"));
}

TEST(Planner, MissedRunsAreSkippedWhereTheJobSaysSo) {
  Office office("2026-11-21T12:00:00Z");
  {
    Planner planner({office.job("30 2 * * *", config::Missed::skip)}, office.store, office.bell, office.now);
  }
  office.at("2026-11-22T08:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::skip)}, office.store, office.bell, office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 skipped", "2026-11-23T00:30 planned"));
  EXPECT_EQ(office.rows()[0].reason, "missed: the gateway was not running at its time");
  EXPECT_THAT(office.standing(), ElementsAre(HasSubstr("did not start: the gateway was not running")));
}

TEST(Planner, AFewMinutesAreNotMissed) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::skip)}, office.store, office.bell, office.now);
  office.at("2026-11-22T00:34:00Z");
  planner.look(office.now);
  EXPECT_TRUE(planner.take("population", office.now));
}

TEST(Planner, NothingStartsAfterItsLatestStart) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::catch_up, hours{5});
  { Planner planner({job}, office.store, office.bell, office.now); }
  office.at("2026-11-22T03:00:01Z");
  Planner planner({job}, office.store, office.bell, office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 skipped", "2026-11-23T00:30 planned"));
  EXPECT_EQ(office.rows()[0].reason, "not started by 2026-11-22 05:00");
  EXPECT_THAT(office.standing(),
              ElementsAre(HasSubstr("did not start by its latest start 2026-11-22 05:00")));
}

TEST(Planner, UpToItsLatestStartItMayStart) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::catch_up, hours{5});
  { Planner planner({job}, office.store, office.bell, office.now); }
  office.at("2026-11-22T03:00:00Z");
  Planner planner({job}, office.store, office.bell, office.now);
  EXPECT_TRUE(planner.take("population", office.now));
}

TEST(Planner, WhatHasNotDeliveredInTimeRings) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390})}, office.store,
                  office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  ASSERT_TRUE(planner.take("population", office.now));
  office.at("2026-11-22T04:30:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), IsEmpty());
  office.at("2026-11-22T04:30:01Z");
  planner.look(office.now);
  planner.look(office.now);
  EXPECT_THAT(office.standing(),
              ElementsAre("job residents: the run planned for 2026-11-22 02:30 has not delivered by "
                          "2026-11-22 06:30; tilts status says why"));
}

TEST(Planner, WhatDeliveredInTimeDoesNotRing) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390})}, office.store,
                  office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  planner.ended(*planner.take("population", office.now), done, office.now);
  office.at("2026-11-22T12:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), IsEmpty());
}

TEST(Planner, DeliverByIsWatchedOverARestart) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390});
  {
    Planner planner({job}, office.store, office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::failed), office.now);
  }
  Planner planner({job}, office.store, office.bell, office.now);
  office.at("2026-11-22T05:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), testing::Contains(HasSubstr("has not delivered by")));
}

// In the ledger it is done.
TEST(Planner, DeliverByIsWatchedOverARestartAlsoForARunThatWaits) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390});
  {
    Planner planner({job}, office.store, office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::waiting), office.now);
  }
  Planner planner({job}, office.store, office.bell, office.now);
  office.at("2026-11-22T05:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), testing::Contains(HasSubstr("has not delivered by")));
}

TEST(Planner, WhatDeliveredInTimeDoesNotRingAfterARestartOrAFailedRunByHand) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390});
  const auto ran = [&](store::RunState state) {
    office.store.write([&](store::Transaction& t) {
      const store::Run run = office.store.runs().start(t, "residents", {}, office.now);
      office.store.runs().end(t, run.id, state, "", "job residents: words", {}, office.now);
    });
  };
  {
    Planner planner({job}, office.store, office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    ran(store::RunState::done);
    planner.ended(*planner.take("population", office.now), done, office.now);
  }
  Planner planner({job}, office.store, office.bell, office.now);
  office.at("2026-11-22T03:00:00Z");
  ran(store::RunState::failed);
  office.at("2026-11-22T05:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), IsEmpty());
}

TEST(Planner, AnUnreachableRegistryIsTriedAgainThreeTimes) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  for (const minutes pause : {minutes{5}, minutes{15}, minutes{45}}) {
    planner.look(office.now);
    const auto due = planner.take("population", office.now);
    ASSERT_TRUE(due);
    planner.ended(*due, outcome(Outcome::Kind::unreachable), office.now);
    EXPECT_THAT(office.standing(), IsEmpty());
    office.now += pause - seconds{1};
    planner.look(office.now);
    EXPECT_EQ(planner.take("population", office.now), std::nullopt);
    office.now += seconds{1};
  }
  planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::unreachable), office.now);
  EXPECT_THAT(office.standing(), ElementsAre("job residents: registry population: no route"));
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 failed", "2026-11-23T00:30 planned"));
}

TEST(Planner, TriesEndAtTheLatestStart) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::catch_up, minutes{155})}, office.store,
                  office.bell, office.now);
  office.at("2026-11-22T00:31:00Z");
  planner.look(office.now);
  planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::unreachable), office.now);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 failed", "2026-11-23T00:30 planned"));
}

// A run ends alarms itself, in the commit that says how it went (tests/unit/pull/end_test.cpp), and keeps
// what goes on: a plan that waits while the registry answers later.
TEST(Planner, AnOutcomeEndsNoAlarm) {
  for (const pull::RunState state : {pull::RunState::done, pull::RunState::parked}) {
    Office office("2026-11-21T12:00:00Z");
    Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
    office.bell.ring("job residents", "waiting", "job residents: too many changes");
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    pull::RunReport report;
    report.state = state;
    planner.ended(*planner.take("population", office.now), outcome_of(report), office.now);
    EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 done", "2026-11-23T00:30 planned"));
    EXPECT_THAT(office.standing(), ElementsAre("job residents: too many changes"));
  }
}

TEST(Planner, AnAnswerThatComesLaterIsNoDelivery) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390})}, office.store,
                  office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  pull::RunReport report;
  report.state = pull::RunState::parked;
  planner.ended(*planner.take("population", office.now), outcome_of(report), office.now);
  office.at("2026-11-22T05:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), ElementsAre(HasSubstr("has not delivered by")));
}

TEST(Planner, AnOutcomeThatTheStoreDidNotTakeIsSettledAtTheNextLook) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  const auto due = planner.take("population", office.now);
  office.store_refuses_occurrences();
  EXPECT_THROW(planner.ended(*due, done, office.now), Error);
  EXPECT_THROW(planner.look(office.now), Error);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  office.store_takes();
  planner.look(office.now);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 done", "2026-11-23T00:30 planned"));
  EXPECT_EQ(planner.take("population", office.now), std::nullopt) << "nobody is asked about twice";
}

TEST(Planner, ARegistryThatWasNotReachedWhileTheStoreWasDownIsTriedAgainAfterItsPause) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  const auto due = planner.take("population", office.now);
  office.store_refuses_occurrences();
  EXPECT_THROW(planner.ended(*due, outcome(Outcome::Kind::unreachable), office.now), Error);
  office.store_takes();
  planner.look(office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  office.at("2026-11-22T00:35:00Z");
  planner.look(office.now);
  EXPECT_TRUE(planner.take("population", office.now));
}

// Every night's sentence has another run and another request in it.
TEST(Planner, NightsOfTheSameTroubleRingOnce) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now);
  for (const std::string day : {"22", "23", "24"}) {
    office.at("2026-11-" + day + "T00:30:00Z");
    planner.look(office.now);
    planner.ended(*planner.take("population", office.now),
                  {Outcome::Kind::failed, "r" + day, "job residents: request " + day, "untrusted"},
                  office.now);
  }
  EXPECT_THAT(office.standing(), ElementsAre("job residents: request 24"));
  EXPECT_THAT(office.journal, ElementsAre("alarm: job residents: request 22"));
}

TEST(Planner, ARunByHandThatDeliveredKeepsDeliverByQuiet) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390})}, office.store,
                  office.bell, office.now);
  office.at("2026-11-22T00:30:00Z");
  planner.look(office.now);
  planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::failed), office.now);
  office.bell.quiet("job residents");
  for (const store::RunState state : {store::RunState::done, store::RunState::failed}) {
    office.now += hours{1};
    office.store.write([&](store::Transaction& t) {
      const store::Run run = office.store.runs().start(t, "residents", {}, office.now);
      office.store.runs().end(t, run.id, state, "", "job residents: words", {}, office.now);
    });
  }
  office.at("2026-11-22T05:00:00Z");
  planner.look(office.now);
  EXPECT_THAT(office.standing(), IsEmpty());
}

TEST(Planner, WhatWasStoppedCarriesOnAtTheNextStartAlsoWhereMissedOnesAreSkipped) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *", config::Missed::skip);
  {
    Planner planner({job}, office.store, office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    planner.ended(*planner.take("population", office.now), outcome(Outcome::Kind::stopped), office.now);
    EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  }
  office.at("2026-11-22T00:50:00Z");
  Planner planner({job}, office.store, office.bell, office.now);
  EXPECT_TRUE(planner.take("population", office.now));
}

TEST(Planner, AProcessThatDiedRunsItOnceMoreAndNotAThirdTime) {
  Office office("2026-11-21T12:00:00Z");
  const PlannedJob job = office.job("30 2 * * *");
  {
    Planner planner({job}, office.store, office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    ASSERT_TRUE(planner.take("population", office.now));
  }
  {
    Planner planner({job}, office.store, office.bell, office.now);
    ASSERT_TRUE(planner.take("population", office.now));
  }
  Planner planner({job}, office.store, office.bell, office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 failed", "2026-11-23T00:30 planned"));
  EXPECT_THAT(office.standing(), ElementsAre(HasSubstr("ended the process twice and is not started again")));
}

TEST(Planner, ARunThatTakesTooLongLetsTheNewestStandForTheOthers) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("0 * * * *")}, office.store, office.bell, office.now);
  office.at("2026-11-21T13:00:00Z");
  planner.look(office.now);
  const auto first = planner.take("population", office.now);
  for (const char* time : {"2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"}) {
    office.at(time);
    planner.look(office.now);
    EXPECT_EQ(planner.take("population", office.now), std::nullopt);  // never twice at once
  }
  planner.ended(*first, done, office.now);
  const auto second = planner.take("population", office.now);
  EXPECT_EQ(to_text(second.value().planned), "2026-11-21T15:00:00.000Z");
  EXPECT_EQ(office.rows()[1].reason, "the run planned for 2026-11-21 17:00 stands for it");
}

TEST(Planner, JobsOfOneRegistryRunOneAfterAnotherAndOfTwoBesideEachOther) {
  Office office("2026-11-21T12:00:00Z");
  Planner planner({office.job("10 * * * *"), office.job("5 * * * *", {}, {}, {}, "changes"),
                   office.job("20 * * * *", {}, {}, {}, "queue", "siva")},
                  office.store, office.bell, office.now);
  EXPECT_THAT(planner.lanes(), ElementsAre("population", "siva"));
  office.at("2026-11-21T12:20:00Z");
  planner.look(office.now);
  const auto first = planner.take("population", office.now);
  EXPECT_EQ(first.value().job, "changes");  // the oldest first
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_EQ(planner.take("siva", office.now).value().job, "queue");
  planner.ended(*first, done, office.now);
  EXPECT_EQ(planner.take("population", office.now).value().job, "residents");
}

TEST(Planner, AChangedScheduleSkipsWhatWasPlannedAndComesBackWhole) {
  Office office("2026-11-21T12:00:00Z");
  { Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now); }
  { Planner planner({office.job("0 4 * * *")}, office.store, office.bell, office.now); }
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 skipped", "2026-11-22T02:00 planned"));
  EXPECT_EQ(office.rows()[0].reason, "the schedule was changed");
  { Planner planner({office.job("30 2 * * *")}, office.store, office.bell, office.now); }
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T00:30 planned", "2026-11-22T02:00 skipped"));
}

TEST(Planner, AWaitingRunRingsAndApprovalInTimeKeepsDeliverByQuiet) {
  for (const bool approved : {true, false}) {
    Office office("2026-11-21T12:00:00Z");
    Planner planner({office.job("30 2 * * *", config::Missed::catch_up, {}, minutes{390})}, office.store,
                    office.bell, office.now);
    office.at("2026-11-22T00:30:00Z");
    planner.look(office.now);
    const auto due = planner.take("population", office.now);
    const store::Run run = office.store.write([&](store::Transaction& t) {
      return office.store.runs().start(t, "residents", due->planned, office.now);
    });
    const auto end = [&](store::RunState state) {
      office.store.write([&](store::Transaction& t) {
        office.store.runs().end(t, run.id, state, "", "job residents: too many changes", {}, office.now);
      });
    };
    end(store::RunState::waiting);
    planner.ended(*due, {Outcome::Kind::waiting, run.id, "job residents: too many changes"}, office.now);
    EXPECT_THAT(office.standing(), ElementsAre("job residents: too many changes"));
    if (approved) end(store::RunState::done);
    office.at("2026-11-22T05:00:00Z");
    planner.look(office.now);
    EXPECT_EQ(office.standing().size(), approved ? 1u : 2u);
  }
}

void park(Office& office, std::string_view due) {
  office.store.write([&](store::Transaction& t) {
    office.store.parked().put(t, {"4f1c22aa", "residents", "wayward", "parks", "", "token", parse_time(due)});
  });
}

TEST(Planner, AParkedCallWakesItsJobOnceWhenItIsDue) {
  Office office("2026-11-22T00:30:00Z");
  PlannedJob job = office.job("30 2 * * *");
  job.operation = "parks";
  Planner planner({job}, office.store, office.bell, office.now);
  park(office, "2026-11-22T11:00:00Z");
  office.at("2026-11-22T10:59:59Z");
  planner.look(office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  office.at("2026-11-22T11:00:00Z");
  planner.look(office.now);
  const auto due = planner.take("population", office.now);
  ASSERT_TRUE(due);
  EXPECT_EQ(to_text(due->planned), "2026-11-22T11:00:00.000Z");
  planner.ended(*due, outcome(Outcome::Kind::failed), office.now);
  // The call is still there; the next night takes it up.
  planner.look(office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
  EXPECT_THAT(office.ledger(), ElementsAre("2026-11-22T11:00 failed", "2026-11-23T00:30 planned"));
}

TEST(Planner, AParkedCallOfAnotherOperationWakesNobody) {
  Office office("2026-11-22T00:30:00Z");
  PlannedJob job = office.job("30 2 * * *");
  job.operation = "residents";
  Planner planner({job}, office.store, office.bell, office.now);
  park(office, "2026-11-22T11:00:00Z");
  office.at("2026-11-22T12:00:00Z");
  planner.look(office.now);
  EXPECT_EQ(planner.take("population", office.now), std::nullopt);
}

TEST(Planner, AParkedCallThatWasDueWhileNobodyWasThereIsTakenUpWithoutAnAlarm) {
  Office office("2026-11-22T00:30:00Z");
  PlannedJob job = office.job("30 2 * * *", config::Missed::skip);
  job.operation = "parks";
  { Planner planner({job}, office.store, office.bell, office.now); }
  park(office, "2026-11-22T11:00:00Z");
  office.at("2026-11-22T20:00:00Z");
  {
    Planner planner({job}, office.store, office.bell, office.now);  // and is gone before it started it
  }
  office.at("2026-11-22T21:00:00Z");
  Planner planner({job}, office.store, office.bell, office.now);
  const auto due = planner.take("population", office.now);
  ASSERT_TRUE(due);
  EXPECT_FALSE(due->late);
  EXPECT_THAT(office.standing(), IsEmpty());
}

TEST(Planner, TheNightStandsForAParkedCallWithoutAnAlarm) {
  Office office("2026-11-21T12:00:00Z");
  PlannedJob job = office.job("30 2 * * *");
  job.operation = "parks";
  Planner planner({job, office.job("20 2 * * *", {}, {}, {}, "changes")}, office.store, office.bell,
                  office.now);
  park(office, "2026-11-22T00:25:00Z");
  office.at("2026-11-22T00:20:00Z");
  planner.look(office.now);
  const auto changes = planner.take("population", office.now);
  for (const char* time : {"2026-11-22T00:25:00Z", "2026-11-22T00:30:00Z"}) {
    office.at(time);
    planner.look(office.now);
  }
  planner.ended(*changes, done, office.now);
  EXPECT_EQ(to_text(planner.take("population", office.now).value().planned), "2026-11-22T00:30:00.000Z");
  EXPECT_THAT(office.standing(), IsEmpty());
  EXPECT_EQ(office.rows()[0].reason, "the run planned for 2026-11-22 02:30 stands for it");
}

}  // namespace
}  // namespace tilts::schedule
