// The daemon as systemd starts it, and the commands that hand their work over to it.
#include <csignal>
#include <regex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "tests/support/postgresql.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* slow = R"({"kind":"slow","value":800,"count":0})";

// Sixty pages, one after the other: with `slow` the run is surely under way while a test does the rest.
Plan lasting() {
  Plan plan;
  plan.page_size = 5;
  plan.concurrency = 1;
  return plan;
}

// What differs between two runs that went the same way: folder, run, moment, and progress.
std::string plain(const City& city, std::string text) {
  for (size_t at; (at = text.find(city.folder().string())) != std::string::npos;)
    text.erase(at, city.folder().string().size());
  text = std::regex_replace(text, std::regex("(reading|asking|mapping|delivering)[^\n]*\n"), "");
  text = std::regex_replace(text, std::regex("[0-9]{8}T[0-9]{6}[0-9Z.]*"), "MOMENT");
  return std::regex_replace(text, std::regex("[0-9a-f]{8}"), "RUN");
}

std::string waiting_run(const Command& command) {
  std::smatch found;
  const std::string out = command.out();
  return std::regex_search(out, found, std::regex("tilts approve ([0-9a-f]+)")) ? found[1].str() : "";
}

std::string this_user() {
  const passwd* entry = getpwuid(geteuid());
  return geteuid() == 0 ? "aija (sudo)" : entry ? entry->pw_name : "uid " + std::to_string(geteuid());
}

TEST(Serve, ARunIsTheSameWithADaemonAndWithout) {
  City alone;
  Command by_itself(alone, {"run", "residents", "--initial"});
  const int exit = by_itself.end();
  EXPECT_THAT(exit, AnyOf(0, 3)) << by_itself.err();

  City served;
  Daemon daemon(served);
  Command handed(served, {"run", "residents", "--initial"});
  EXPECT_EQ(handed.end(), exit) << handed.err();
  EXPECT_EQ(plain(served, handed.out()), plain(alone, by_itself.out()));
  EXPECT_EQ(plain(served, handed.err()), plain(alone, by_itself.err()));
  EXPECT_THAT(handed.err(), HasSubstr("reading the roster\n"));
  EXPECT_EQ(served.table("residents").size(), 300u);

  Command unknown(served, {"run", "nothing"});
  EXPECT_EQ(unknown.end(), 2);
}

TEST(Serve, APreviewIsForWhoAskedAndNeverForTheJournal) {
  City city;
  Daemon daemon(city);
  Command preview(city, {"run", "residents", "--preview", "--initial"});
  EXPECT_EQ(preview.end(), 0) << preview.err();
  EXPECT_THAT(preview.out(), HasSubstr("+ residents  client K-"));
  EXPECT_THAT(city.deliveries("residents"), IsEmpty());
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.end(), 0);
  EXPECT_THAT(daemon.err() + daemon.out(), AllOf(HasSubstr("tilts run for "), Not(HasSubstr("K-"))));
}

TEST(Serve, AWaitingPlanIsApprovedWhileItServesAndTheKernelSaysByWhom) {
  City city;
  Daemon daemon(city);
  Command run(city, {"run", "residents"});
  EXPECT_EQ(run.end(), 4) << run.err();
  const std::string id = waiting_run(run);
  Command wrong(city, {"approve", "00000000", "--because", "a test"});
  EXPECT_EQ(wrong.end(), 78);
  EXPECT_THAT(wrong.err(), HasSubstr("tilts: run 00000000: it waits for nothing"));

  Command approve(city, {"approve", id, "--because", "-- list \"checked\"\nby phone"}, {"SUDO_USER=aija"});
  EXPECT_THAT(approve.end(), AnyOf(0, 3)) << approve.err();
  EXPECT_THAT(approve.out(), HasSubstr("approved by " + this_user() + " and delivered"));
  EXPECT_EQ(city.table("residents").size(), 300u);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.end(), 0);
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto plan = store.read([&](store::Session& s) { return store.plans().find(s, id); });
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->approved_by, this_user());
    EXPECT_EQ(plan->because, "-- list \"checked\"\nby phone");
  });
}

