#include "tests/simulator/token_check.h"

#include <stdexcept>

#include <libxml/parser.h>

#include "tests/simulator/assertion.h"
#include "tests/simulator/crypto.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/request.h"
#include "tests/simulator/signature.h"

namespace tilts::simulator {
namespace {

void demand(bool holds, const std::string& reason) {
  if (!holds) throw Refusal(Blame::sender, "token: " + reason, "FailedAuthentication");
}

const xmlNode* only(const xmlNode* parent, const char* space, const char* local) {
  return sole(parent, space, local, demand);
}

const xmlNode* below(const xmlNode* parent, const char* space, std::initializer_list<const char*> names) {
  for (const char* name : names) parent = only(parent, space, name);
  return parent;
}

std::string cipher_value(const xmlNode* encrypted) {
  const auto bytes = from_base64(text(below(encrypted, encryption_namespace, {"CipherData", "CipherValue"})));
  demand(bytes.has_value(), "CipherValue is not base64");
  return *bytes;
}

std::string decrypted(const xmlNode* encrypted, const std::string& key_file) {
  const xmlNode* data = only(encrypted, encryption_namespace, "EncryptedData");
  const xmlNode* carried =
      only(only(data, signature_namespace, "KeyInfo"), encryption_namespace, "EncryptedKey");
  return decrypt(cipher_value(carried), cipher_value(data), key_file);
}

// The assertion by itself, so that no id of the message can stand in its way.
Document alone(const xmlNode* security, const TokenFiles& files) {
  std::vector<const xmlNode*> found;
  for (const xmlNode* node : children(security))
    if (is(node, saml_namespace, "Assertion") || is(node, saml_namespace, "EncryptedAssertion"))
      found.push_back(node);
  demand(found.size() == 1, "not exactly one assertion");
  Document document;
  if (is(found.front(), saml_namespace, "EncryptedAssertion")) {
    demand(!files.key.empty(), "an encrypted assertion, and no key to read it");
    const std::string bytes = decrypted(found.front(), files.key);
    document.reset(xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  } else {
    document.reset(xmlNewDoc(nullptr));
    xmlNode* copy = xmlDocCopyNode(const_cast<xmlNode*>(found.front()), document.get(), 1);
    xmlDocSetRootElement(document.get(), copy);
    xmlReconciliateNs(document.get(), copy);
  }
  demand(document && is(xmlDocGetRootElement(document.get()), saml_namespace, "Assertion"), "no assertion");
  return document;
}

}  // namespace

TokenCheck::TokenCheck(const Profile& profile, Signers& signers, const Clock& clock, TokenFiles files)
    : profile_(profile), signers_(signers), clock_(clock), files_(std::move(files)) {}

std::string TokenCheck::certificate(const xmlNode* security, const xmlNode* signature) const {
  if (!profile_.token) return token_of(security, signature);
  try {
    const Clock::Time now = clock_.now();
    const Document document = alone(security, files_);
    xmlNode* assertion = xmlDocGetRootElement(document.get());
    demand(text(only(assertion, saml_namespace, "Issuer")) == token_issuer, "not of our token service");
    const xmlNode* own = only(assertion, signature_namespace, "Signature");
    const xmlNode* info = only(only(own, signature_namespace, "KeyInfo"), signature_namespace, "X509Data");
    const auto signer = signers_.find(text(only(info, signature_namespace, "X509Certificate")), now);
    const auto covered = referenced_nodes(document.get(), own, {.enveloped = true});
    demand(covered.size() == 1 && covered.front() == assertion, "its signature covers something else");
    demand_signature(const_cast<xmlNode*>(own), *signer, 1, {.enveloped = true});

    const xmlNode* conditions = only(assertion, saml_namespace, "Conditions");
    demand(parse_utc(attribute(conditions, "NotBefore")) <= now + profile_.skew, "not valid yet");
    demand(now < parse_utc(attribute(conditions, "NotOnOrAfter")) + profile_.skew, "expired");
    demand(text(below(conditions, saml_namespace, {"AudienceRestriction", "Audience"})) ==
               profile_.token->audience,
           "for another audience");
    const xmlNode* confirmation = below(assertion, saml_namespace, {"Subject", "SubjectConfirmation"});
    demand(attribute(confirmation, "Method") ==
               "urn:oasis:names:tc:SAML:2.0:cm:" +
                   std::string(profile_.token->holder_of_key ? "holder-of-key" : "bearer"),
           "another confirmation than the profile says");
    if (!profile_.token->holder_of_key) return token_of(security, signature);

    demand(assertion_named_by(signature) == attribute(assertion, "ID"),
           "the message's signature names another one");
    const xmlNode* key_info =
        only(only(confirmation, saml_namespace, "SubjectConfirmationData"), signature_namespace, "KeyInfo");
    return text(below(key_info, signature_namespace, {"X509Data", "X509Certificate"}));
  } catch (const Refusal&) {
    throw;
  } catch (const std::exception& error) {
    demand(false, error.what());
    throw;
  }
}

}  // namespace tilts::simulator
