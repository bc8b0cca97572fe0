#include "gateway/exchange/assertion.h"

#include "gateway/base/error.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/names.h"

namespace tilts::exchange {
namespace {

const xmlNode* first(const xmlNode* parent, std::string_view local) {
  if (parent == nullptr) return nullptr;
  const auto found = xml::elements(parent, names::saml2, local);
  return found.empty() ? nullptr : found.front();
}

std::string whole_text(const xmlNode* node) {
  return node == nullptr ? std::string() : std::string(xml::trim(xml::text(node)));
}

std::string der(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size < 0) throw Error(Code::transient, "a certificate cannot be encoded");
  std::string result(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return result;
}

}  // namespace

AssertionPolicy trusting(const std::vector<TokenService>& services, TrustFiles paths) {
  AssertionPolicy policy;
  for (const TokenService& service : services) {
    paths.pinned.push_back(service.certificates);
    for (const Certificate& certificate : load_certificates(service.certificates)) {
      const auto [at, added] =
          policy.issuers.emplace(Trust::describe({{der(certificate.get())}})->sha256, service.issuer);
      if (!added && at->second != service.issuer)
        throw Error(Code::config,
                    service.certificates + ": one certificate cannot be the STS of two issuers");
    }
  }
  policy.services = std::make_shared<Trust>(paths);
  return policy;
}

bool is_assertion(const xmlNode* node) {
  return xml::is(node, names::saml2, "Assertion") || xml::is(node, names::saml2, "EncryptedAssertion") ||
         xml::is(node, names::saml1, "Assertion");
}

std::optional<Assertion> find_assertion(const Message& message) {
  for (xmlNode* child : xml::elements(message.security())) {
    if (!is_assertion(child)) continue;
    Assertion assertion;
    assertion.place = assertion.node = child;
    return assertion;
  }
  return std::nullopt;
}

const xmlNode* confirmation_of(const xmlNode* root) {
  return first(first(root, "Subject"), "SubjectConfirmation");
}

const xmlNode* confirmation_data_of(const xmlNode* root) {
  return first(confirmation_of(root), "SubjectConfirmationData");
}

std::optional<Confirmation> confirmation(std::string_view method) {
  if (method == names::confirmed_bearer) return Confirmation::bearer;
  if (method == names::confirmed_holder) return Confirmation::holder_of_key;
  if (method == names::confirmed_sender) return Confirmation::sender_vouches;
  return std::nullopt;
}

std::optional<Time> moment(const xmlNode* element, std::string_view attribute) {
  if (element == nullptr) return std::nullopt;
  const std::string text = xml::attribute(element, "", attribute);
  const std::string_view value = xml::trim(text);
  if (value.empty() || value.back() != 'Z') return std::nullopt;
  try {
    return parse_time(value);
  } catch (const Error&) {
    return std::nullopt;
  }
}

VerifiedAssertion read_assertion(const xmlNode* root) {
  VerifiedAssertion said;
  said.id = xml::attribute(root, "", "ID");
  said.issuer = whole_text(first(root, "Issuer"));
  said.subject = whole_text(first(first(root, "Subject"), "NameID"));
  const xmlNode* confirmed = confirmation_of(root);
  const std::string method = confirmed == nullptr ? std::string() : xml::attribute(confirmed, "", "Method");
  said.method = confirmation(method).value_or(Confirmation::bearer);
  const xmlNode* conditions = first(root, "Conditions");
  said.until = moment(conditions, "NotOnOrAfter").value_or(Time::min());
  said.one_time_use = first(conditions, "OneTimeUse") != nullptr;
  for (const xmlNode* statement : xml::elements(root, names::saml2, "AttributeStatement"))
    for (const xmlNode* element : xml::elements(statement, names::saml2, "Attribute")) {
      Attribute attribute{.name = xml::attribute(element, "", "Name"), .values = {}};
      for (const xmlNode* value : xml::elements(element, names::saml2, "AttributeValue"))
        attribute.values.push_back(xml::text(value));
      said.attributes.push_back(std::move(attribute));
    }
  return said;
}

}  // namespace tilts::exchange
