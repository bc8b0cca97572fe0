// Each fault, as it is on the wire.
#include <chrono>

#include <gmock/gmock.h>

#include "tests/simulator/clock.h"
#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class FaultTest : public SimulatorTest {
 protected:
  // The fault hits the next look-up of three people.
  Reception ask_under(const std::string& kind, const std::string& further = "") {
    const Message message = list_message(codes(3));
    processed_ = simulator().counter("processed");
    simulator().fault("{\"kind\":\"" + kind + "\"" + further + "}");
    Reception reception = ask(message);
    message_id_ = message.message_id;
    processed_ = simulator().counter("processed") - processed_;
    return reception;
  }
  // The fault is over, and all is well again.
  void expect_over() {
    const Reception reception = ask(list_message(codes(3)));
    EXPECT_EQ(reception.status, 200U);
    EXPECT_TRUE(verifies(reception.body, pki().anchor));
    EXPECT_EQ(simulator().counter("faults"), 1);
  }

  long processed_ = 0;
  std::string message_id_;
};

TEST_F(FaultTest, Slow) {
  start();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ask_under("slow", ",\"value\":400").status, 200U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(400));
  expect_over();
}

TEST_F(FaultTest, ResetBeforeProcessing) {
  start();
  const Reception reception = ask_under("reset-before");
  EXPECT_TRUE(reception.reset);
  EXPECT_EQ(reception.status, 0U);
  EXPECT_EQ(processed_, 0);
  expect_over();
}

TEST_F(FaultTest, ResetAfterProcessing) {
  start();
  const Reception reception = ask_under("reset-after");
  EXPECT_TRUE(reception.reset);
  EXPECT_EQ(reception.status, 0U);
  EXPECT_EQ(processed_, 1);
  expect_over();
}

TEST_F(FaultTest, ClosedWithoutAnAnswerOnAReusedConnectionOnly) {
  start();
  simulator().fault(R"({"kind":"close-reused"})");
  EXPECT_EQ(ask(start_message()).status, 200U);
  const auto connection = connect();
  EXPECT_EQ(connection->post(sign(start_message())).status, 200U);
  const Reception reception = connection->post(sign(start_message()));
  EXPECT_TRUE(reception.closed);
  EXPECT_EQ(reception.status, 0U);
  EXPECT_EQ(simulator().counter("processed"), 2);
  expect_over();
}

TEST_F(FaultTest, Truncated) {
  start();
  const Reception reception = ask_under("truncated");
  EXPECT_EQ(reception.status, 200U);
  EXPECT_TRUE(reception.closed);
  EXPECT_EQ(reception.body.size(), reception.promised / 2);
  EXPECT_EQ(processed_, 1);
  expect_over();
}

TEST_F(FaultTest, AProxysPage) {
  start();
  const Reception reception = ask_under("http-status", ",\"value\":502");
  EXPECT_EQ(reception.status, 502U);
  EXPECT_THAT(reception.body, HasSubstr("<html>"));
  EXPECT_EQ(processed_, 0);
  expect_over();
}

TEST_F(FaultTest, AProxysPageAfterProcessing) {
  start();
  const Reception reception = ask_under("http-status-after");
  EXPECT_EQ(reception.status, 502U);
  EXPECT_THAT(reception.body, HasSubstr("<html>"));
  EXPECT_EQ(processed_, 1);
  expect_over();
}

TEST_F(FaultTest, ClosedAfterProcessingOnAReusedConnectionOnly) {
  start();
  simulator().fault(R"({"kind":"close-reused-after"})");
  const auto connection = connect();
  EXPECT_EQ(connection->post(sign(start_message())).status, 200U);
  const Reception reception = connection->post(sign(start_message()));
  EXPECT_TRUE(reception.closed);
  EXPECT_EQ(reception.status, 0U);
  EXPECT_EQ(simulator().counter("processed"), 2);
  expect_over();
}