TEST(Serve, CtrlCFinishesThePageAndTheDaemonServesOn) {
  City city(lasting());
  Daemon daemon(city);
  city.registry().fault(slow);
  Command run(city, {"run", "residents", "--initial"});
  ASSERT_TRUE(run.says("asking")) << run.err();
  Command second(city, {"run", "residents"});
  EXPECT_EQ(second.end(), 78);
  EXPECT_THAT(second.err(), HasSubstr("it runs already; wait until it has ended"));
  run.signal(SIGINT);
  EXPECT_EQ(run.end(), 6) << run.out();
  EXPECT_THAT(run.err(), HasSubstr("job residents: stopped; the next run carries on"));
  EXPECT_LT(city.registry().counter("persons"), 300);
  city.registry().remove("/faults");
  Command next(city, {"run", "residents", "--initial"});
  EXPECT_THAT(next.end(), AnyOf(0, 3)) << next.err();
}

TEST(Serve, ACommandThatIsKilledStopsItsRunAsWell) {
  City city(lasting());
  Daemon daemon(city);
  city.registry().fault(slow);
  {
    Command run(city, {"run", "residents", "--initial"});
    ASSERT_TRUE(run.says("asking")) << run.err();
    run.signal(SIGKILL);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  bool interrupted = false;
  while (!interrupted && std::chrono::steady_clock::now() < deadline) {
    Command runs(city, {"runs"});
    runs.end();
    interrupted = runs.out().find("interrupted") != std::string::npos;
  }
  EXPECT_TRUE(interrupted);
  EXPECT_LT(city.registry().counter("persons"), 300);
}

TEST(Serve, ADaemonThatIsKilledIsToldInOneSentenceAndTheNextOneRepairs) {
  City city(lasting());
  auto daemon = std::make_unique<Daemon>(city);
  city.registry().fault(slow);
  Command run(city, {"run", "residents", "--initial"});
  ASSERT_TRUE(run.says("asking")) << run.err();
  daemon->signal(SIGKILL);
  EXPECT_EQ(run.end(), 6);
  EXPECT_THAT(run.err(),
              MatchesRegex("(.|\n)*\ntilts: the daemon ended before it said how this went; [^\n]*\n"));
  EXPECT_EQ(daemon->end(), -SIGKILL);
  Command status(city, {"status"});
  EXPECT_EQ(status.end(), 0);
  EXPECT_THAT(status.out(), HasSubstr("Daemon    stopped"));

  city.registry().remove("/faults");
  daemon = std::make_unique<Daemon>(city);
  Command next(city, {"run", "residents", "--initial"});
  EXPECT_THAT(next.end(), AnyOf(0, 3)) << next.err();
  EXPECT_EQ(city.table("residents").size(), 300u);
  Command runs(city, {"runs"});
  runs.end();
  EXPECT_THAT(runs.out(), HasSubstr("interrupted"));
}

TEST(Serve, ASecondOneIsRefusedAndStatusFollowsAtOnce) {
  City city;
  {
    Daemon daemon(city);
    Command second(city, {"serve"});
    EXPECT_EQ(second.end(), 78);
    EXPECT_THAT(second.err(), MatchesRegex("tilts: store: process [0-9]+ holds [^\n]*\n"));
    Command still(city, {"status"});
    still.end();
    EXPECT_THAT(still.out(), HasSubstr("Daemon    runs"));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.end(), 0);
  }
  Command status(city, {"status"});
  status.end();
  EXPECT_THAT(status.out(), HasSubstr("Daemon    stopped; last heartbeat "));
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_THAT(run.end(), AnyOf(0, 3)) << run.err();
}

TEST(Serve, OnPostgreSqlToo) {
  support::PostgreSql server;
  Plan plan;
  plan.store = server.fresh_database();
  City city(plan);
  Daemon daemon(city);
  Command second(city, {"serve"});
  EXPECT_EQ(second.end(), 78);
  EXPECT_THAT(second.err(), HasSubstr("another process writes it; stop that one"));
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_THAT(run.end(), AnyOf(0, 3)) << run.err();
  EXPECT_TRUE(daemon.says("tilts run for "));
}

