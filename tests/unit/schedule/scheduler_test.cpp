#include "gateway/schedule/scheduler.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/schedule/office.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Outcome, NamesTheTroubleByTheStateOfTheRun) {
  pull::RunReport report;
  report.state = pull::RunState::untrusted;
  EXPECT_EQ(outcome_of(report).trouble, "untrusted");
}

TEST(Outcome, SaysWhatTheLedgerNeeds) {
  using pull::RunState;
  const auto kind = [](RunState state) {
    pull::RunReport report;
    report.state = state;
    return outcome_of(report).kind;
  };
  EXPECT_EQ(kind(RunState::done), Outcome::Kind::done);
  EXPECT_EQ(kind(RunState::done_held_back), Outcome::Kind::done);
  EXPECT_EQ(kind(RunState::parked), Outcome::Kind::parked);
  EXPECT_EQ(kind(RunState::waiting), Outcome::Kind::waiting);
  EXPECT_EQ(kind(RunState::transient), Outcome::Kind::unreachable);
  EXPECT_EQ(kind(RunState::interrupted), Outcome::Kind::stopped);
  for (const RunState state : {RunState::untrusted, RunState::declined, RunState::config, RunState::bug})
    EXPECT_EQ(kind(state), Outcome::Kind::failed);
}

// A daemon with a job each minute and a clock that goes a minute every time it is looked at.
struct Day {
  explicit Day(Duties duties)
      : planner({office.job("* * * * *")}, office.store, bell, office.now),
        scheduler(planner, bell, std::move(duties), office.folder.path() / "heartbeat",
                  Clock([this] { return parse_time("2026-11-21T12:00:00Z") + minutes{ticks++}; }),
                  milliseconds{5}) {}

  // Serves until `enough`, ten seconds at most.
  bool serve_until(const std::function<bool()>& enough) {
    std::jthread loop([this](std::stop_token stop) { scheduler.serve(stop); });
    const auto until = steady_clock::now() + seconds{10};
    while (!enough() && steady_clock::now() < until) std::this_thread::sleep_for(milliseconds{5});
    return enough();
  }

  Office office{"2026-11-21T12:00:00Z"};
  std::atomic<int> ticks{0};
  Bell bell{office.store, "", "test", [](const std::string&) {}, Clock::fixed(office.now)};
  Planner planner;
  Scheduler scheduler;
};

TEST(Scheduler, AnExceptionNeverEndsTheChain) {
  std::atomic<int> runs{0};
  Day day({[&](const Due&, std::stop_token) -> pull::RunReport {
             if (++runs % 2) throw std::runtime_error("the adapter threw");
             throw 42;
           },
           [] { throw std::runtime_error("the disk is full"); }});
  EXPECT_TRUE(day.serve_until([&] { return runs >= 4; }));
  // The two ways to end are one kind of trouble: its alarm has the words of the last.
  EXPECT_THAT(day.office.standing(),
              testing::IsSupersetOf({testing::Matcher<std::string>(testing::AnyOf(
                                         HasSubstr("the adapter threw"), HasSubstr("without words"))),
                                     testing::Matcher<std::string>(HasSubstr("the disk is full"))}));
}

TEST(Scheduler, WritesTheHeartbeat) {
  std::atomic<int> runs{0};
  Day day({[&](const Due&, std::stop_token) {
             ++runs;
             return pull::RunReport{};
           },
           [] {}});
  EXPECT_TRUE(day.serve_until([&] { return runs >= 2; }));
  const std::string beat = support::read_file(day.office.folder.path() / "heartbeat");
  EXPECT_GT(parse_time(beat.substr(0, beat.size() - 1)), parse_time("2026-11-21T12:00:00Z"));
}

TEST(Scheduler, AHeartbeatThatCannotBeWrittenRings) {
  std::atomic<int> runs{0};
  Day day({[&](const Due&, std::stop_token) {
             ++runs;
             return pull::RunReport{};
           },
           [] {}});
  std::filesystem::create_directories(day.office.folder.path() / "heartbeat" / "in-the-way");
  EXPECT_TRUE(day.serve_until([&] { return runs >= 2; }));
  EXPECT_THAT(day.office.standing(), testing::Contains(HasSubstr("heartbeat")));
}

TEST(Scheduler, StoppingReachesTheRunAndItsOccurrenceStaysOpen) {
  std::atomic<bool> started{false};
  Day day({[&](const Due&, std::stop_token stop) {
             started = true;
             while (!stop.stop_requested()) std::this_thread::sleep_for(milliseconds{1});
             pull::RunReport report;
             report.state = pull::RunState::interrupted;
             return report;
           },
           [] {}});
  EXPECT_TRUE(day.serve_until([&] { return started.load(); }));
  const auto rows = day.office.rows();
  const auto stopped =
      std::ranges::find(rows, "stopped; carries on at the next start", &store::Occurrence::reason);
  ASSERT_NE(stopped, rows.end());
  EXPECT_EQ(stopped->state, store::OccurrenceState::planned);
}

}  // namespace
}  // namespace tilts::schedule
