// The registry as a client meets it: answers, transactions, look-ups, changes.
#include <atomic>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;

TEST_F(SimulatorTest, AnswersASignedRequestWithASignedAnswerThatNamesIt) {
  start();
  const Message message = start_message();
  const Reception reception = ask(message);
  ASSERT_EQ(reception.status, 200U) << reception.body;
  EXPECT_THAT(element(reception.body, "r:StartTransactionResult"), HasSubstr("EP.DA-DA29-V1-0-TR-"));
  EXPECT_THAT(reception.body, HasSubstr(">" + message.message_id + "</a:RelatesTo>"));
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  for (const char* part : {"#action", "#message", "#relates", "#timestamp", "#body"})
    EXPECT_EQ(count(reception.body, "<ds:Reference URI=\"" + std::string(part) + "\">"), 1U) << part;
}

TEST_F(SimulatorTest, ItsAnswersAreCoveredByTheirSignature) {
  start();
  std::string answer = ask(list_message(codes(3))).body;
  ASSERT_TRUE(verifies(answer, pki().anchor));
  answer.replace(answer.find("<p:Status>"), 11, "<p:Status>X");
  EXPECT_FALSE(verifies(answer, pki().anchor));
}

TEST_F(SimulatorTest, SpeaksEllipticCurvesAndRsa) {
  start();
  const Reception reception = ask(start_message());
  EXPECT_THAT(reception.body, HasSubstr("#ecdsa-sha256"));
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  start({}, support::KeyKind::rsa);
  const Reception other = ask(start_message());
  EXPECT_THAT(other.body, HasSubstr("#rsa-sha256"));
  EXPECT_TRUE(verifies(other.body, pki().anchor));
}

TEST_F(SimulatorTest, SpeaksSoap11) {
  start({"--soap", "1.1"});
  soap_ = soap11;
  const Reception reception = ask(start_message());
  ASSERT_EQ(reception.status, 200U) << reception.body;
  EXPECT_THAT(reception.body, HasSubstr(soap11));
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
}

TEST_F(SimulatorTest, SpeaksTls12And13) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    EXPECT_EQ(connect(pki().client, version)->post(sign(start_message())).status, 200U) << version;
}

TEST_F(SimulatorTest, KeepsAConnectionOpen) {
  start();
  const auto connection = connect();
  for (int round = 0; round < 3; ++round) EXPECT_EQ(connection->post(sign(start_message())).status, 200U);
  EXPECT_EQ(simulator().counter("connections"), 1);
  EXPECT_EQ(simulator().counter("handshakes"), 1);
  EXPECT_EQ(simulator().counter("processed"), 3);
}

TEST_F(SimulatorTest, ServesManyConnectionsAtOnce) {
  start();
  std::vector<std::string> messages;
  for (int client = 0; client < 16; ++client) messages.push_back(sign(start_message()));
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (const std::string& bytes : messages)
    clients.emplace_back([&, this] { answered += connect()->post(bytes).status == 200 ? 1 : 0; });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 16);
}

TEST_F(SimulatorTest, LooksUpAListAndSaysWhomItDoesNotKnow) {
  start();
  std::vector<std::string> wanted = codes(5);
  wanted.emplace_back("99999999999");
  const std::string answer = ask(list_message(wanted)).body;
  EXPECT_EQ(element(answer, "p:TotalCount"), "6");
  EXPECT_EQ(count(answer, "<p:Person>"), 5U);
  EXPECT_EQ(element(answer, "p:NotFound"), "<p:PersonCode>99999999999</p:PersonCode>");
  EXPECT_EQ(count(answer, "<p:TestData>true</p:TestData>"), 5U);
  EXPECT_EQ(element(answer, "i:Result"), "success");
  EXPECT_EQ(element(answer, "i:TransactionID"), transaction());
}

TEST_F(SimulatorTest, WritesTimesInUtcAndInRigasTime) {
  start({"--date", "2026-07-01"});
  const std::string answer = ask(list_message(codes(3))).body;
  EXPECT_THAT(answer, HasSubstr("<p:AsOf>2026-06-30T21:00:00Z</p:AsOf>"));
  EXPECT_THAT(answer, HasSubstr("<p:AsOf>2026-07-01T00:00:00+03:00</p:AsOf>"));
  EXPECT_THAT(element(answer, "i:TimeStamp"), testing::ContainsRegex("\\.[0-9]{6}\\+0[23]:00$"));
}

