// The rehabilitation queue as a client meets it, and what it then holds to be true.
#include <array>
#include <vector>

#include <gmock/gmock.h>

#include "tests/simulator/tests/queue_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Their digests are sha256sum's.
constexpr const char* attachments =
    R"(<q:Attachment Name="pieteikums.pdf" MediaType="application/pdf" Sha256="e5fecd1a9d192e59668630e8fe3c20003d52aacd56841e44c5462925704aefef">UGlldGVpa3Vtcw==</q:Attachment>)"
    R"(<q:Attachment Name="izraksts &quot;2&quot;.pdf" MediaType="application/pdf" Sha256="8358ab74c71009738ced98c7c715c00fc69b03c1bed0b54286958cc851f15dc8">SXpy
YWtzdHMA</q:Attachment>)";

TEST_F(QueueTest, AnEntryIsReceivedAndStandsInTheTruth) {
  start_queue();
  const Message message = submit("5f01", attachments);
  const Reception reception = ask(message);
  ASSERT_EQ(reception.status, 200U) << reception.body;
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  EXPECT_THAT(reception.body, HasSubstr(">" + message.message_id + "</a:RelatesTo>"));
  EXPECT_THAT(
      reception.body,
      HasSubstr(R"(<q:SubmitEntryResponse xmlns:q="urn:tilts:rehabilitation-queue:1"><q:Key>5f01</q:Key>)"
                "<q:Outcome>received</q:Outcome><q:Number>SIVA-2026-000001</q:Number>"
                "</q:SubmitEntryResponse></s:Body>"));
  EXPECT_EQ(
      simulator().get("/queue"),
      R"({"key":"5f01","operation":"SubmitEntry","case_number":"SD-2026-0117","revision":"1","corrects":"",)"
      R"("withdraws":"","code":"81017012345","outcome":"received","number":"SIVA-2026-000001","reason":"",)"
      R"("attachments":[{"name":"pieteikums.pdf","sha256":"e5fecd1a9d192e59668630e8fe3c20003d52aacd56841e44c5462925704aefef"},)"
      R"({"name":"izraksts \"2\".pdf","sha256":"8358ab74c71009738ced98c7c715c00fc69b03c1bed0b54286958cc851f15dc8"}],)"
      R"("times":1,"numbers":["SIVA-2026-000001"],"message_ids":[")" +
          message.message_id + "\"]}\n");
}

