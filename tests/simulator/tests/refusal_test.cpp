// What the registry refuses. Each message is right but for the one thing its test is about, and signed by the
// trusted client unless that is the thing.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;

class RefusalTest : public SimulatorTest {
 protected:
  // A signed fault with this reason, and nothing processed.
  void expect_refused(const Reception& reception, const std::string& reason) {
    EXPECT_TRUE(reception.status == 400 || reception.status == 500) << reception.status;
    EXPECT_THAT(reception.body, HasSubstr(reason));
    EXPECT_THAT(reception.body, HasSubstr("<s:Fault>"));
    EXPECT_TRUE(verifies(reception.body, pki().anchor));
    EXPECT_EQ(simulator().counter("processed"), 0);
    EXPECT_EQ(simulator().counter("refused"), 1);
  }
  void expect_refused(const Message& message, const std::string& reason) {
    expect_refused(ask(message), reason);
  }
};

TEST_F(RefusalTest, TheControlMessageIsAccepted) {
  start();
  EXPECT_EQ(ask(start_message()).status, 200U);
  EXPECT_EQ(simulator().counter("refused"), 0);
}

TEST_F(RefusalTest, Unsigned) {
  start();
  Message message = start_message();
  message.signed_ids.clear();
  expect_refused(message, "Signature is missing");
}

class Coverage : public RefusalTest, public testing::WithParamInterface<const char*> {};

TEST_P(Coverage, EveryPartOfTheProfileIsSigned) {
  start();
  Message message = start_message();
  std::erase(message.signed_ids, GetParam());
  expect_refused(message, std::string(GetParam()) + " is not signed");
}

INSTANTIATE_TEST_SUITE_P(Parts, Coverage,
                         testing::Values("Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"));

TEST_F(RefusalTest, AChangedByte) {
  start();
  std::string bytes = sign(start_message());
  bytes.replace(bytes.find("DA29"), 4, "DA30");
  expect_refused(connect()->post(bytes), "the signature does not verify");
}

// xmlsec alone calls this message good: the signed Body is there, only not where it is read.
TEST_F(RefusalTest, AWrappedBody) {
  start();
  std::string bytes = sign(start_message());
  const std::size_t begin = bytes.find("<s:Body"), end = bytes.find("</s:Body>") + 9;
  const std::string body = bytes.substr(begin, end - begin);
  std::string forged = body;
  forged.replace(forged.find("u:Id=\"Body\""), 11, "u:Id=\"Else\"");
  forged.replace(forged.find("DA29"), 4, "DA66");
  bytes.replace(begin, end - begin, forged);
  bytes.insert(bytes.find("</s:Header>"), "<w:Aside xmlns:w=\"urn:w\">" + body + "</w:Aside>");
  expect_refused(connect()->post(bytes), "Body is not signed");
}

TEST_F(RefusalTest, TwoNodesOfOneId) {
  start();
  std::string bytes = sign(start_message());
  bytes.insert(bytes.find("</s:Header>"), "<w:Aside xmlns:w=\"urn:w\" Id=\"Body\"></w:Aside>");
  expect_refused(connect()->post(bytes), "names no node, or more than one");
}

TEST_F(RefusalTest, AWeakDigest) {
  start();
  Message message = start_message();
  message.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
  expect_refused(message, "digest is not SHA-2");
}

TEST_F(RefusalTest, AStrangersSignature) {
  start();
  const std::string bytes = Signer(pki().stranger.certificate, pki().stranger.key).sign(start_message());
  expect_refused(connect()->post(bytes), "leads to no anchor");
}

TEST_F(RefusalTest, AnExpiredSigner) {
  start();
  const std::string bytes =
      Signer(pki().expired_client.certificate, pki().expired_client.key).sign(start_message());
  expect_refused(connect()->post(bytes), "certificate has expired");
}

TEST_F(RefusalTest, AStaleTimestamp) {
  start();
  Message message = start_message();
  message.created = -400;
  expect_refused(message, "Timestamp: expired");
}

TEST_F(RefusalTest, ATimestampOfTomorrow) {
  start();
  Message message = start_message();
  message.created = 120;
  expect_refused(message, "lies in the future");
}

