#include "gateway/schedule/bell.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/schedule/office.h"

namespace tilts::schedule {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<Bell> bell_with(Office& office, const std::string& command) {
  return std::make_unique<Bell>(
      office.store, command, "tilts test",
      [&office](const std::string& line) { office.journal.push_back(line); }, Clock::fixed(office.now));
}

// Ten seconds at most.
bool comes_true(const std::function<bool()>& what) {
  const auto until = steady_clock::now() + seconds{10};
  while (!what() && steady_clock::now() < until) std::this_thread::sleep_for(milliseconds{5});
  return what();
}

bool runs(const std::string& process) {
  std::ifstream stream("/proc/" + process + "/stat");
  std::string number, name, state;
  stream >> number >> name >> state;
  return stream && state != "Z";
}

TEST(AlarmCommand, GetsTheTextOnItsStandardInput) {
  const support::TemporaryFolder folder;
  const std::string file = (folder.path() / "heard").string();
  EXPECT_EQ(run_alarm_command("cat >" + file, "no \"route\" $(id)"), "");
  EXPECT_EQ(support::read_file(file), "no \"route\" $(id)\n");
}

TEST(AlarmCommand, ThatFailsOrHangsIsSaidAndDoesNotHoldUsUp) {
  EXPECT_EQ(run_alarm_command("exit 3", "x"), "the alarm command ended with 3");
  EXPECT_EQ(run_alarm_command("exec sleep 60", "x", milliseconds{100}),
            "the alarm command did not end within 100 ms and was stopped");
}

// The daemon blocks these in every thread, and whatever starts it may have told it to ignore one: `timeout 20
// mail …` could not end its mail.
TEST(AlarmCommand, HearsTheSignalsThatWeBlockOrIgnore) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  for (const char* name : {"TERM", "INT", "PIPE"})
    EXPECT_THAT(run_alarm_command(std::string("kill -") + name + " $$; exit 0", "x"),
                HasSubstr("was ended by signal"))
        << name;
  std::signal(SIGPIPE, ignored);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(AlarmCommand, IsStoppedWithAllThatItStarted) {
  const support::TemporaryFolder folder;
  const std::string file = (folder.path() / "child").string();
  EXPECT_THAT(run_alarm_command("sleep 600 & echo $! >" + file + "; wait", "x", milliseconds{1000}),
              HasSubstr("was stopped"));
  std::string child = support::read_file(file);
  ASSERT_FALSE(child.empty());
  child.pop_back();
  EXPECT_TRUE(comes_true([&] { return !runs(child); }));
}

TEST(AlarmCommand, ThatReadsNothingIsNoTrouble) {
  EXPECT_EQ(run_alarm_command("exit 0", std::string(1 << 20, 'x')), "");
}

TEST(Bell, RingsOnceWhileTheAlarmStands) {
  Office office("2026-11-21T12:00:00Z");
  const std::string file = (office.folder.path() / "heard").string();
  auto bell = bell_with(office, "cat >>" + file);
  bell->ring("job residents", "transient", "job residents: no route");
  bell->ring("job residents", "transient", "job residents: no route, and other words");
  EXPECT_THAT(office.journal, ElementsAre("alarm: job residents: no route"));
  EXPECT_THAT(office.standing(), ElementsAre("job residents: no route, and other words"));
  bell.reset();  // what was rung is told before it goes
  EXPECT_EQ(support::read_file(file), "tilts test: job residents: no route\n");
  bell = bell_with(office, "");
  bell->ring("job residents", "transient", "job residents: no route");
  EXPECT_EQ(office.journal.size(), 1u);
  bell->quiet("job residents");
  bell->ring("job residents", "transient", "job residents: no route");
  EXPECT_EQ(office.journal.size(), 2u);
}

// Who rings may hold a lock that the heartbeat needs.
TEST(Bell, NobodyWaitsForASlowCommand) {
  Office office("2026-11-21T12:00:00Z");
  const auto go = office.folder.path() / "go", heard = office.folder.path() / "heard";
  auto bell =
      bell_with(office, "until [ -e " + go.string() + " ]; do sleep 0.05; done; cat >>" + heard.string());
  bell->ring("job residents", "transient", "one");
  bell->ring("job residents", "untrusted", "two");
  EXPECT_FALSE(std::filesystem::exists(heard));
  std::ofstream(go).put('\n');
  bell.reset();
  EXPECT_EQ(support::read_file(heard), "tilts test: one\ntilts test: two\n");
}

TEST(Bell, WhatIsNoLongerAnnouncedEndsAlsoWhileOtherThingsStand) {
  Office office("2026-11-21T12:00:00Z");
  office.bell.ring("registry siva", "another subject", "another subject");
  office.bell.announce("configuration", {"the anchor ends", "the key ends"});
  EXPECT_THAT(office.standing(), ElementsAre("another subject", "the anchor ends", "the key ends"));
  office.bell.announce("configuration", {"the key ends"});
  EXPECT_THAT(office.standing(), ElementsAre("another subject", "the key ends"));
  office.bell.announce("configuration", {});
  EXPECT_THAT(office.standing(), ElementsAre("another subject"));
}

TEST(Bell, RingsOnceWhatTheStoreRaised) {
  Office office("2026-11-21T12:00:00Z");
  const auto raise = [&] {
    office.store.write([&](store::Transaction& t) {
      office.store.alarms().raise(t, "audit checkpoints", "failed", "audit: not written", office.now);
    });
  };
  raise();
  auto bell = bell_with(office, "");  // it stands since an earlier process
  bell->ring_what_others_raised();
  EXPECT_THAT(office.journal, IsEmpty());
  bell->quiet("audit checkpoints");
  raise();
  bell->ring_what_others_raised();
  raise();
  bell->ring_what_others_raised();
  EXPECT_THAT(office.journal, ElementsAre("alarm: audit: not written"));
  bell->ring("job residents", "transient", "job residents: no route");
  EXPECT_EQ(office.journal.size(), 2u);
}

TEST(Bell, WithoutAStoreEachAlarmRingsOnceAndOnceMoreTheNextTime) {
  Office office("2026-11-21T12:00:00Z");
  const auto rung = [&] {
    return std::ranges::count_if(office.journal,
                                 [](const auto& line) { return line.starts_with("alarm: "); });
  };
  const auto looks = [&] {
    for (int look = 0; look < 3; ++look) {
      office.bell.ring("schedule", "failed", "schedule: the disk is full");
      office.bell.ring("job residents", "not delivered", "job residents: not delivered");
    }
  };
  office.store_refuses_alarms();
  looks();
  EXPECT_EQ(rung(), 2);
  office.bell.quiet("schedule");  // which cannot be written either
  looks();
  EXPECT_EQ(rung(), 2);
  office.store_takes();
  office.bell.quiet("schedule");
  EXPECT_THAT(office.standing(), IsEmpty());
  const auto past = office.store.read([&](store::Session& s) { return office.store.alarms().list(s, 10); });
  ASSERT_THAT(past, testing::SizeIs(1)) << "that it rang is to be seen afterwards";
  EXPECT_EQ(past[0].sentence, "schedule: the disk is full");
  office.store_refuses_alarms();
  looks();
  EXPECT_EQ(rung(), 4);
}

}  // namespace
}  // namespace tilts::schedule
