#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/service_desk.h"
#include "gateway/cli/text.h"
#include "tests/unit/cli/desk.h"

namespace tilts::cli {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

void fits_a_terminal(const std::string& text) {
  EXPECT_LE(lines(text).size(), 24u);
  for (const std::string& line : lines(text)) EXPECT_LE(places(line), 80u) << line;
}

TEST(Status, BeforeTheFirstRunSaysHowToBegin) {
  Desk desk;
  EXPECT_EQ(desk.type({}), 0) << desk.err;
  EXPECT_THAT(desk.out, AllOf(HasSubstr("test · Piekrastes novads"), HasSubstr("residents"),
                              HasSubstr("never"), HasSubstr("Next: tilts run residents --preview")));
  fits_a_terminal(desk.out);
}

TEST(Status, IsWhatTiltsAlonePrints) {
  Desk desk;
  desk.type({});
  const std::string alone = desk.out;
  desk.type({"status"});
  EXPECT_EQ(desk.out, alone);
}

TEST(Status, OneLineAJobAndOneARegistry) {
  Desk desk;
  {
    store::Store store = desk.store();
    desk.ran(store, store::RunState::done, "fine", {.asked = 22500, .changed = 21, .held = 2});
    store.write([&](store::Transaction& t) {
      store.occurrences().plan(t, "residents", parse_time("2026-11-22T00:30:00Z"), desk.now);
    });
  }
  desk.house.write("var/heartbeat", "2026-11-21T11:59:55.000Z\n");
  const ServiceDesk daemon(desk.house.path("var/heartbeat.socket"), "", {}, {});
  EXPECT_EQ(desk.type({"status"}), 0);
  EXPECT_EQ(desk.out.substr(desk.out.find('\n')), R"(

Job        Last run     Result   Asked  Changed  Held  Next
residents  11-21 02:30  done    22 500       21     2  11-22 02:30

Registry    Adapter     Endpoint        Our certificate ends
population  population  127.0.0.1:8443  2027-06-01

Daemon    runs

Next: nothing: all is well
)");
}

// The socket says whether a daemon is there, its heartbeat whether it moves.
TEST(Status, KnowsADaemonThatRunsStoppedOrHangs) {
  Desk desk;
  desk.store();
  const auto daemon_line = [&] {
    EXPECT_EQ(desk.type({}), 0) << desk.err;
    const size_t at = desk.out.find("Daemon    ");
    return desk.out.substr(at + 10, desk.out.find('\n', at) - at - 10);
  };
  EXPECT_EQ(daemon_line(), "has not run yet");
  {
    const ServiceDesk daemon(desk.house.path("var/heartbeat.socket"), "", {}, {});
    EXPECT_EQ(daemon_line(), "runs");
    desk.house.write("var/heartbeat", "2026-11-21T11:58:01.000Z\n");
    EXPECT_EQ(daemon_line(), "runs");
    desk.house.write("var/heartbeat", "2026-11-21T11:52:59.000Z\n");
    EXPECT_EQ(daemon_line(), "holds the store, but its last heartbeat is 7 minutes old");
    EXPECT_EQ(lines(desk.out).back(), "Next: systemctl restart tilts   nothing runs until then");
    desk.house.write("var/heartbeat", "2026-11-21T11:59:55.000Z\n");
  }
  EXPECT_EQ(daemon_line(), "stopped; last heartbeat 2026-11-21 13:59");
}

TEST(Status, NamesTheNextStepWorstFirst) {
  Desk desk;
  const auto next = [&] {
    desk.type({});
    fits_a_terminal(desk.out);
    return lines(desk.out).back();
  };
  {
    store::Store store = desk.store();
    desk.ran(store, store::RunState::done, "fine");
  }
  EXPECT_EQ(next(), "Next: systemctl start tilts   nothing runs by itself until then");
  {
    store::Store store = desk.store();
    desk.ran(store, store::RunState::failed, "no answer to trust", {}, "untrusted");
  }
  EXPECT_EQ(next(), "Next: tilts runs residents   why it failed and what to do");
  EXPECT_THAT(desk.out, HasSubstr("  untrusted  "));
  store::Run waiting;
  {
    store::Store store = desk.store();
    store.write([&](store::Transaction& t) {
      store.alarms().raise(t, "job residents", "untrusted", std::string(200, 'x'), desk.now);
    });
  }
  EXPECT_EQ(next(), "Next: tilts alarms   what rang and still stands");
  {
    store::Store store = desk.store();
    waiting = desk.ran(store, store::RunState::failed, "no answer to trust", {}, "untrusted");
    store::PlanWriter plan = store.plan_writer(waiting.id, "residents");
    plan.add({"residents", "a row"});
    plan.add({"", "the summary"});
    plan.finish(store::PlanState::waiting);
    desk.ran(store, store::RunState::done, "whatever ran later");
  }
  EXPECT_EQ(next(),
            "Next: tilts approve " + waiting.id + " --because \"…\"   or let the next run replace it");
  EXPECT_THAT(desk.out,
              HasSubstr("\nWaits     run " + waiting.id + " of residents, since 11-21 14:00: 1 row\n"));
  desk.house.remove("certs/gateway.key");
  EXPECT_EQ(next(), "Next: tilts check   lists 1 problem of the configuration");
}

TEST(Status, APreviewIsNotTheLastRun) {
  Desk desk;
  {
    store::Store store = desk.store();
    desk.ran(store, store::RunState::done, "fine", {.asked = 22500});
    store.write([&](store::Transaction& t) {
      const store::Run shown = store.runs().start(t, "residents", {}, desk.now, true);
      store.runs().end(t, shown.id, store::RunState::preview, "", "shown", {.added = 4407}, desk.now);
    });
  }
  desk.type({});
  EXPECT_THAT(desk.out, AllOf(HasSubstr("done"), HasSubstr("22 500"), testing::Not(HasSubstr("4 407"))));
}

TEST(Status, WhatIsUnderWayInAStoreThatNobodyHoldsWasCutOff) {
  Desk desk;
  {
    store::Store store = desk.store();
    store.write([&](store::Transaction& t) { store.runs().start(t, "residents", {}, desk.now); });
    desk.type({});
    EXPECT_THAT(desk.out, HasSubstr("  running  ")) << "the store is held";
    desk.type({"runs"});
    EXPECT_THAT(desk.out, HasSubstr("  running  "));
  }
  desk.type({});
  EXPECT_THAT(desk.out, HasSubstr("  cut off  "));
  EXPECT_EQ(lines(desk.out).back(),
            "Next: systemctl start tilts   repairs the run of residents that was cut off");
  desk.type({"runs"});
  EXPECT_THAT(desk.out,
              AllOf(HasSubstr("  cut off  "), HasSubstr("the next start repairs it: systemctl start")));
  desk.type({"runs", "--json"});
  EXPECT_THAT(desk.out, HasSubstr("cut_off"));
  const store::Store again = desk.store();  // whoever looked has not kept the lock
}

TEST(Status, EveryPlanThatWaitsHasALine) {
  Desk desk;
  {
    store::Store store = desk.store();
    for (const std::string run : {"r1", "r2", "r3", "r4", "r5", "r6"})
      store.plan_writer(run, "job-" + run).finish(store::PlanState::waiting);
  }
  desk.type({});
  fits_a_terminal(desk.out);
  EXPECT_THAT(desk.out,
              AllOf(HasSubstr("Waits     run r1 of job-r1"), HasSubstr("Waits     run r3 of job-r3"),
                    HasSubstr("Waits     … and 3 more"), HasSubstr("Next: tilts approve r1 ")));
}

TEST(Status, ManyJobsAndRegistriesStillFit) {
  Desk desk;
  std::string more;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    more +=
        R"(<job name="a-job-with-quite-a-long-name-)" + n +
        R"(" registry="population" operation="residents" legal-basis="residents"><roster csv="roster.csv" leavers-kept-days="30"/>)"
        R"(<deliver mapping="mappings/municipal/resident.xml" target="t)" +
        n + R"("/></job><target name="t)" + n + R"(" kind="csv" folder="out/)" + n + R"("/>)";
  }
  desk.house.with("</tilts>", more + "</tilts>");
  EXPECT_EQ(desk.type({}), 0) << desk.err;
  fits_a_terminal(desk.out);
  EXPECT_THAT(desk.out, HasSubstr("… and 24 more jobs"));
}

}  // namespace
}  // namespace tilts::cli
