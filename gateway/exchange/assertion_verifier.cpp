#include "gateway/exchange/assertion_verifier.h"

#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/resolver.h"
#include "gateway/xml/malformed.h"

namespace tilts::exchange {
namespace {

void open(const Judgement& judged, Assertion& assertion) {
  const AssertionPolicy& policy = *judged.policy.assertion;
  const auto data = xml::elements(assertion.place, names::xenc, "EncryptedData");
  const auto keys = xml::elements(assertion.place, names::xenc, "EncryptedKey");
  if (data.size() != 1 || keys.size() > 1)
    throw Refusal("decryption-form",
                  "EncryptedAssertion does not hold one EncryptedData and at most one EncryptedKey");
  assertion.decrypted = decrypt(data[0], keys.empty() ? nullptr : keys[0], policy.keys, judged.policy.legacy,
                                judged.policy.limits);
  assertion.node = xmlDocGetRootElement(assertion.decrypted.document.get());
}

// Leaves in `content` what the STS signed.
void verify_signature_of(const Judgement& message, Assertion& assertion, const Algorithms& algorithms) {
  judge(assertion_form_rules(), message);
  const auto signatures = xml::elements(assertion.node, names::ds, "Signature");
  if (signatures.empty()) throw Refusal("assertion-signed", "it is not signed");
  Signature signature = read_signature(signatures.front());
  // The STS signs a document of its own: policy, section 7, second part.
  Judgement judged{.policy = message.policy,
                   .expectation = message.expectation,
                   .now = message.now,
                   .bytes = assertion.is_encrypted() ? assertion.decrypted.bytes : message.bytes,
                   .root = xmlDocGetRootElement(assertion.node->doc),
                   .signature = &signature,
                   .assertion = &assertion};
  judge(signature_rules(), judged);
  const IdTable ids = resolve(signature, judged.root, nullptr);
  judged.ids = &ids;
  judge(reference_rules(), judged);
  judge(assertion_reference_rules(), judged);

  const AssertionPolicy& policy = *message.policy.assertion;
  const CertificatePath path = document_key(signature, *policy.services);
  const auto signer = skipped("signer-trusted")
                          ? Trust::describe(path)
                          : policy.services->judge(path, judged.now, judged.policy.revocation);
  const auto service = policy.issuers.find(signer->sha256);
  if (service != policy.issuers.end()) assertion.registered = service->second;
  judged.signer = signer.get();
  judge(key_rules(), judged);
  judge(assertion_signer_rules(), judged);
  const auto digested = verify_signature({.signature = signature,
                                          .key = signer->key.get(),
                                          .algorithms = algorithms,
                                          .document = true,
                                          .most_octets = 2 * judged.bytes.size(),
                                          .tokens = {}});
  try {
    assertion.content = xml::parse(digested.front(), judged.policy.limits);
  } catch (const xml::Malformed& malformed) {
    throw Refusal(malformed.rule(), malformed.what());
  }
}

}  // namespace

Assertion verify_assertion(const Judgement& judged, const Trust& trust, const Algorithms& algorithms) {
  auto found = find_assertion(*judged.message);
  if (!found)
    throw Refusal("assertion-single", "the Security header holds no SAML assertion, and one is demanded");
  Assertion& assertion = *found;
  Judgement message = judged;
  message.assertion = &assertion;
  judge(assertion_place_rules(), message);
  if (xml::is(assertion.place, names::saml2, "EncryptedAssertion")) open(message, assertion);
  try {
    verify_signature_of(message, assertion, algorithms);
  } catch (const Refusal& refusal) {
    // Until its signature stands, whoever encrypted it must not learn what was found inside.
    if (assertion.is_encrypted()) refuse_unverified();
    if (refusal.rule() == "signature-value") throw;
    throw refusal.inside("the assertion");
  }
  assertion.said = read_assertion(assertion.root());
  judge(assertion_rules(), message);
  if (assertion.said.method == Confirmation::holder_of_key) {
    const xmlNode* data = confirmation_data_of(assertion.root());
    const auto infos = data == nullptr ? std::vector<xmlNode*>() : xml::elements(data, names::ds, "KeyInfo");
    if (infos.size() != 1)
      throw Refusal("holder-of-key", "the assertion does not say in one KeyInfo whose key it confirms");
    try {
      assertion.confirmed = confirmed_key(infos.front(), trust);
    } catch (const Refusal& refusal) {
      throw refusal.inside("the key that the assertion confirms");
    }
  }
  return std::move(*found);
}

}  // namespace tilts::exchange