TEST_F(FaultTest, TheQueuesOwnAreIgnored) {
  start();
  for (const char* kind : {"late", "two-entries", "other-key"})
    EXPECT_EQ(ask_under(kind).status, 200U) << kind;
  EXPECT_EQ(simulator().counter("faults"), 0);
}

TEST_F(FaultTest, Unsigned) {
  start();
  const Reception reception = ask_under("unsigned");
  EXPECT_THAT(reception.body, HasSubstr("<p:Person>"));
  EXPECT_THAT(reception.body, Not(HasSubstr("Signature")));
  expect_over();
}

TEST_F(FaultTest, AWrongSigner) {
  start();
  const Reception reception = ask_under("wrong-signer");
  EXPECT_FALSE(verifies(reception.body, pki().anchor));
  EXPECT_TRUE(verifies(reception.body, pki().stranger_anchor));  // the signature itself is right
  EXPECT_TRUE(embeds(reception.body, pki().stranger.certificate));
  expect_over();
}

TEST_F(FaultTest, AnExpiredCertificate) {
  start();
  const Reception reception = ask_under("expired-certificate");
  EXPECT_TRUE(verifies(reception.body, pki().anchor));  // which does not look at times
  EXPECT_TRUE(embeds(reception.body, pki().expired_sign.certificate));
  expect_over();
}

TEST_F(FaultTest, Wrapped) {
  start();
  const Reception reception = ask_under("wrapped");
  EXPECT_TRUE(verifies(reception.body, pki().anchor));  // xmlsec alone finds the Body that was moved
  const std::size_t aside = reception.body.find("<w:Aside");
  EXPECT_LT(aside, reception.body.find("u:Id=\"body\""));
  EXPECT_LT(reception.body.find("u:Id=\"body\""), reception.body.find("</s:Header>"));
  EXPECT_GT(reception.body.find("u:Id=\"forged\""), reception.body.find("</s:Header>"));
  const std::size_t forged = reception.body.find("u:Id=\"forged\"");
  EXPECT_GT(count(reception.body.substr(0, forged), "<p:Status>active"), 0U);
  EXPECT_EQ(count(reception.body.substr(forged), "<p:Status>active"), 0U);
  expect_over();
}

TEST_F(FaultTest, AnEarlierAnswerReplayed) {
  start();
  simulator().fault(R"({"kind":"replayed","operation":"SubmitSync"})");
  const Message first = list_message(codes(1));
  EXPECT_THAT(ask(first).body, HasSubstr(first.message_id));  // there was nothing to replay yet
  const Message second = list_message(codes(2));
  const Reception reception = ask(second);
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  EXPECT_THAT(reception.body, HasSubstr(first.message_id));
  EXPECT_THAT(reception.body, Not(HasSubstr(second.message_id)));
  expect_over();
}

TEST_F(FaultTest, Stale) {
  start();
  const Reception reception = ask_under("stale");
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  EXPECT_LT(parse_utc(element(reception.body, "u:Expires")), Clock().now() - std::chrono::minutes(30));
  expect_over();
}

TEST_F(FaultTest, WronglyEncoded) {
  start();
  const Reception reception = ask_under("wrong-encoding");
  EXPECT_THAT(reception.body, HasSubstr("encoding=\"UTF-8\""));
  EXPECT_THAT(reception.body, HasSubstr("<!-- \xE2 -->"));  // ā in windows-1257
  EXPECT_THAT(reception.body, HasSubstr("</s:Envelope>"));
  expect_over();
}

TEST_F(FaultTest, Over4Megabytes) {
  start();
  const Reception reception = ask_under("oversized");
  EXPECT_GT(reception.body.size(), 4'194'304U);
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  expect_over();
}

TEST_F(FaultTest, Malformed) {
  start();
  const Reception reception = ask_under("malformed");
  EXPECT_THAT(reception.body, HasSubstr("<open></"));
  EXPECT_THROW(verifies(reception.body, pki().anchor), std::runtime_error);  // it does not even parse
  expect_over();
}

