// Assertions of the token service that are wrong in one thing.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

class TokenServiceTest : public SimulatorTest {
 protected:
  void SetUp() override { start({"--profile", TOKEN_PROFILE_FILE, "--token-lifetime", "300"}); }

  // The answer's Body, with a bearer assertion in clear.
  std::string issue() {
    Message message;
    message.action = std::string(trust) + "/RST/Issue";
    message.message_id = new_message_id();
    message.to = fmt::format("https://127.0.0.1:{}/token", simulator().port());
    message.body = fmt::format(
        R"(<t:RequestSecurityToken xmlns:t="{0}"><t:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0</t:TokenType>)"
        R"(<t:RequestType>{0}/Issue</t:RequestType><p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy">)"
        R"(<a:EndpointReference><a:Address>urn:hub</a:Address></a:EndpointReference></p:AppliesTo>)"
        R"(<t:KeyType>{0}/Bearer</t:KeyType></t:RequestSecurityToken>)",
        trust);
    const Reception reception = ask(message);
    EXPECT_EQ(reception.status, 200U) << reception.body;
    EXPECT_THAT(reception.body, HasSubstr(">" + message.message_id + "</a:RelatesTo>"));
    return reception.body.substr(reception.body.find("<s:Body"));
  }
};

std::string value(const std::string& xml, const std::string& attribute) {
  const std::size_t at = xml.find(" " + attribute + "=\"") + attribute.size() + 3;
  return xml.substr(at, xml.find('"', at) - at);
}

std::string token(const std::string& body) { return element(body, "t:RequestedSecurityToken"); }

TEST_F(TokenServiceTest, ATokenMayBeginInAnHour) {
  const std::string right = issue();
  EXPECT_LE(value(right, "NotBefore"), element(right, "u:Created"));
  simulator().fault(R"({"kind":"token-from-the-future"})");
  const std::string body = issue();
  // what the service says around it is as it should be
  EXPECT_LT(element(body, "u:Expires"), value(body, "NotBefore"));
  EXPECT_LT(value(body, "NotBefore"), value(body, "NotOnOrAfter"));
  EXPECT_THAT(body, HasSubstr("<saml:Audience>urn:hub</saml:Audience>"));
}

TEST_F(TokenServiceTest, AnOldTokenMayAnswerANewRequest) {
  simulator().fault(R"({"kind":"token-replayed"})");
  const std::string first = issue();  // there is none yet: the fault waits
  EXPECT_EQ(simulator().counter("faults"), 0);
  const std::string second = issue();
  EXPECT_EQ(simulator().counter("faults"), 1);
  EXPECT_EQ(token(second), token(first));
  EXPECT_THAT(second, HasSubstr(">" + value(token(first), "ID") + "</o:KeyIdentifier>"));
  const std::string third = issue();
  EXPECT_NE(token(third), token(first));
}

TEST_F(TokenServiceTest, WhatWasWrongIsNotReplayed) {
  const std::string right = issue();
  simulator().fault(R"({"kind":"ended-token"})");
  issue();
  simulator().fault(R"({"kind":"token-replayed"})");
  EXPECT_EQ(token(issue()), token(right));
}

}  // namespace
}  // namespace tilts::simulator::tests
