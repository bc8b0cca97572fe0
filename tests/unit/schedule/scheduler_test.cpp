#include "gateway/schedule/scheduler.h"

#include <algorithm>
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

// A clock that the test puts forward, and a loop of which it sees that it looked.
struct Watched {
  explicit Watched(Duties duties, std::string_view cron = "0 0 1 1 *")
      : planner({office.job(cron)}, office.store, office.bell, office.now),
        scheduler(planner, office.bell, std::move(duties), office.folder.path() / "heartbeat",
                  Clock([this] { return now.load(); }), milliseconds{1}),
        loop([this](std::stop_token stop) { scheduler.serve(stop); }) {}

  // Ten seconds at most.
  bool look_at(std::string_view time) {
    now = parse_time(time);
    const std::string beat = to_text(now.load()) + "\n";
    const auto until = steady_clock::now() + seconds{10};
    while (steady_clock::now() < until) {
      if (std::filesystem::exists(heartbeat) && support::read_file(heartbeat) == beat) return true;
      std::this_thread::sleep_for(milliseconds{1});
    }
    return false;
  }

  Office office{"2026-11-21T12:00:00Z"};
  std::filesystem::path heartbeat = office.folder.path() / "heartbeat";
  std::atomic<Time> now{office.now};
  Planner planner;
  Scheduler scheduler;
  std::jthread loop;
};

TEST(Scheduler, DoesTheDailyDutiesOnceADayAndAgainTenMinutesAfterAFailure) {
  std::atomic<int> times{0};
  Watched watched({{}, [&] {
                     if (++times == 1) throw std::runtime_error("the disk is full");
                   }});
  ASSERT_TRUE(watched.look_at("2026-11-21T12:00:00Z"));
  ASSERT_TRUE(watched.look_at("2026-11-21T12:09:59Z"));
  EXPECT_EQ(times, 1);
  EXPECT_THAT(watched.office.standing(), ElementsAre(HasSubstr("it is tried again")));
  ASSERT_TRUE(watched.look_at("2026-11-21T12:10:00Z"));
  EXPECT_EQ(times, 2);
  EXPECT_THAT(watched.office.standing(), testing::IsEmpty());
  ASSERT_TRUE(watched.look_at("2026-11-21T23:59:59Z"));
  EXPECT_EQ(times, 2);
  ASSERT_TRUE(watched.look_at("2026-11-22T00:00:00Z"));
  EXPECT_EQ(times, 3);
}

TEST(Scheduler, RingsWhatTheStoreRaised) {
  Watched watched({{}, [] {}});
  ASSERT_TRUE(watched.look_at("2026-11-21T12:00:00Z"));
  watched.office.store.write([&](store::Transaction& t) {
    watched.office.store.alarms().raise(t, "audit checkpoints", "failed", "not written", watched.now.load());
  });
  ASSERT_TRUE(watched.look_at("2026-11-21T12:01:00Z"));
  watched.loop = {};  // stopped: nobody else reads the journal
  EXPECT_THAT(watched.office.journal, ElementsAre("alarm: not written"));
}

TEST(Scheduler, ALedgerThatCouldNotBeWrittenIsAnAlarmUntilItIsWritten) {
  std::atomic<int> runs{0};
  Office* office = nullptr;
  const auto stands = [&](bool expected) {
    const auto until = steady_clock::now() + seconds{10};
    while (steady_clock::now() < until) {
      const auto standing = office->standing();
      if (expected == std::ranges::any_of(standing, [](const std::string& sentence) {
            return sentence.find("the ledger could not be written") != std::string::npos;
          }))
        return true;
      std::this_thread::sleep_for(milliseconds{1});
    }
    return false;
  };
  std::atomic<bool> ready{false};
  Watched watched({[&](const Due&, std::stop_token) {
                     while (!ready) std::this_thread::sleep_for(milliseconds{1});
                     ++runs;
                     office->store_refuses_occurrences();
                     return pull::RunReport{};
                   },
                   [] {}},
                  "* * * * *");
  office = &watched.office;
  ready = true;
  ASSERT_TRUE(watched.look_at("2026-11-21T12:01:00Z"));
  EXPECT_TRUE(stands(true));
  office->store_takes();
  EXPECT_TRUE(stands(false));
  EXPECT_EQ(runs, 1) << "nobody is asked about twice";
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