TEST_F(FaultTest, ThatIsNestedOrStuffedIsRightlySigned) {
  start();
  const Reception nested = ask_under("nested", ",\"value\":200");
  EXPECT_EQ(count(nested.body, "<deep>"), 200U);
  EXPECT_TRUE(verifies(nested.body, pki().anchor));
  const Reception stuffed = ask_under("stuffed");
  EXPECT_EQ(count(stuffed.body, "=\"\""), 2000U);
  EXPECT_TRUE(verifies(stuffed.body, pki().anchor));
}

TEST_F(FaultTest, EntitiesStandForWhatIsSigned) {
  start();
  const Reception reception = ask_under("entities");
  EXPECT_THAT(reception.body, HasSubstr("<!ENTITY e3 \"&e2;&e2;"));
  EXPECT_THAT(reception.body, Not(HasSubstr("tilts tilts")));
  EXPECT_TRUE(verifies(reception.body, pki().anchor));  // for who expands them
  expect_over();
}

TEST_F(FaultTest, APageMissing) {
  start();
  const Reception reception = ask_under("missing-page");
  EXPECT_EQ(element(reception.body, "p:TotalCount"), "3");
  EXPECT_EQ(people(reception.body).size(), 1U);
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  expect_over();
}

TEST_F(FaultTest, AnIvisErrorByNumber) {
  start();
  const Reception reception = ask_under("ivis-error", ",\"value\":19");
  EXPECT_EQ(element(reception.body, "i:ErrorCode"), "19");
  EXPECT_EQ(element(reception.body, "i:ErrorDescription"), "BodyToBig");
  EXPECT_EQ(element(reception.body, "i:Result"), "error");
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
  expect_over();
}

TEST_F(FaultTest, SoapFaultsSignedAndUnsigned) {
  start();
  const Reception unsigned_fault = ask_under("unsigned-fault");
  EXPECT_EQ(unsigned_fault.status, 500U);
  EXPECT_THAT(unsigned_fault.body, HasSubstr("s:Receiver"));
  EXPECT_THAT(unsigned_fault.body, Not(HasSubstr("Signature")));
  const Reception signed_fault = ask_under("signed-fault");
  EXPECT_EQ(signed_fault.status, 500U);
  EXPECT_THAT(signed_fault.body, HasSubstr(message_id_));
  EXPECT_TRUE(verifies(signed_fault.body, pki().anchor));
}

TEST_F(FaultTest, HitsTheRequestsItWasToldTo) {
  start();
  simulator().fault(R"({"kind":"http-status","operation":"StartTransaction","nth":2,"count":2})");
  EXPECT_EQ(ask(list_message(codes(1))).status, 200U);  // its transaction is the first matching request
  EXPECT_EQ(ask(start_message()).status, 503U);
  EXPECT_EQ(ask(list_message(codes(1))).status, 200U);
  EXPECT_EQ(ask(start_message()).status, 503U);
  EXPECT_EQ(ask(start_message()).status, 200U);
}

TEST_F(FaultTest, HitsAsOftenAsItIsLikely) {
  start();
  simulator().fault(R"({"kind":"http-status","count":0,"probability":0.3})");
  const auto post = [this] { return connect()->post("<StartTransaction/>").status; };
  int hit = 0;
  for (int round = 0; round < 200; ++round) hit += post() == 503 ? 1 : 0;
  EXPECT_GT(hit, 30);
  EXPECT_LT(hit, 90);
  simulator().remove("/faults");
  EXPECT_NE(post(), 503U);
}

TEST_F(FaultTest, AMisspeltFaultIsRefused) {
  start();
  EXPECT_THROW(simulator().fault(R"({"kind":"sloow"})"), std::runtime_error);
  EXPECT_THROW(simulator().fault(R"({"kind":"slow","times":3})"), std::runtime_error);
  EXPECT_THROW(simulator().fault(R"({"kind":"ivis-error","value":24})"), std::runtime_error);
  EXPECT_EQ(simulator().get("/faults"), "[]\n");
}

}  // namespace
}  // namespace tilts::simulator::tests
