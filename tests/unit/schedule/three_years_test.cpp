// Three simulated years over six clock changes in Riga: each occurrence is in the ledger exactly once and is
// run at most once, whatever restarts, crashes and downtime lie between; with a gateway that never stops,
// each runs.
#include <map>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "gateway/schedule/planner.h"
#include "tests/unit/schedule/office.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;
using store::OccurrenceState;

constexpr const char* start = "2026-01-01T12:00:00Z";
constexpr const char* end = "2029-01-01T12:00:00Z";

// Wall times that exist every night, that fall into the gap and the doubled hour, and several a day.
std::vector<PlannedJob> jobs(const Office& office) {
  return {office.job("30 2 * * *", {}, {}, {}, "nightly"), office.job("30 3 * * *", {}, {}, {}, "changing"),
          office.job("0 5,17 * * mon-fri", {}, {}, {}, "weekdays", "siva")};
}

std::set<Time> expected(const PlannedJob& job) {
  std::set<Time> all;
  const Timetable timetable(job.schedule);
  for (auto next = timetable.next(parse_time(start)); *next <= parse_time(end); next = timetable.next(*next))
    all.insert(*next);
  return all;
}

using Runs = std::map<std::string, std::map<Time, int>>;

void run_all(Planner& planner, Office& office, Runs& runs, double crash, std::mt19937& dice) {
  for (const char* lane : {"population", "siva"})
    while (const auto due = planner.take(lane, office.now)) {
      if (std::bernoulli_distribution(crash)(dice)) break;  // left running: the process is gone
      ++runs[due->job][due->planned];
      planner.ended(*due, {Outcome::Kind::done, "", ""}, office.now);
    }
}

TEST(ThreeYears, AGatewayThatNeverStopsRunsEachOccurrenceExactlyOnce) {
  Office office(start);
  std::mt19937 dice(1);
  Runs runs;
  Planner planner(jobs(office), office.store, office.bell, office.now);
  for (; office.now <= parse_time(end); office.now += minutes{5}) {
    planner.look(office.now);
    run_all(planner, office, runs, 0, dice);
  }
  for (const PlannedJob& job : jobs(office)) {
    std::set<Time> ran;
    for (const auto& [planned, times] : runs[job.name]) {
      EXPECT_EQ(times, 1) << job.name << " " << to_text(planned);
      ran.insert(planned);
    }
    EXPECT_EQ(ran, expected(job)) << job.name;
    for (const store::Occurrence& row : office.rows(job.name))
      EXPECT_EQ(row.state, row.planned < office.now ? OccurrenceState::done : OccurrenceState::planned);
  }
  EXPECT_EQ(runs["nightly"].size(), 1096u);  // one a day, leap year and clock changes included
  EXPECT_EQ(runs["changing"].size(), 1096u);
  EXPECT_TRUE(office.standing().empty());
}

TEST(ThreeYears, RestartsCrashesAndDowntimeLoseNoneAndDoubleNone) {
  for (const unsigned seed : {1u, 2u}) {
    Office office(start);
    std::mt19937 dice(seed);
    const auto chance = [&](double p) { return std::bernoulli_distribution(p)(dice); };
    Runs runs;
    auto planner = std::make_unique<Planner>(jobs(office), office.store, office.bell, office.now);
    while (office.now <= parse_time(end)) {
      office.now += minutes{std::uniform_int_distribution<>(1, 90)(dice)};
      if (chance(0.02)) {  // a restart, sometimes after days
        planner.reset();
        if (chance(0.3)) office.now += minutes{std::uniform_int_distribution<>(1, 5 * 24 * 60)(dice)};
        planner = std::make_unique<Planner>(jobs(office), office.store, office.bell, office.now);
      }
      planner->look(office.now);
      run_all(*planner, office, runs, 0.03, dice);
    }
    planner = std::make_unique<Planner>(jobs(office), office.store, office.bell, office.now);
    run_all(*planner, office, runs, 0, dice);

    for (const PlannedJob& job : jobs(office)) {
      std::set<Time> in_ledger;
      std::map<OccurrenceState, int> states;
      for (const store::Occurrence& row : office.rows(job.name)) {
        if (row.planned > parse_time(end)) continue;
        EXPECT_TRUE(in_ledger.insert(row.planned).second);
        ++states[row.state];
        const bool ran = row.state == OccurrenceState::done || row.state == OccurrenceState::caught_up;
        EXPECT_EQ(runs[job.name][row.planned], ran ? 1 : 0) << job.name << " " << to_text(row.planned);
        EXPECT_EQ(row.reason.empty(), ran);  // what did not run says why
      }
      EXPECT_EQ(in_ledger, expected(job)) << job.name;
      EXPECT_EQ(states[OccurrenceState::planned] + states[OccurrenceState::running], 0);
      // The dice made each of these happen; otherwise this proves nothing.
      EXPECT_GT(states[OccurrenceState::done], 50);
      EXPECT_GT(states[OccurrenceState::caught_up], 5);
      EXPECT_GT(states[OccurrenceState::skipped], 5);
    }
  }
}

}  // namespace
}  // namespace tilts::schedule