TEST_F(SimulatorTest, EndsATransactionOnce) {
  start();
  const std::string body = "<r:EndTransaction xmlns:r=\"" + std::string(service) + "\"><r:transactionID>" +
                           transaction() + "</r:transactionID></r:EndTransaction>";
  EXPECT_EQ(element(ask(message("EndTransaction", body)).body, "r:EndTransactionResult"), "1");
  EXPECT_EQ(element(ask(message("EndTransaction", body)).body, "r:EndTransactionResult"), "0");
  EXPECT_EQ(element(ask(list_message(codes(1))).body, "i:ErrorCode"), "5");
}

TEST_F(SimulatorTest, RefusesAServiceItDoesNotKnowWithAnEmptyIdentifier) {
  start();
  Message message = start_message();
  message.body.replace(message.body.find("DA29"), 4, "DA30");
  const std::string answer = ask(message).body;
  EXPECT_THAT(answer, HasSubstr("<r:StartTransactionResult></r:StartTransactionResult>"));
}

TEST_F(SimulatorTest, AChangedCodeIsAnsweredWithTheNewOneAndTheOld) {
  start();
  const std::string roster = simulator().get("/roster.csv");
  simulator().advance(400);
  EXPECT_EQ(simulator().get("/roster.csv"), roster);
  const std::string nights = simulator().get("/nights");
  const std::size_t event = nights.find("\"kind\":\"code\"");
  ASSERT_NE(event, std::string::npos) << nights;
  const std::string client = nights.substr(nights.find("K-", event), 8);
  const std::string now = nights.substr(nights.find("\"code\":\"", nights.find("K-", event)) + 8, 11);
  const std::string before = roster.substr(roster.find(client) + 9, 11);
  ASSERT_NE(now, before);
  const std::string answer = ask(list_message({before})).body;
  EXPECT_EQ(element(answer, "p:PersonCode"), now);
  EXPECT_EQ(element(answer, "p:PreviousPersonCode"), before);
}

TEST_F(SimulatorTest, TheFeedOfChangesIsReadInPagesAndGoesOnWhereItStopped) {
  start();
  const std::string empty = ask(changes_message("", 10)).body;
  EXPECT_EQ(element(empty, "p:TotalCount"), "0");
  EXPECT_EQ(element(empty, "p:HasMore"), "false");
  simulator().advance(200);
  std::string cursor = element(empty, "p:NextCursor");
  const std::string whole = ask(changes_message(cursor, 1000)).body;
  std::set<std::string> seen;
  std::size_t pages = 0;
  std::string answer;
  do {
    answer = ask(changes_message(cursor, 5)).body;
    const std::vector<std::string> page = people(answer);
    EXPECT_EQ(element(answer, "p:TotalCount"), std::to_string(page.size()));
    EXPECT_LE(page.size(), 5U);
    seen.insert(page.begin(), page.end());
    ASSERT_NE(element(answer, "p:NextCursor"), cursor);
    cursor = element(answer, "p:NextCursor");
    ++pages;
  } while (element(answer, "p:HasMore") == "true");
  EXPECT_GT(pages, 1U);
  EXPECT_EQ(cursor, element(whole, "p:NextCursor"));
  EXPECT_THAT(people(whole), testing::UnorderedElementsAreArray(seen));
  simulator().advance(100);  // the cursor goes on, and does not begin again
  EXPECT_LT(people(ask(changes_message(cursor, 1000)).body).size(), seen.size());
}

TEST_F(SimulatorTest, StopsInOrder) {
  start();
  const auto idle = connect();
  ASSERT_EQ(idle->post(sign(start_message())).status, 200U);
  EXPECT_EQ(simulator().stop(), 0);
}

TEST_F(SimulatorTest, StopsWhenAskedOnTheControlPort) {
  start();
  simulator().post("/stop", "{}");
  siginfo_t ended{};  // left for the fixture to collect
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(simulator().process()), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(ended.si_code, CLD_EXITED);
  EXPECT_EQ(ended.si_status, 0);
}

}  // namespace
}  // namespace tilts::simulator::tests
