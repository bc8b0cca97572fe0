#include "gateway/exchange/verifier.h"

#include <algorithm>

#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/assertion_verifier.h"
#include "gateway/exchange/canonicalization_cost.h"
#include "gateway/exchange/cryptography.h"
#include "gateway/exchange/key_reference.h"
#include "gateway/exchange/message.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/resolver.h"
#include "gateway/exchange/rules.h"
#include "gateway/exchange/signature.h"
#include "gateway/exchange/signed_properties.h"
#include "gateway/exchange/xop.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"
#include "gateway/xml/malformed.h"

namespace tilts::exchange {
namespace {

xml::Document read_document(std::string_view bytes, const xml::Limits& limits) {
  try {
    return xml::parse(bytes, limits);
  } catch (const xml::Malformed& malformed) {
    throw Refusal(malformed.rule(), malformed.what());
  }
}

// Of what no Reference names, and no rule has looked at.
std::string canonical_form(const xmlNode* node, size_t message_octets) {
  demand_honest(cost_of(node), message_octets);
  return xml::canonicalize(const_cast<xmlNode*>(node));
}

std::string part_name(const xmlNode* node, const Message* message) {
  std::string local(xml::local_name(node));
  if (message != nullptr &&
      (node == message->body || node == message->timestamp() ||
       (node->parent == message->header && is_addressing_namespace(xml::namespace_of(node)))))
    return local;
  return "{" + std::string(xml::namespace_of(node)) + "}" + local;
}

// The canonical form of every token that a Reference reaches through STR-Transform (WS-Security 1.1, 8.3).
std::map<const xmlNode*, std::string> token_forms(const Signature& signature, const Message& message,
                                                  const Trust& trust, const Assertion* assertion,
                                                  size_t message_octets) {
  std::map<const xmlNode*, std::string> forms;
  for (const Reference& reference : signature.references) {
    if (reference.transforms.empty() || reference.transforms[0].algorithm != names::str_transform) continue;
    const Token token = resolve_token(reference.target, message.security(), trust, assertion);
    // A token that is not in the message would have to be written by us as its sender imagined it.
    if (token.element == nullptr)
      throw Refusal("str-transform", "STR-Transform names a token that is not in the message");
    std::string form = canonical_form(token.element, message_octets);
    // 8.3: an apex that shows no default namespace shows xmlns="".
    const size_t name_end = form.find_first_of(" >/");
    if (form.compare(name_end, 7, " xmlns=") != 0) form.insert(name_end, " xmlns=\"\"");
    forms.emplace(reference.target, std::move(form));
  }
  return forms;
}

std::string trimmed(const xmlNode* node) {
  return node == nullptr ? "" : std::string(xml::trim(xml::text(node)));
}

// The document's own signature: the only one there is, or the only one at its top.
xmlNode* only_signature(xmlNode* root) {
  if (xml::is(root, names::ds, "Signature")) return root;
  std::vector<xmlNode*> all;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, names::ds, "Signature")) all.push_back(node);
  if (all.empty()) throw Refusal("message-signed", "the document is not signed; nothing was taken");
  if (all.size() > 1) all = xml::elements(root, names::ds, "Signature");
  if (all.size() != 1)
    throw Refusal("message-signed",
                  "the document has several signatures, and none that stands alone at its top");
  return all.front();
}

// What needs the key of the message signature, and the memory of what was used last of all: a message that is
// refused for something else must not use up an assertion.
VerifiedAssertion confirm(const Judgement& judged, Assertion& assertion) {
  judge(confirmation_rules(), judged);
  if (assertion.said.one_time_use && !skipped("assertion-one-time") &&
      !judged.policy.assertion->first_use(assertion.said))
    throw Refusal("assertion-one-time", "the assertion may be used once, and was used before");
  return std::move(assertion.said);
}

// What the base64 of files takes.
size_t base64_octets(const std::vector<ReceivedPart>& parts) {
  size_t octets = 0;
  for (const ReceivedPart& part : parts) octets += (part.size + 2) / 3 * 4;
  return octets;
}