TEST_F(QueueTest, AnInquiryFindsAnEntryAndSaysNothingOfAnUnknownKey) {
  start_queue();
  ask(submit("5f01"));
  ask(submit("5f02"));
  const Reception found = ask(inquire("5f02"));
  EXPECT_TRUE(verifies(found.body, pki().anchor));
  EXPECT_EQ(element(found.body, "q:Entry"),
            "<q:Key>5f02</q:Key><q:Outcome>received</q:Outcome><q:Number>SIVA-2026-000002</q:Number>");
  const Reception absent = ask(inquire("5f03"));
  EXPECT_EQ(absent.status, 200U);
  EXPECT_TRUE(verifies(absent.body, pki().anchor));
  EXPECT_THAT(absent.body, HasSubstr(R"(:1"></q:InquireEntryResponse></s:Body>)"));
  EXPECT_THAT(truth("5f03"), IsEmpty());
}

TEST_F(QueueTest, ACorrectionAndAWithdrawalNameWhatTheyAreAbout) {
  start_queue();
  ask(submit("5f01"));
  EXPECT_EQ(element(ask(correct("5f02", "5f01")).body, "q:Number"), "SIVA-2026-000002");
  const Reception withdrawn = ask(withdraw("5f03", "5f02"));
  EXPECT_THAT(withdrawn.body, HasSubstr("<q:WithdrawEntryResponse"));
  EXPECT_EQ(element(withdrawn.body, "q:Outcome"), "received");
  EXPECT_THAT(truth("5f02"), HasSubstr(R"("operation":"CorrectEntry")"));
  EXPECT_THAT(truth("5f02"), HasSubstr(R"("corrects":"5f01","withdraws":"")"));
  EXPECT_THAT(truth("5f03"), HasSubstr(R"("revision":"2","corrects":"","withdraws":"5f02")"));
}

TEST_F(QueueTest, WhatIsNotInTheQueueCanBeNeitherCorrectedNorWithdrawn) {
  start_queue();
  ask(with(submit("5f01"), ">14<", ">15<"));
  EXPECT_THAT(ask(correct("5f02", "5f01")).body, HasSubstr(R"(<q:Reason Code="corrects">)"));
  EXPECT_THAT(ask(withdraw("5f03", "5f99")).body, HasSubstr(R"(<q:Reason Code="withdraws">)"));
}

struct Rule {
  const char* name;
  const char* right;
  const char* wrong;
  const char* reason;
};

class Declined : public QueueTest, public testing::WithParamInterface<Rule> {};

TEST_P(Declined, WithItsReason) {
  start_queue();
  const Rule& rule = GetParam();
  const Message right = submit("5f01", attachments);
  const std::string reason = "<q:Reason Code=\"" + std::string(rule.reason) + "\">";
  const Reception reception = ask(with(right, rule.right, rule.wrong));
  EXPECT_EQ(reception.status, 200U);
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  EXPECT_THAT(reception.body, HasSubstr("<q:Outcome>declined</q:Outcome>" + reason));
  EXPECT_THAT(reception.body, Not(HasSubstr("q:Number")));
  EXPECT_THAT(element(ask(inquire("5f01")).body, "q:Entry"), HasSubstr("<q:Outcome>declined<"));
  EXPECT_THAT(truth("5f01"),
              HasSubstr(R"("outcome":"declined","number":"","reason":")" + std::string(rule.reason) + "\""));
  EXPECT_THAT(truth("5f01"), HasSubstr(R"("times":1,"numbers":[])"));
  // the same without that one thing is received, and no number was used up
  EXPECT_EQ(element(ask(submit("5f02", attachments)).body, "q:Number"), "SIVA-2026-000001");
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Declined,
    testing::Values(Rule{"Group", ">functional-impairment<", ">curious<", "group"},
                    Rule{"Course", ">14<", ">15<", "course"},
                    Rule{"CaseNumber", "<q:CaseNumber>SD-2026-0117</q:CaseNumber>", "", "case-number"},
                    Rule{"EmptyCaseNumber", ">SD-2026-0117<", "> <", "case-number"},
                    Rule{"Digest", "Sha256=\"e5", "Sha256=\"e6", "attachment"},
                    Rule{"SecondDigest", "Sha256=\"83", "Sha256=\"84", "attachment"},
                    Rule{"ChangedBytes", ">UGll", ">UGlk", "attachment"},
                    Rule{"Base64", ">UGll", ">U=ll", "attachment"},
                    Rule{"Nothing",
                         "Sha256=\"e5fecd1a9d192e59668630e8fe3c20003d52aacd56841e44c5462925704aefef\">UGll",
                         "Sha256=\"\">U=ll", "attachment"},
                    Rule{"Surname", "<q:Surname>Bērziņa</q:Surname>", "", "incomplete"},
                    Rule{"Request", "<q:Order>ordinary</q:Order>", "", "incomplete"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(QueueTest, BothCoursesAndEveryGroupAreTaken) {
  start_queue();
  EXPECT_EQ(element(ask(with(submit("5f01"), ">14<", ">21<")).body, "q:Outcome"), "received");
  for (const char* group : {"repressed", "chernobyl", "predictable-disability"})
    EXPECT_EQ(element(ask(with(submit(group), "functional-impairment", group)).body, "q:Outcome"), "received")
        << group;
}

TEST_F(QueueTest, AKeyThatComesTwiceIsCommittedTwice) {
  start_queue();
  const Message first = submit("5f01");
  const Message second = submit("5f01");
  ask(first);
  EXPECT_EQ(element(ask(second).body, "q:Number"), "SIVA-2026-000002");
  EXPECT_THAT(truth("5f01"), HasSubstr(R"("times":2,"numbers":["SIVA-2026-000001","SIVA-2026-000002"],)"
                                       R"("message_ids":[")" +
                                       first.message_id + "\",\"" + second.message_id + "\"]"));
  EXPECT_EQ(count(simulator().get("/queue"), "\n"), 1U);
  const std::string said = ask(inquire("5f01")).body;  // honest of that too
  EXPECT_EQ(count(said, "<q:Entry>"), 2U);
  EXPECT_THAT(said, HasSubstr("000001"));
  EXPECT_THAT(said, HasSubstr("000002"));
}

TEST_F(QueueTest, AMessageThatComesTwiceIsAReplay) {
  start_queue();
  const std::string bytes = sign(submit("5f01"));
  EXPECT_EQ(connect()->post(bytes).status, 200U);
  const Reception again = connect()->post(bytes);
  EXPECT_EQ(again.status, 400U);
  EXPECT_THAT(again.body, HasSubstr("a replay"));
  EXPECT_THAT(truth("5f01"), HasSubstr(R"("times":1,)"));
}

TEST_F(QueueTest, WhatTheWireDoesNotKnowIsNoRequest) {
  start_queue();
  for (const auto& [what, instead, reason] : std::vector<std::array<std::string, 3>>{
           {"<q:Key>5f01</q:Key>", "", "SubmitEntry: Key is missing"},
           {"<q:Revision>1</q:Revision>", "<q:Revision>1</q:Revision><q:Revision>2</q:Revision>",
            "SubmitEntry: more than one Revision"},
           {"</q:Person>", "<q:Shoe>42</q:Shoe></q:Person>", "Person: Shoe does not belong there"},
           {"</q:Person>", "<q:Course>14</q:Course></q:Person>", "Person: Course does not belong there"},
           {"<q:Revision>", "<q:Corrects>5f00</q:Corrects><q:Revision>",
            "SubmitEntry: Corrects does not belong there"}}) {
    const Message wrong = with(submit("5f01"), what, instead);
    const Reception reception = ask(wrong);
    EXPECT_EQ(reception.status, 400U) << reason;
    EXPECT_THAT(reception.body, HasSubstr(reason));
    EXPECT_TRUE(verifies(reception.body, pki().anchor));
  }
  EXPECT_EQ(simulator().get("/queue"), "");
  EXPECT_EQ(simulator().counter("processed"), 0);
}

TEST_F(QueueTest, APopulationsRequestIsNotKnown) {
  start_queue();
  Message message = start_message();
  message.to = inquire("5f01").to;
  EXPECT_THAT(ask(message).body, HasSubstr("Action is not known"));
}

// libxml2 by itself puts no text together beyond ten million octets.
TEST_F(QueueTest, AnAttachmentMayBeLarge) {
  start_queue();
  const std::string zeros = std::string(11'000'000, 'A') + "&#13;\n" + std::string(1'000'000, 'A');
  const Reception reception = ask(submit(
      "5f01",
      R"(<q:Attachment Name="0" MediaType="a/b" Sha256="177ffe9ef4bc54e6880afccabfbdb0273a15b89c0e663eabeeb8e9cda211f21f">)" +
          zeros + "</q:Attachment>"));
  EXPECT_EQ(element(reception.body, "q:Outcome"), "received") << reception.body.substr(0, 4000);
}

TEST_F(QueueTest, CountsItsOwnOperations) {
  start_queue();
  ask(submit("5f01"));
  ask(correct("5f02", "5f01"));
  ask(withdraw("5f03", "5f02"));
  for (int round = 0; round < 2; ++round) ask(inquire("5f01"));
  EXPECT_THAT(
      simulator().get("/counters"),
      HasSubstr(R"("SubmitEntry":1,"CorrectEntry":1,"WithdrawEntry":1,"InquireEntry":2,"QueueChanges":0})"));
  EXPECT_EQ(simulator().counter("processed"), 5);
}

TEST_F(QueueTest, EachRegistryHasItsOwnTruthAlone) {
  start_queue();
  for (const char* path : {"/truth", "/truth.csv", "/nights", "/roster.csv"})
    EXPECT_THROW(simulator().get(path), std::runtime_error) << path;
  EXPECT_THROW(simulator().advance(1), std::runtime_error);
  start();
  EXPECT_THROW(simulator().get("/queue"), std::runtime_error);
}

}  // namespace
}  // namespace tilts::simulator::tests
