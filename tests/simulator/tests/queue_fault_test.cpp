// The faults of the door at the queue, and those that only the queue has: what the client sees, and what the
// registry holds to be true afterwards.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "tests/simulator/tests/queue_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class QueueFaultTest : public QueueTest {
 protected:
  void add_fault(const std::string& kind, const std::string& further = "") {
    simulator().fault("{\"kind\":\"" + kind + "\"" + further + "}");
  }
  Reception ask_under(const std::string& kind, const Message& message) {
    add_fault(kind);
    return ask(message);
  }
  void expect_committed(const std::string& key, int times = 1) {
    EXPECT_THAT(truth(key), HasSubstr("\"times\":" + std::to_string(times) + ","));
  }
  void expect_absent(const std::string& key) { EXPECT_THAT(truth(key), IsEmpty()); }
};

TEST_F(QueueFaultTest, WhatIsLostBeforeIsNotCommitted) {
  start_queue();
  EXPECT_TRUE(ask_under("reset-before", submit("5f01")).reset);
  EXPECT_EQ(ask_under("http-status", submit("5f01")).status, 503U);
  EXPECT_THAT(ask_under("unsigned-fault", submit("5f01")).body, Not(HasSubstr("Signature")));
  EXPECT_EQ(ask_under("signed-fault", submit("5f01")).status, 500U);
  EXPECT_EQ(simulator().counter("faults"), 4);
  expect_absent("5f01");
}

TEST_F(QueueFaultTest, WhatIsLostAfterwardsIsCommitted) {
  start_queue();
  EXPECT_TRUE(ask_under("reset-after", submit("5f01")).reset);
  expect_committed("5f01");
  const Reception half = ask_under("truncated", submit("5f02"));
  EXPECT_TRUE(half.closed);
  EXPECT_EQ(half.body.size(), half.promised / 2);
  expect_committed("5f02");
  const Reception bare = ask_under("unsigned", submit("5f03"));
  EXPECT_EQ(element(bare.body, "q:Outcome"), "received");
  EXPECT_THAT(bare.body, Not(HasSubstr("Signature")));
  expect_committed("5f03");
  EXPECT_EQ(simulator().counter("faults"), 3);
}

TEST_F(QueueFaultTest, Slow) {
  start_queue();
  add_fault("slow", ",\"value\":400");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(element(ask(submit("5f01")).body, "q:Outcome"), "received");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(400));
}

TEST_F(QueueFaultTest, AProxysPageAfterwards) {
  start_queue();
  const Reception reception = ask_under("http-status-after", submit("5f01"));
  EXPECT_EQ(reception.status, 502U);
  EXPECT_THAT(reception.body, HasSubstr("<html>"));
  expect_committed("5f01");
  add_fault("http-status-after", ",\"value\":504");
  EXPECT_EQ(ask(submit("5f02")).status, 504U);
  expect_committed("5f02");
}

TEST_F(QueueFaultTest, ClosedOnAReusedConnectionBeforeAndAfter) {
  start_queue();
  const std::pair<const char*, bool> kinds[] = {{"close-reused", false}, {"close-reused-after", true}};
  for (const auto& [kind, committed] : kinds) {
    add_fault(kind);
    const auto connection = connect();
    EXPECT_EQ(connection->post(sign(submit(kind))).status, 200U);
    EXPECT_EQ(simulator().counter("faults"), committed ? 1 : 0);
    const Reception reception = connection->post(sign(submit(kind)));
    EXPECT_TRUE(reception.closed);
    EXPECT_EQ(reception.status, 0U);
    EXPECT_THAT(reception.body, IsEmpty());
    expect_committed(kind, committed ? 2 : 1);
  }
}