// The parent of the only such element, standing alone with the declarations that were written in it: what
// its author signed before it was put into a message. Canonical XML 1.0 keeps declarations that nothing uses,
// which exclusive canonicalisation of the Body drops and an inclusive one counts.
std::optional<std::string> document_as_written(const xmlNode* body, const std::string& signatures,
                                               size_t message_octets) {
  xmlNode* found = nullptr;
  for (xmlNode* node = const_cast<xmlNode*>(body); node != nullptr; node = xml::next_element(node, body)) {
    if (part_name(node, nullptr) != signatures) continue;
    if (found != nullptr) return std::nullopt;
    found = node;
  }
  if (found == nullptr || found == body || found->parent == body) return std::nullopt;
  demand_honest(cost_of(found->parent, true), message_octets);
  const xml::Document alone(xmlNewDoc(nullptr));
  xmlNode* copy = alone ? xmlDocCopyNode(found->parent, alone.get(), 1) : nullptr;
  if (copy == nullptr) throw std::bad_alloc();
  xmlDocSetRootElement(alone.get(), copy);
  return xml::canonicalize_with_context(copy);
}

bool holds_fault(const Message& message) {
  const auto children = xml::elements(message.body);
  return children.size() == 1 && xml::is(children[0], soap_namespace(message.version), "Fault");
}

}  // namespace

std::string_view Verified::part(std::string_view name) const {
  for (const Part& part : parts_)
    if (part.name == name) return part.bytes;
  return {};
}

Verifier::Verifier(Policy policy, std::shared_ptr<const Trust> trust, Clock clock)
    : policy_(std::move(policy)),
      message_algorithms_(std::make_shared<Algorithms>(enabled(policy_.legacy, false))),
      document_algorithms_(std::make_shared<Algorithms>(enabled(policy_.legacy, true))),
      trust_(std::move(trust)),
      clock_(std::move(clock)) {}

std::vector<std::string> Verifier::cryptography(Judgement& judged, const CertificatePath& path,
                                                std::map<const xmlNode*, std::string> tokens,
                                                Verified& verified, const Inclusions* inclusions) const {
  const auto signer =
      skipped("signer-trusted") ? Trust::describe(path) : trust_->judge(path, judged.now, policy_.revocation);
  judged.signer = signer.get();
  judge(key_rules(), judged);
  verified.signer_ = signer->subject;
  verified.signer_sha256_ = signer->sha256;
  const bool document = judged.message == nullptr;
  return verify_signature({.signature = *judged.signature,
                           .key = signer->key.get(),
                           .algorithms = document ? *document_algorithms_ : *message_algorithms_,
                           .document = document,
                           .most_octets = 2 * (judged.bytes.size() + base64_octets(verified.received_)),
                           .tokens = std::move(tokens),
                           .inclusions = inclusions});
}

