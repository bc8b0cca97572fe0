#include "gateway/exchange/token_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/exchange/elements.h"
#include "gateway/exchange/names.h"
#include "gateway/xml/canonical_writer.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using xml::CanonicalWriter;

constexpr size_t largest_token = 1u << 20;

[[noreturn]] void refuse(std::string_view why) {
  throw Error(Code::untrusted, fmt::format("the token service's answer: {}; no token was taken, ask the "
                                           "operator of the service",
                                           why));
}

// The key that the token shall confirm: that of the certificate which signs this request too.
void use_key(CanonicalWriter& to, const Identity& identity) {
  to.start(names::wst, "UseKey", "wst");
  to.start(names::ds, "KeyInfo", "ds");
  to.start(names::ds, "X509Data", "ds");
  element(to, names::ds, "X509Certificate", "ds", identity.certificate_base64);
  to.end();
  to.end();
  to.end();
}

void applies_to(CanonicalWriter& to, std::string_view audience) {
  to.start(names::wsp, "AppliesTo", "wsp");
  to.start(names::wsa, "EndpointReference", "wsa");
  element(to, names::wsa, "Address", "wsa", audience);
  to.end();
  to.end();
}

xmlNode* at_most_one(const xmlNode* parent, std::string_view uri, std::string_view local) {
  if (parent == nullptr) return nullptr;
  const auto found = xml::elements(parent, uri, local);
  if (found.size() > 1) refuse(fmt::format("{} stands there twice", local));
  return found.empty() ? nullptr : found.front();
}

std::string text_of(const xmlNode* node) {
  return node == nullptr ? std::string() : std::string(xml::trim(xml::text(node)));
}

bool is_token(const xmlNode* node) {
  return xml::is(node, names::saml2, "Assertion") || xml::is(node, names::saml2, "EncryptedAssertion");
}

// RequestSecurityTokenResponse, which WS-Trust 1.3 puts into a collection.
struct Response {
  xmlNode* response;
  xmlNode* token;
  xmlNode* reference;  // nullptr when absent

  explicit Response(const xmlNode* body) {
    const xmlNode* collection = at_most_one(body, names::wst, "RequestSecurityTokenResponseCollection");
    response = at_most_one(collection, names::wst, "RequestSecurityTokenResponse");
    const xmlNode* requested = at_most_one(response, names::wst, "RequestedSecurityToken");
    if (requested == nullptr) refuse("it holds no token");
    const auto tokens = xml::elements(requested);
    if (tokens.size() != 1 || !is_token(tokens.front()))
      refuse("it does not hold exactly one SAML 2.0 assertion");
    token = tokens.front();
    reference = at_most_one(at_most_one(response, names::wst, "RequestedAttachedReference"), names::wsse,
                            "SecurityTokenReference");
  }
};

xmlNode* body_of(const xml::Document& message) {
  const xmlNode* envelope = xmlDocGetRootElement(message.get());
  xmlNode* body = at_most_one(envelope, xml::namespace_of(envelope), "Body");
  if (body == nullptr) refuse("it has no Body");
  return body;
}

// As it came, when it is what was verified.
std::string carried(xmlNode* as_it_came, xmlNode* verified) {
  if (xml::canonicalize(as_it_came) != xml::canonicalize(verified))
    refuse("the token is not the one that was signed");
  std::string bytes = xml::canonicalize_with_context(as_it_came);
  if (bytes.size() > largest_token) refuse("the token is larger than 1 MiB");
  return bytes;
}

Time time_in(const std::string& text, std::string_view what) {
  try {
    return parse_time(text);
  } catch (const Error&) {
    refuse(fmt::format("{} is not a time", what));
  }
}

// The earlier of what the service says of the token and what a clear assertion says of itself.
Time end_of(const Response& response) {
  std::vector<Time> ends;
  const xmlNode* lifetime = at_most_one(response.response, names::wst, "Lifetime");
  if (const xmlNode* expires = at_most_one(lifetime, names::wsu, "Expires"))
    ends.push_back(time_in(text_of(expires), "Lifetime"));
  const xmlNode* conditions = at_most_one(response.token, names::saml2, "Conditions");
  if (const std::string end = conditions == nullptr ? "" : xml::attribute(conditions, {}, "NotOnOrAfter");
      !end.empty())
    ends.push_back(time_in(end, "NotOnOrAfter"));
  if (ends.empty()) refuse("it does not say until when the token lives");
  return *std::ranges::min_element(ends);
}

// SAML token profile 1.1, section 3.4: by the assertion's own ID.
std::string reference_by_id(const std::string& id) {
  CanonicalWriter to;
  to.start(names::wsse, "SecurityTokenReference", "wsse");
  to.attribute(names::wsse11, "TokenType", "wsse11", names::saml2_token);
  to.start(names::wsse, "KeyIdentifier", "wsse");
  to.attribute("ValueType", names::saml_id);
  to.text(id);
  to.end();
  to.end();
  return to.take();
}

std::string reference_to(const Response& as_it_came, const Response& verified) {
  if (verified.reference != nullptr && as_it_came.reference != nullptr)
    return carried(as_it_came.reference, verified.reference);
  const std::string id = xml::attribute(verified.token, {}, "ID");
  if (id.empty())
    refuse(
        "the token is encrypted, and RequestedAttachedReference does not say how it is named in a message");
  return reference_by_id(id);
}

}  // namespace

Content token_request(const TokenDemand& demand, const Identity& identity) {
  return [demand, &identity](CanonicalWriter& to) {
    const bool ours = demand.confirmation == Confirmation::holder_of_key;
    to.start(names::wst, "RequestSecurityToken", "wst");
    element(to, names::wst, "TokenType", "wst", names::saml2_token);
    element(to, names::wst, "RequestType", "wst", std::string(names::wst) + "/Issue");
    applies_to(to, demand.audience);
    element(to, names::wst, "KeyType", "wst", std::string(names::wst) + (ours ? "/PublicKey" : "/Bearer"));
    if (ours) use_key(to, identity);
    to.end();
  };
}

IssuedToken read_token(const Verified& answer, std::string_view message, const TokenDemand& demand,
                       Time now) {
  const xml::Document verified_document = xml::parse(answer.part("Body"), xml::Limits{});
  const xml::Document message_document = xml::parse(message, xml::Limits{});
  const Response verified(xmlDocGetRootElement(verified_document.get()));
  const Response as_it_came(body_of(message_document));

  if (const std::string type = text_of(at_most_one(verified.response, names::wst, "TokenType"));
      !type.empty() && type != names::saml2_token)
    refuse("the token is of another type than was asked for");
  const xmlNode* endpoint =
      at_most_one(at_most_one(verified.response, names::wsp, "AppliesTo"), names::wsa, "EndpointReference");
  if (endpoint != nullptr && text_of(at_most_one(endpoint, names::wsa, "Address")) != demand.audience)
    refuse("the token is for another audience than was asked for");
  if (at_most_one(verified.response, names::wst, "RequestedProofToken") != nullptr)
    refuse("the service made a key of its own, where the token shall confirm ours or none");

  IssuedToken token{.element = carried(as_it_came.token, verified.token),
                    .id = xml::attribute(verified.token, {}, "ID"),
                    .canonical = xml::canonicalize(verified.token),
                    .reference = {},
                    .expires = end_of(verified)};
  if (token.expires <= now) refuse("the token has ended already; compare the clocks");
  if (demand.confirmation == Confirmation::holder_of_key)
    token.reference = reference_to(as_it_came, verified);
  return token;
}

}  // namespace tilts::exchange