TEST_F(QueueFaultTest, LateIsCommittedOnlyAfterItWasTruthfullyAbsent) {
  start_queue();
  add_fault("late", ",\"value\":2000");
  const Message message = submit("5f01");
  const Reception reception = ask(message);
  EXPECT_TRUE(reception.closed);
  EXPECT_EQ(reception.status, 0U);
  EXPECT_EQ(simulator().counter("late"), 1);
  EXPECT_THAT(ask(inquire("5f01")).body, Not(HasSubstr("q:Entry>")));
  expect_absent("5f01");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (simulator().counter("late") > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  expect_committed("5f01");
  EXPECT_THAT(truth("5f01"), HasSubstr(message.message_id));
  EXPECT_EQ(element(ask(inquire("5f01")).body, "q:Number"), "SIVA-2026-000001");
  EXPECT_EQ(simulator().counter("SubmitEntry"), 1);
}

TEST_F(QueueFaultTest, LateIsVerifiedAtOnceAndNoHindranceToTheEnd) {
  start_queue();
  add_fault("late", ",\"value\":600000,\"count\":2");
  Message message = submit("5f01");
  std::erase(message.signed_ids, "Body");
  EXPECT_THAT(ask(message).body, HasSubstr("Body is not signed"));
  EXPECT_EQ(simulator().counter("late"), 0);
  EXPECT_TRUE(ask(submit("5f01")).closed);
  EXPECT_EQ(simulator().counter("late"), 1);
  EXPECT_EQ(simulator().stop(), 0);
}

TEST_F(QueueFaultTest, TwoEntriesForOneKey) {
  start_queue();
  ask(submit("5f01"));
  add_fault("two-entries", ",\"count\":2");
  EXPECT_EQ(element(ask(submit("5f02")).body, "q:Outcome"), "received");  // it is no inquiry
  for (const char* key : {"5f01", "5f09"}) {
    const std::string said = ask(inquire(key)).body;
    EXPECT_TRUE(verifies(said, pki().anchor));
    EXPECT_EQ(count(said, "<q:Key>" + std::string(key) + "</q:Key>"), 2U) << key;
    EXPECT_EQ(count(said, "<q:Number>SIVA-2026-900001</q:Number>"), 1U) << key;
  }
  EXPECT_EQ(count(ask(inquire("5f01")).body, "<q:Entry>"), 1U);
  expect_absent("5f09");
}

TEST_F(QueueFaultTest, AnAnswerOfAnotherKey) {
  start_queue();
  add_fault("other-key", ",\"count\":2");
  EXPECT_EQ(element(ask(submit("5f01")).body, "q:Key"), "5f01");  // inquiries alone, unless it says so
  for (const char* key : {"5f01", "5f09"}) {
    const std::string said = ask(inquire(key)).body;
    EXPECT_TRUE(verifies(said, pki().anchor));
    EXPECT_EQ(element(said, "q:Key"), "5f00") << key;
  }
  EXPECT_EQ(element(ask(inquire("5f01")).body, "q:Key"), "5f01");
  add_fault("other-key", ",\"operation\":\"SubmitEntry\"");
  EXPECT_EQ(element(ask(submit("5f30")).body, "q:Key"), "5f31");
  expect_committed("5f30");
}

TEST_F(QueueFaultTest, AForgedBodyMakesReceivedOfDeclined) {
  start_queue();
  const std::string declined = ask_under("wrapped", with(submit("5f01"), ">14<", ">15<")).body;
  EXPECT_TRUE(verifies(declined, pki().anchor));  // xmlsec alone finds the Body that was moved
  EXPECT_THAT(declined.substr(declined.find("u:Id=\"forged\"")),
              HasSubstr("<q:Key>5f01</q:Key><q:Outcome>received</q:Outcome><q:Number>SIVA-2026-900000<"));
  const std::string received = ask_under("wrapped", submit("5f02")).body;
  EXPECT_THAT(received.substr(received.find("u:Id=\"forged\"")), HasSubstr(">SIVA-2026-900001<"));
  EXPECT_THAT(truth("5f02"), HasSubstr("SIVA-2026-000001"));
}

TEST_F(QueueFaultTest, WhatMakesNoSenseIsIgnoredAndWaits) {
  start_queue();
  add_fault("ivis-error");
  add_fault("missing-page");
  EXPECT_EQ(element(ask(submit("5f01")).body, "q:Outcome"), "received");
  add_fault("late", ",\"value\":600000");
  EXPECT_EQ(element(ask(inquire("5f01")).body, "q:Key"), "5f01");
  EXPECT_EQ(simulator().counter("faults"), 0);
  EXPECT_TRUE(ask(withdraw("5f02", "5f01")).closed);
  EXPECT_EQ(simulator().counter("faults"), 1);
}

}  // namespace
}  // namespace tilts::simulator::tests
