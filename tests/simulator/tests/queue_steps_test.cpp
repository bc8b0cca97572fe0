// What becomes of the entries, and the feed that tells of it.
#include <gmock/gmock.h>

#include "tests/simulator/tests/queue_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class StepsTest : public QueueTest {
 protected:
  Message changes(const std::string& since, int most = 100) const {
    return queue_message("QueueChanges", (since.empty() ? "" : "<q:Since>" + since + "</q:Since>") +
                                             "<q:MaxCount>" + std::to_string(most) + "</q:MaxCount>");
  }
};

TEST_F(StepsTest, TheFeedGoesOnFromItsCursor) {
  start_queue({"--date", "2026-11-22"});
  ask(submit("5f01"));
  ask(submit("5f02"));
  ask(with(submit("5f03"), ">14<", ">15<"));  // declined: nothing becomes of it
  const Reception first = ask(changes("", 1));
  EXPECT_TRUE(verifies(first.body, pki().anchor));
  EXPECT_THAT(
      first.body,
      HasSubstr("<q:Count>1</q:Count><q:Step><q:Number>SIVA-2026-000001</q:Number>"
                "<q:CaseNumber>SD-2026-0117</q:CaseNumber><q:Code>81017012345</q:Code>"
                "<q:Sequence>1</q:Sequence><q:State>registered</q:State><q:Date>2026-11-22</q:Date>"
                "<q:Order>ordinary</q:Order><q:Group>functional-impairment</q:Group>"
                "<q:Course>14</q:Course></q:Step><q:NextCursor>s-1</q:NextCursor><q:More>yes</q:More>"));
  const Reception second = ask(changes("s-1"));
  EXPECT_THAT(second.body, HasSubstr(">SIVA-2026-000002<"));
  EXPECT_THAT(second.body, HasSubstr("<q:NextCursor>s-2</q:NextCursor><q:More>no</q:More>"));
  EXPECT_THAT(ask(changes("s-2")).body, HasSubstr("<q:Count>0</q:Count><q:NextCursor>s-2</q:NextCursor>"));
}

TEST_F(StepsTest, ACorrectedOrWithdrawnEntryIsRemoved) {
  start_queue();
  ask(submit("5f01"));
  ask(correct("5f02", "5f01"));
  ask(withdraw("5f03", "5f02"));
  const std::string told = ask(changes("")).body;
  EXPECT_THAT(told, HasSubstr("<q:Count>4</q:Count>")) << "two registered, two removed, and no third number";
  EXPECT_THAT(told, HasSubstr(R"(<q:State>removed</q:State>)"));
  EXPECT_THAT(told, HasSubstr(R"(<q:Reason Code="corrected">)"));
  EXPECT_THAT(told, HasSubstr(R"(<q:Reason Code="withdrawn">)"));
  EXPECT_EQ(simulator().post("/advance", "{}"), "{\"steps\":0}\n");
}

TEST_F(StepsTest, EveryEntryTakesAnOrdinaryWay) {
  start_queue({"--date", "2026-11-22"});
  for (const char* key : {"5f01", "5f02", "5f03", "5f04", "5f05", "5f06", "5f07"}) ask(submit(key));
  EXPECT_EQ(simulator().post("/advance", R"({"days":9})"), "{\"steps\":7}\n");
  EXPECT_EQ(simulator().post("/advance", "{}"), "{\"steps\":6}\n") << "the seventh was declined";
  EXPECT_EQ(simulator().post("/advance", "{}"), "{\"steps\":6}\n");
  const std::string told = simulator().get("/steps");
  EXPECT_THAT(told,
              HasSubstr(R"("number":"SIVA-2026-000001","case_number":"SD-2026-0117","code":"81017012345",)"
                        R"("sequence":2,"state":"queued","date":"2026-12-01","reason":"")"));
  EXPECT_THAT(told, HasSubstr(R"("sequence":4,"state":"postponed","date":"2026-12-03","reason":"illness")"));
  EXPECT_THAT(told, HasSubstr(R"("sequence":2,"state":"declined","date":"2026-12-01","reason":"criteria")"));
}

TEST_F(StepsTest, WhateverSomebodyWantsIsSaid) {
  start_queue();
  ask(submit("5f01"));
  simulator().post("/step", R"({"number":"SIVA-2026-000001","state":"completed","date":"2020-01-01"})");
  simulator().post("/code", R"({"number":"SIVA-2026-000001","code":"82017012345"})");
  simulator().post("/step", R"({"number":"SIVA-2026-000001","state":"queued","keeps_place":"maybe"})");
  const std::string told = ask(changes("s-1")).body;
  EXPECT_THAT(told, HasSubstr("<q:State>completed</q:State><q:Date>2020-01-01</q:Date>"));
  EXPECT_THAT(told, HasSubstr("<q:Code>82017012345</q:Code><q:PreviousCode>81017012345</q:PreviousCode>"));
  EXPECT_THAT(told, HasSubstr("<q:KeepsPlace>maybe</q:KeepsPlace>"));
  EXPECT_ANY_THROW(simulator().post("/step", R"({"number":"SIVA-2026-000009","state":"queued"})"));
}

TEST_F(StepsTest, APageMayBeWrong) {
  start_queue();
  ask(submit("5f01"));
  simulator().fault(R"({"kind":"missing-page","operation":"QueueChanges"})");
  const std::string short_page = ask(changes("")).body;
  EXPECT_THAT(short_page, HasSubstr("<q:Count>1</q:Count><q:NextCursor>"));
  simulator().fault(R"({"kind":"wrapped","operation":"QueueChanges"})");
  EXPECT_THAT(ask(changes("")).body, HasSubstr("<q:State>completed</q:State>"));
  EXPECT_THAT(ask(changes("")).body, Not(HasSubstr("completed")));
}

}  // namespace
}  // namespace tilts::simulator::tests
