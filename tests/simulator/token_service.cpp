#include "tests/simulator/token_service.h"

#include <fmt/format.h>

#include "tests/simulator/assertion.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr const char* policy_namespace = "http://schemas.xmlsoap.org/ws/2004/09/policy";
constexpr const char* security11_namespace =
    "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
constexpr const char* stranger_audience = "urn:tilts:simulator:elsewhere";

std::string asked(const xmlNode* request, const char* name) {
  return text(child(request, trust_namespace, name));
}

void demand(bool holds, const std::string& reason) {
  if (!holds) throw Refusal(Blame::sender, reason, "InvalidRequest");
}

std::string audience_of(const xmlNode* request) {
  const xmlNode* endpoint =
      child(child(request, policy_namespace, "AppliesTo"), addressing_namespace, "EndpointReference");
  return text(child(endpoint, addressing_namespace, "Address"));
}

// A key is confirmed to whom has proved that it is his: he signed with it.
std::string confirmed_key(const Request& request) {
  const std::string kind = asked(request.payload, "KeyType");
  if (kind == std::string(trust_namespace) + "/Bearer") return "";
  demand(kind == std::string(trust_namespace) + "/PublicKey", "KeyType is neither PublicKey nor Bearer");
  const xmlNode* info =
      child(child(request.payload, trust_namespace, "UseKey"), signature_namespace, "KeyInfo");
  const std::string named =
      text(child(child(info, signature_namespace, "X509Data"), signature_namespace, "X509Certificate"));
  demand(named == request.certificate, "UseKey is not the key that signed the request");
  return named;
}

std::string reference(const std::string& id) {
  return fmt::format(
      R"(<t:RequestedAttachedReference><o:SecurityTokenReference xmlns:o="{}" xmlns:o11="{}" o11:TokenType="{}">)"
      R"(<o:KeyIdentifier ValueType="{}">{}</o:KeyIdentifier></o:SecurityTokenReference></t:RequestedAttachedReference>)",
      security_namespace, security11_namespace, saml_token, saml_id, id);
}

}  // namespace

TokenService::TokenService(const Clock& clock, const SigningKey& key, std::string recipient,
                           std::chrono::seconds lifetime)
    : clock_(clock), key_(key), recipient_(std::move(recipient)), lifetime_(lifetime) {}

bool TokenService::is_meant(const Profile& profile) { return profile.operations.contains("Issue"); }

Outcome TokenService::answer(const Request& request, std::size_t, const Twist& twist) {
  demand(asked(request.payload, "RequestType") == std::string(trust_namespace) + "/Issue",
         "RequestType is not Issue");
  demand(asked(request.payload, "TokenType") == saml_token, "TokenType is not SAML 2.0");
  Assertion assertion{.id = "_" + uuid(),
                      .subject = "AU:100001",
                      .audience = audience_of(request.payload),
                      .certificate = confirmed_key(request),
                      .from = clock_.now(),
                      .to = clock_.now() + lifetime_};
  demand(!assertion.audience.empty(), "AppliesTo names nobody");
  std::string content = fmt::format(
      R"(<t:RequestSecurityTokenResponseCollection xmlns:t="{}"><t:RequestSecurityTokenResponse><t:TokenType>{}</t:TokenType>)",
      trust_namespace, saml_token);
  content += fmt::format(R"(<p:AppliesTo xmlns:p="{}"><a:EndpointReference xmlns:a="{}">)", policy_namespace,
                         addressing_namespace);
  append_element(content, "a:Address", assertion.audience);
  content += "</a:EndpointReference></p:AppliesTo>";
  // What the service says around the token stays as it should be: only the hub can find these out.
  if (twist.other_audience) assertion.audience = stranger_audience;
  if (twist.ended_token)
    assertion.to = assertion.from - std::chrono::hours(1), assertion.from = assertion.to - lifetime_;
  if (twist.future_token) assertion.from += std::chrono::hours(1), assertion.to += std::chrono::hours(1);
  Issued issued;
  if (!twist.replayed_token) issued = issue(assertion);
  {
    const std::lock_guard lock(mutex_);
    if (twist.replayed_token) issued = last_;
    const bool right = !twist.other_audience && !twist.ended_token && !twist.future_token;
    if (right) last_ = issued;
  }
  content +=
      "<t:RequestedSecurityToken>" + issued.token + "</t:RequestedSecurityToken>" + reference(issued.id);
  // Body has declared `u`.
  content += fmt::format("<t:Lifetime><u:Created>{}</u:Created><u:Expires>{}</u:Expires></t:Lifetime>",
                         utc(clock_.now()), utc(clock_.now() + lifetime_));
  return {.content = content + "</t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>",
          .rows = 1,
          .action = std::string(trust_namespace) + "/RSTRC/IssueFinal"};
}

TokenService::Issued TokenService::issue(const Assertion& assertion) const {
  std::string token = write_assertion(assertion, key_);
  if (!recipient_.empty()) token = encrypt_assertion(token, recipient_);
  return {assertion.id, std::move(token)};
}

// A token that nobody signed, for whoever would carry it.
std::string TokenService::forge(std::string content) const {
  const std::size_t at = content.find("AU:100001");
  if (at != std::string::npos) content.replace(at, 9, "AU:999999");
  return content;
}

}  // namespace tilts::simulator