TEST(Serve, SigtermFinishesThePageOfWhatWasHandedOver) {
  City city(lasting());
  Daemon daemon(city);
  city.registry().fault(slow);
  Command run(city, {"run", "residents", "--initial"});
  ASSERT_TRUE(run.says("asking")) << run.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(run.end(), 6) << run.out();
  EXPECT_THAT(run.err(), HasSubstr("job residents: stopped; the next run carries on"));
  EXPECT_EQ(daemon.end(), 0);
  EXPECT_THAT(daemon.err(), HasSubstr("stopped; what was open carries on at the next start"));
}

// An occurrence of ten minutes ago that nobody has run: the daemon catches it up at once.
TEST(Serve, WhatIsDueIsRunAndSigtermFinishesItsPage) {
  City city(lasting());
  city.edit_configuration("<roster csv=",
                          R"(<schedule cron="0 0 1 1 *" zone="Europe/Riga" missed="catch-up"/><roster csv=)");
  const Time missed =
      std::chrono::floor<std::chrono::minutes>(Clock::system().now()) - std::chrono::minutes{10};
  const auto plan = [&](Time planned) {
    city.with([&](pull::JobRunner&, store::Store& store) {
      store.write([&](store::Transaction& t) { store.occurrences().plan(t, "residents", planned, planned); });
    });
  };
  plan(missed);
  {
    Daemon daemon(city);
    ASSERT_TRUE(daemon.says("too many changes")) << daemon.err();  // a first load that nobody announced
    EXPECT_THAT(daemon.err(),
                AllOf(HasSubstr("is caught up"), HasSubstr("starts, planned for " + to_text(missed))));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.end(), 0);
  }
  plan(missed + std::chrono::minutes{1});
  city.registry().fault(slow);
  Daemon daemon(city);
  ASSERT_TRUE(daemon.says("starts, planned for " + to_text(missed + std::chrono::minutes{1})))
      << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.end(), 0) << daemon.err();
  EXPECT_LT(city.registry().counter("persons"), 600);
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto open = store.read([&](store::Session& s) { return store.occurrences().open(s, "residents"); });
    ASSERT_FALSE(open.empty());
    EXPECT_EQ(open.front().planned, missed + std::chrono::minutes{1});  // it carries on at the next start
  });
}

TEST(Serve, AnotherConfigurationThanTheDaemonsIsARefusal) {
  City city;
  Daemon daemon(city);
  city.edit_configuration("</tilts>", "</tilts>\n<!-- edited, and nobody restarted the daemon -->");
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_EQ(run.end(), 78);
  EXPECT_THAT(run.err(), AllOf(HasSubstr("the daemon was started with another "), HasSubstr("restart")));
  EXPECT_THAT(city.deliveries("residents"), IsEmpty());
}

// A person who runs the job a minute before its time must not make the night fail.
TEST(Serve, APlannedRunWaitsForTheSameJobAndAnyOtherIsRefused) {
  City city(lasting());
  city.registry().fault(slow);
  city.with([&](pull::JobRunner& runner, store::Store&) {
    std::atomic<bool> asking = false, ended = false;
    pull::RunOptions by_hand;
    by_hand.initial = true;
    by_hand.progress = [&](const pull::Progress& now) { asking = asking || now.pages > 0; };
    std::jthread first([&] {
      EXPECT_TRUE(runner.run("residents", by_hand).fetched);
      ended = true;
    });
    while (!asking && !ended) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    ASSERT_FALSE(ended) << "before it was asked for anything";
    EXPECT_THROW(runner.run("residents"), Error);

    pull::RunOptions planned;
    planned.occurrence = Clock::system().now();
    std::stop_source stop;
    stop.request_stop();
    planned.stop = stop.get_token();
    EXPECT_EQ(runner.run("residents", planned).state, pull::RunState::interrupted);
    planned.stop = {};
    city.registry().remove("/faults");
    EXPECT_THAT(runner.run("residents", planned).sentence, HasSubstr("nothing changed"));
  });
}

}  // namespace
}  // namespace tilts::system_test
