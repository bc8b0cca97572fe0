// Dead, or standing still, between any two steps that make something durable or put something on a wire: one
// submission after the other, until one gets through undisturbed.
#include <csignal>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgresql.h"
#include "tests/system/office_life.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::system_test {
namespace {

using std::chrono::seconds;
using store::SubmissionState;
using testing::SizeIs;

constexpr seconds long_enough{600};  // for an answer "absent" to count

LifePlan struck(int step, int signal) {
  return {.rounds = 2, .first = [=] { support::strike_before_step(step, signal); }};
}

void settle(QueueOffice& office) {
  for (int i = 0; i < 6; ++i) {
    office.later(long_enough);
    Life life(office, {.rounds = 2});
    ASSERT_EQ(life.wait(), 0);
  }
}

void demand_each_once(QueueOffice& office, size_t entries) {
  const auto truth = office.truth();
  EXPECT_THAT(truth, SizeIs(entries));
  const std::vector<store::Submission> ledger = office.ledger();
  EXPECT_THAT(ledger, SizeIs(entries));
  for (const store::Submission& one : ledger) {
    SCOPED_TRACE(one.case_number);
    EXPECT_EQ(one.state, SubmissionState::received);
    const auto there = truth.find(one.key);
    ASSERT_NE(there, truth.end());
    EXPECT_EQ(there->second.times, 1);
    EXPECT_THAT(there->second.numbers, testing::ElementsAre(one.receipt));
  }
}

TEST(SubmissionCrash, KilledBeforeAnyStepItIsThereOnce) {
  QueueOffice office({.skew_seconds = 60});
  office.enter("SD-0");
  office.rounds();
  int step = 1;
  for (;; ++step) {
    office.enter(fmt::format("SD-{}", step));
    Life life(office, struck(step, SIGKILL));
    if (life.wait() == 0) break;
    ASSERT_EQ(life.wait(), -SIGKILL);
    office.later(seconds{1});
  }
  EXPECT_GT(step, 20);
  settle(office);
  demand_each_once(office, static_cast<size_t>(step) + 1);
}

// It comes back after its message has run out, and to a ledger that says so.
TEST(SubmissionCrash, StandingStillBeforeAnyStepItIsThereOnce) {
  QueueOffice office({.skew_seconds = 60});
  office.enter("SD-0");
  office.rounds();
  int step = 1;
  for (;; ++step) {
    office.enter(fmt::format("SD-{}", step));
    Life life(office, struck(step, SIGSTOP));
    if (!life.stopped_by_itself()) break;
    office.later(long_enough);
    life.go_on();
    ASSERT_EQ(life.wait(), 0);
  }
  EXPECT_GT(step, 20);
  settle(office);
  demand_each_once(office, static_cast<size_t>(step) + 1);
}

// A person who knows that every entry was asked about.
void accept(QueueOffice& office) {
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().accept(transaction, "aija", "both nodes were asked", office.clock().now());
    });
  });
}

// The server ends the connection of one that stands still, another node takes over, finds that nothing
// arrived, and sends; then the first goes on where it stood.
TEST(SubmissionCrash, WhoLostTheStoreWhileStandingStillDoublesNothing) {
  support::PostgreSql server;
  QueueOffice office({.store = server.fresh_database(), .skew_seconds = 60});
  office.enter("SD-0");
  office.rounds();
  constexpr int stride = 2;  // the words to the server are steps too, one for each statement
  int entries = 1;
  int twice = 0;
  for (int step = 1; step < 12 * stride; step += stride) {
    office.enter(fmt::format("SD-{}", entries++));
    accept(office);
    // Counted from the send journal's line, which nothing else here is synced like.
    Life first(office,
               {.rounds = 2, .when_ready = [=] { support::strike_before_step(step, SIGSTOP, "fdatasync"); }});
    if (!first.stopped_by_itself()) break;
    server.cut_connections();
    for (int i = 0; i < 3; ++i) {
      office.later(long_enough);
      Life second(office, {.rounds = 2, .journal = office.file("other-node.journal")});
      ASSERT_EQ(second.wait(), 0) << "before step " << step;
    }
    first.go_on();
    first.wait();
    for (const store::Submission& one : office.ledger()) twice += one.attempt == 2;
  }
  EXPECT_GT(entries, 6);
  EXPECT_GT(twice, 0) << "none was stopped after it had begun to send";
  settle(office);
  demand_each_once(office, static_cast<size_t>(entries));
}

// The same, and the first had nothing taken from it: whoever comes second is refused, and takes over when the
// first is dead.
TEST(SubmissionCrash, TwoDaemonsOnOnePostgreSqlAreOneAfterTheOther) {
  support::PostgreSql server;
  QueueOffice office({.store = server.fresh_database()});
  office.enter("SD-1");
  Life first(office, {.rounds = 1'000'000});
  while (!first.ready()) ASSERT_FALSE(first.ended_within(std::chrono::milliseconds{5}));
  for (const bool other_node : {false, true}) {
    LifePlan plan;
    if (other_node) plan.journal = office.file("other-node.journal");
    Life second(office, plan);
    EXPECT_EQ(second.wait(), Life::refused);
  }
  first.kill();
  office.enter("SD-2");
  Life second(office, {});
  EXPECT_EQ(second.wait(), 0);
  settle(office);
  demand_each_once(office, 2);
}

}  // namespace
}  // namespace tilts::system_test