Verified Verifier::message(std::string_view bytes, const Expectation& expectation,
                           std::vector<ReceivedPart> parts) const {
  const xml::Document document = read_document(bytes, policy_.limits);
  const Message message = read_message(document.get());
  Verified verified;
  verified.received_ = std::move(parts);
  std::optional<Inclusions> inclusions;
  if (policy_.mtom || !verified.received_.empty())
    inclusions.emplace(document.get(), message.body, verified.received_);
  Judgement judged{.policy = policy_,
                   .expectation = expectation,
                   .now = clock_.now(),
                   .bytes = bytes,
                   .root = message.envelope,
                   .message = &message};
  judge(envelope_rules(), judged);
  judge(freshness_rules(), judged);

  std::vector<const xmlNode*> covered;
  if (!policy_.signature) {
    verified.assurance_ = Assurance::tls_only;
    covered = {message.body, message.timestamp()};
    covered.insert(covered.end(), message.addressing.begin(), message.addressing.end());
    CanonicalizationCost all;
    for (const xmlNode* node : covered) all += cost_of(node);
    demand_honest(all, bytes.size());
    for (const xmlNode* node : covered)
      verified.parts_.push_back({part_name(node, &message), xml::canonicalize(const_cast<xmlNode*>(node))});
  } else {
    std::optional<Assertion> assertion;
    if (policy_.assertion != nullptr) {
      assertion = verify_assertion(judged, *trust_, *document_algorithms_);
      judged.assertion = &*assertion;
    }
    Signature signature = read_signature(message.signatures.front());
    judged.signature = &signature;
    judge(signature_rules(), judged);
    IdTable ids = resolve(signature, message.envelope, message.security());
    // What was decrypted is a place of its ID too.
    if (assertion && assertion->is_encrypted()) ids[assertion->said.id].push_back(assertion->node);
    judged.ids = &ids;
    judge(reference_rules(), judged);
    judge(coverage_rules(), judged);
    const auto digested =
        cryptography(judged, message_key(signature, message.security(), *trust_, judged.assertion),
                     token_forms(signature, message, *trust_, judged.assertion, bytes.size()), verified,
                     inclusions && !inclusions->empty() ? &*inclusions : nullptr);
    if (assertion) verified.assertion_ = confirm(judged, *assertion);
    for (size_t i = 0; i < digested.size(); ++i) {
      covered.push_back(signature.references[i].target);
      if (inclusions) inclusions->mark_covered(digested[i]);
      verified.parts_.push_back({part_name(covered.back(), &message), digested[i]});
    }
    // Body left out by the profile's words: it is worth no more than the connection it came on.
    if (std::ranges::find(covered, message.body) == covered.end()) {
      verified.assurance_ = Assurance::tls_only;
      verified.parts_.push_back({"Body", canonical_form(message.body, bytes.size())});
    }
  }
  if (!policy_.document.empty())
    if (const auto written = document_as_written(message.body, policy_.document, bytes.size()))
      verified.parts_.push_back({"Document", *written});
  if (inclusions)
    for (Part& part : verified.parts_) part.bytes = inclusions->restored(std::move(part.bytes));
  const auto signed_text = [&](std::string_view local) {
    const xmlNode* header = message.addressing_header(local);
    return std::ranges::find(covered, header) == covered.end() ? std::string() : trimmed(header);
  };
  verified.action_ = signed_text("Action");
  verified.message_id_ = signed_text("MessageID");
  verified.relates_to_ = signed_text("RelatesTo");
  verified.fault_ = holds_fault(message);
  return verified;
}

// Section 10, of what was digested and nothing else.
void Verifier::judge_properties(std::string_view digested, Judgement& judged, Verified& verified) {
  const SignedProperties properties = read_signed_properties(digested);
  judged.properties = &properties;
  judge(xades_rules(), judged);
  judged.properties = nullptr;
  verified.signing_time_ = properties.signing_time;
}

Verified Verifier::document(std::string_view bytes) const {
  const xml::Document document = read_document(bytes, policy_.limits);
  xmlNode* root = xmlDocGetRootElement(document.get());
  const Expectation nothing;
  Judgement judged{
      .policy = policy_, .expectation = nothing, .now = clock_.now(), .bytes = bytes, .root = root};
  Signature signature = read_signature(only_signature(root));
  judged.signature = &signature;
  judge(signature_rules(), judged);
  const IdTable ids = resolve(signature, root, nullptr);
  judged.ids = &ids;
  judge(reference_rules(), judged);
  if (policy_.xades || is_xades(signature)) judge(xades_form_rules(), judged);
  Verified verified;
  const auto digested = cryptography(judged, document_key(signature, *trust_), {}, verified);
  const Reference* const said = properties_reference(signature);
  for (size_t i = 0; i < digested.size(); ++i) {
    if (&signature.references[i] == said)
      judge_properties(digested[i], judged, verified);
    else
      verified.parts_.push_back({part_name(signature.references[i].target, nullptr), digested[i]});
  }
  return verified;
}

}  // namespace tilts::exchange
