// Verification policy, section 2: the envelope.
#include "gateway/exchange/assertion.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

bool is_encrypted(const xmlNode* node) {
  return xml::is(node, names::xenc, "EncryptedData") || xml::is(node, names::xenc, "EncryptedKey") ||
         xml::is(node, names::saml2, "EncryptedAssertion");
}

// A token of a security token service, for somebody else to decrypt.
bool is_carried(const Judgement& judged, const xmlNode* node) {
  if (!judged.policy.carries_token || !xml::contains(judged.message->body, node)) return false;
  while (node != nullptr && !xml::is(node, names::wst, "RequestedSecurityToken")) node = node->parent;
  return node != nullptr;
}

// The one thing that is decrypted: the assertion that the policy demands.
bool is_to_be_decrypted(const Judgement& judged, const xmlNode* node) {
  const auto& policy = judged.policy.assertion;
  if (policy == nullptr || policy->keys.empty()) return false;
  for (; node != nullptr; node = node->parent)
    if (xml::is(node, names::saml2, "EncryptedAssertion") && node->parent == judged.message->security())
      return true;
  return false;
}

// Signed or not: an adapter would find nothing in it that it knows, and take the answer for an empty one.
void encrypted(const Judgement& judged) {
  // A name has no other spelling than its letters, and looking for them is a hundred times faster than to
  // look at every element.
  if (judged.bytes.find("Encrypted") == std::string_view::npos) return;
  for (xmlNode* node = judged.root; node != nullptr; node = xml::next_element(node, judged.root)) {
    if (!is_encrypted(node) || is_to_be_decrypted(judged, node) || is_carried(judged, node)) continue;
    if (xml::is(node, names::saml2, "EncryptedAssertion"))
      throw Refusal("encrypted",
                    "an assertion is encrypted and no key to decrypt it is known here; nothing was taken");
    throw Refusal(
        "encrypted",
        std::string(xml::contains(judged.message->body, node) ? "the Body, or a part of it," : "a header") +
            " is encrypted and this gateway does not decrypt yet; nothing was taken, "
            "ask the registry to send it in clear over TLS");
  }
}

// A token that nobody judges must not be mistaken for one that somebody did.
void no_assertion(const Judgement& judged) {
  if ((judged.policy.assertion != nullptr && judged.policy.signature) ||
      judged.message->security() == nullptr)
    return;
  for (const xmlNode* child : xml::elements(judged.message->security()))
    if (is_assertion(child))
      throw Refusal("assertion-unexpected",
                    "the Security header holds a SAML assertion, and no STS is registered that could have "
                    "issued it");
}

void version(const Judgement& judged) {
  if (judged.policy.soap && *judged.policy.soap != judged.message->version)
    throw Refusal("envelope-version", "the envelope is of another SOAP version than the profile says");
}

void shape(const Judgement& judged) {
  const Message& message = *judged.message;
  const auto children = xml::elements(message.envelope);
  if (children.size() != 2 || children[0] != message.header || children[1] != message.body ||
      !xml::has_only_elements(message.envelope) || !xml::has_only_elements(message.header))
    throw Refusal("envelope-shape", "the envelope is not one Header, then one Body, and nothing else");
}

void understood(const Judgement& judged) {
  const Message& message = *judged.message;
  for (const xmlNode* block : message.blocks) {
    const std::string must = xml::attribute(block, soap_namespace(message.version), "mustUnderstand");
    const std::string_view value = xml::trim(must);
    if (value.empty() || value == "0" || value == "false" || is_for_another(block, message.version)) continue;
    const bool known = is_addressing_namespace(xml::namespace_of(block)) ||
                       xml::is(block, names::wsse, "Security") ||
                       judged.policy.also_signed.contains("{" + std::string(xml::namespace_of(block)) + "}" +
                                                          std::string(xml::local_name(block)));
    if (!known)
      throw Refusal("header-understood", "a header that must be understood is not known to this gateway");
  }
}

void one_security(const Judgement& judged) {
  if (judged.message->securities.size() != 1)
    throw Refusal("security-single", "the message does not have exactly one Security header for us");
}

void one_signature(const Judgement& judged) {
  if (!judged.policy.signature) return;
  if (judged.message->signatures.empty())
    throw Refusal("message-signed", "the message is not signed; nothing was taken");
  if (judged.message->signatures.size() > 1)
    throw Refusal("message-signed", "the Security header holds more than one message signature");
}

constexpr Rule rules[] = {
    {"encrypted", encrypted},
    {"envelope-version", version},
    {"envelope-shape", shape},
    {"header-understood", understood},
    {"security-single", one_security},
    {"message-signed", one_signature},
    {"assertion-unexpected", no_assertion},
};

}  // namespace

std::span<const Rule> envelope_rules() { return rules; }

}  // namespace tilts::exchange