TEST_F(RefusalTest, ATimestampThatLivesTooLong) {
  start();
  Message message = start_message();
  message.lifetime = 301;
  expect_refused(message, "too long a life");
}

TEST_F(RefusalTest, ItsOwnClockDecides) {
  start();
  simulator().post("/clock", R"({"offset":3600})");
  expect_refused(start_message(), "Timestamp: expired");
}

TEST_F(RefusalTest, AReplayedMessage) {
  start();
  const std::string bytes = sign(start_message());
  EXPECT_EQ(connect()->post(bytes).status, 200U);
  const Reception again = connect()->post(bytes);
  EXPECT_THAT(again.body, HasSubstr("a replay"));
  EXPECT_EQ(simulator().counter("processed"), 1);
}

TEST_F(RefusalTest, ANewSignatureOverAnOldMessageId) {
  start();
  Message message = start_message();
  EXPECT_EQ(ask(message).status, 200U);
  message.lifetime = 200;
  EXPECT_THAT(ask(message).body, HasSubstr("a replay"));
}

TEST_F(RefusalTest, SomebodyElsesAddress) {
  start();
  Message message = start_message();
  message.to = "https://elsewhere.example/population";
  expect_refused(message, "To is not this registry");
}

TEST_F(RefusalTest, AReplyToSomewhereElse) {
  start();
  Message message = start_message();
  message.reply_to = "https://elsewhere.example/";
  expect_refused(message, "ReplyTo is not anonymous");
}

TEST_F(RefusalTest, AnActionThatIsNotWhatBodyHolds) {
  start();
  Message message = start_message();
  message.action = std::string(service) + "/EndTransaction";
  expect_refused(message, "Action is not what Body holds");
}

TEST_F(RefusalTest, AnUnknownAction) {
  start();
  Message message = start_message();
  message.action = std::string(service) + "/Delete";
  expect_refused(message, "Action is not known");
}

TEST_F(RefusalTest, AMessageIdOfAnotherForm) {
  start();
  Message message = start_message();
  message.message_id = "1";
  expect_refused(message, "MessageID has not the registry's form");
}

TEST_F(RefusalTest, AHeaderThatMustBeUnderstood) {
  start();
  Message message = start_message();
  message.further_header = R"(<x:Route xmlns:x="urn:x" s:mustUnderstand="1"/>)";
  expect_refused(message, "s:MustUnderstand");
}

TEST_F(RefusalTest, AHeaderThatNeedNotBeUnderstoodIsLetBe) {
  start();
  Message message = start_message();
  message.further_header = R"(<x:Route xmlns:x="urn:x"/>)";
  EXPECT_EQ(ask(message).status, 200U);
}

TEST_F(RefusalTest, AnotherSoap) {
  start();
  Message message = start_message();
  message.soap = soap11;
  expect_refused(message, "not the SOAP version");
}

TEST_F(RefusalTest, ADoctype) {
  start();
  std::string bytes = sign(start_message());
  bytes.insert(bytes.find("<s:Envelope"), "<!DOCTYPE a>");
  expect_refused(connect()->post(bytes), "DOCTYPE");
}

TEST_F(RefusalTest, SomethingThatIsNotXml) {
  start();
  expect_refused(connect()->post("no"), "not well-formed");
}

TEST_F(RefusalTest, AMediaTypeOfAnotherSoap) {
  start();
  EXPECT_EQ(connect()->post(sign(start_message()), "text/xml").status, 415U);
}

TEST_F(RefusalTest, AnActionThatHttpContradicts) {
  start();
  const std::string type = "application/soap+xml; charset=utf-8; action=\"" + std::string(service);
  EXPECT_EQ(connect()->post(sign(start_message()), type + "/StartTransaction\"").status, 200U);
  EXPECT_THAT(connect()->post(sign(start_message()), type + "/EndTransaction\"").body,
              HasSubstr("that HTTP names"));
}

TEST_F(RefusalTest, MoreThanTheLimitOfARequest) {
  start();
  Message message = list_message(codes(1));
  message.body.insert(message.body.find("<p:PersonCode>"), 4'300'000, ' ');
  EXPECT_EQ(element(ask(message).body, "i:ErrorCode"), "19");
  message.body.insert(message.body.find("<p:PersonCode>"), 4'300'000, ' ');
  message.message_id = new_message_id();
  EXPECT_EQ(ask(message).status, 413U);
}

TEST_F(RefusalTest, AListWhoseAnswerWouldBeTooLarge) {
  start();
  const std::vector<std::string> everybody = codes(300);
  std::vector<std::string> wanted;
  while (wanted.size() < 6'000) wanted.insert(wanted.end(), everybody.begin(), everybody.end());
  EXPECT_EQ(element(ask(list_message(wanted)).body, "i:ErrorCode"), "19");
}

TEST_F(RefusalTest, TlsWithoutOrWithAWrongCertificateDoesNotComeAbout) {
  start();
  const std::string bytes = sign(start_message());
  for (const support::KeyFiles& who : {support::KeyFiles{}, pki().stranger, pki().expired_client})
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
      EXPECT_FALSE(connect(who, version)->post(bytes).connected) << who.certificate << " " << version;
  EXPECT_EQ(simulator().counter("received"), 0);
  // in TLS 1.3 the client hears of it before the server has counted it
  for (int look = 0; look < 500 && simulator().counter("handshake_failures") < 6; ++look)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(simulator().counter("handshake_failures"), 6);
}

TEST_F(RefusalTest, TlsBelow12DoesNotComeAbout) {
  start();
  EXPECT_FALSE(connect(pki().client, TLS1_1_VERSION)->connected());
}

// The errors of the request service that a request can bring upon itself.
struct Wrong {
  const char* number;
  const char* what;
  const char* instead;
};

class Ivis : public SimulatorTest, public testing::WithParamInterface<Wrong> {};

TEST_P(Ivis, IsAnsweredWithItsNumberAndName) {
  start();
  Message message = list_message(codes(1));
  const std::string right = message.body;
  const std::string_view what = GetParam().what, instead = GetParam().instead;
  for (std::size_t at = right.rfind(what); at != std::string::npos;
       at = at == 0 ? at - 1 : right.rfind(what, at - 1))
    message.body.replace(at, what.size(), instead);
  ASSERT_NE(message.body, right);
  const Reception reception = ask(message);
  EXPECT_EQ(reception.status, 200U);
  EXPECT_EQ(element(reception.body, "i:Result"), "error");
  EXPECT_EQ(element(reception.body, "i:ErrorCode"), GetParam().number);
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
}

INSTANTIATE_TEST_SUITE_P(
    Errors, Ivis,
    testing::Values(
        Wrong{"1", "i:MessageID>", "i:MessageIDs>"}, Wrong{"2", "i:CorrelationID>", "i:CorrelationIDs>"},
        Wrong{"4", "<i:TransactionID>URN", "<i:TransactionID>URL"},
        Wrong{"5", "<i:TransactionID>URN:IVIS:100001", "<i:TransactionID>URN:IVIS:200001"},
        Wrong{"6", "<i:Destination>", "<i:Sender>me</i:Sender><i:Destination>"},
        Wrong{"8", "URN:IVIS:100001:ISS-PMLP.FPR-GetPersonList-v1-0", ""},
        Wrong{"9", "100001:ISS-", "100001:ABC-"}, Wrong{"10", "FPR-GetPersonList", "FPR-GetPersonLost"},
        Wrong{"16", "URN:IVIS:100001:XSD-Person-Person-v1-0-TYPE-PersonListRequestStructure", ""},
        Wrong{"18", "Person/v1-0", "Person/v1-1"}, Wrong{"20", "TYPE-PersonList", "TYPE-PersonChanges"},
        Wrong{"21", "-TYPE-", "-TIPE-"}, Wrong{"22", "<p:PersonCode>", "<p:PersonCode>1"},
        Wrong{"23", "Person-v1-0-TYPE", "Person-v1-1-TYPE"}),
    [](const auto& named) { return std::string("Number") + named.param.number; });

}  // namespace
}  // namespace tilts::simulator::tests
