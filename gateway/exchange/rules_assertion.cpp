// Verification policy, section 9: SAML assertions.
#include <algorithm>

#include "gateway/exchange/assertion.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/exchange/verifier.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

const AssertionPolicy& policy_of(const Judgement& judged) { return *judged.policy.assertion; }
const Assertion& assertion_of(const Judgement& judged) { return *judged.assertion; }
const xmlNode* root_of(const Judgement& judged) { return judged.assertion->root(); }

size_t assertions_within(xmlNode* root) {
  size_t count = 0;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (is_assertion(node)) ++count;
  return count;
}

void single(const Judgement& judged) {
  if (assertions_within(judged.message->header) != 1)
    throw Refusal("assertion-single", "the message's header holds more than one SAML assertion");
}

// Advice may hold assertions too: nobody's word here.
void alone(const Judgement& judged) {
  if (assertion_of(judged).is_encrypted() && assertions_within(assertion_of(judged).node) != 1)
    throw Refusal("assertion-single", "another SAML assertion stands within the one that was sent");
}

void is_saml2(const Judgement& judged) {
  const xmlNode* node = assertion_of(judged).node;
  if (!xml::is(node, names::saml2, "Assertion") || xml::attribute(node, "", "Version") != "2.0")
    throw Refusal("assertion-version", "it is not an assertion of SAML 2.0");
}

void one_signature(const Judgement& judged) {
  if (xml::elements(assertion_of(judged).node, names::ds, "Signature").size() > 1)
    throw Refusal("assertion-signed", "it holds more than one signature of its own");
}

// SAML 2.0 core, 5.4.2; URI="" would be another document once somebody wraps it.
void reference(const Judgement& judged) {
  const auto& references = judged.signature->references;
  const xmlNode* node = assertion_of(judged).node;
  if (references.size() != 1 || references[0].target != node ||
      references[0].uri != "#" + xml::attribute(node, "", "ID"))
    throw Refusal("assertion-reference", "its signature is not about its own ID alone");
}

void signer(const Judgement& judged) {
  if (assertion_of(judged).registered.empty())
    throw Refusal("assertion-signer", "it is not signed by the certificate of a registered STS");
}

// From here on: what the STS signed.

bool has_plain_text(const xmlNode* node) { return xml::elements(node).empty(); }

bool is_moment_or_absent(const xmlNode* node, std::string_view name) {
  return node == nullptr || !xml::has_attribute(node, "", name) || moment(node, name);
}

const xmlNode* first(const xmlNode* parent, std::string_view local) {
  const auto found = parent == nullptr ? std::vector<xmlNode*>() : xml::elements(parent, names::saml2, local);
  return found.empty() ? nullptr : found.front();
}

void form(const Judgement& judged) {
  const xmlNode* root = root_of(judged);
  const xmlNode* named = first(root, "Issuer");
  const xmlNode* subject = first(root, "Subject");
  if (xml::elements(root, names::saml2, "Issuer").size() != 1 ||
      xml::elements(root, names::saml2, "Subject").size() != 1 ||
      xml::elements(root, names::saml2, "Conditions").size() > 1 ||
      xml::elements(subject, names::saml2, "NameID").size() > 1)
    throw Refusal("assertion-form",
                  "the assertion does not hold one Issuer, one Subject, one name and one Conditions");
  const xmlNode* name = first(subject, "NameID");
  if (!has_plain_text(named) || (name != nullptr && !has_plain_text(name)))
    throw Refusal("assertion-form", "a name in the assertion is made of elements");
  for (const xmlNode* node = root; node != nullptr;
       node = xml::next_element(const_cast<xmlNode*>(node), root))
    if (xml::is(node, names::saml2, "BaseID") || xml::is(node, names::saml2, "EncryptedID") ||
        xml::is(node, names::saml2, "EncryptedAttribute"))
      throw Refusal("assertion-form",
                    "the assertion names somebody, or says something, in a way that is not "
                    "taken (BaseID, EncryptedID, EncryptedAttribute)");
  for (const xmlNode* element : {first(root, "Conditions"), confirmation_data_of(root)})
    for (const char* time : {"NotBefore", "NotOnOrAfter"})
      if (!is_moment_or_absent(element, time))
        throw Refusal("assertion-form", "a time in the assertion is not in UTC (…Z)");
}

void issuer(const Judgement& judged) {
  if (assertion_of(judged).said.issuer != assertion_of(judged).registered)
    throw Refusal("assertion-issuer", "the assertion names another Issuer than the STS that signed it");
}

const xmlNode* conditions_of(const Judgement& judged) { return first(root_of(judged), "Conditions"); }

void conditions(const Judgement& judged) {
  if (!moment(conditions_of(judged), "NotOnOrAfter"))
    throw Refusal("assertion-conditions", "the assertion has no Conditions that say when it ends");
}

void not_yet(const Judgement& judged) {
  const auto from = moment(conditions_of(judged), "NotBefore");
  if (from && judged.now + judged.policy.skew < *from)
    throw Refusal("assertion-not-yet", "the assertion is not valid yet; compare the two clocks");
}

void expired(const Judgement& judged) {
  const auto until = moment(conditions_of(judged), "NotOnOrAfter");
  if (until && judged.now - judged.policy.skew >= *until)
    throw Refusal("assertion-expired", "the assertion has expired");
}

// ProxyRestriction is for those who issue further assertions because of this one; we never do.
void condition_known(const Judgement& judged) {
  const xmlNode* parent = conditions_of(judged);
  if (parent == nullptr) return;
  for (const xmlNode* condition : xml::elements(parent))
    if (!xml::is(condition, names::saml2, "AudienceRestriction") &&
        !xml::is(condition, names::saml2, "OneTimeUse") &&
        !xml::is(condition, names::saml2, "ProxyRestriction"))
      throw Refusal("assertion-condition-known", "the assertion has a condition that nobody here can judge");
}

// Every restriction holds; within one any audience does (SAML 2.0 core, 2.5.1.4).
void audience(const Judgement& judged) {
  const auto& ours = policy_of(judged).audiences;
  const xmlNode* parent = conditions_of(judged);
  const auto restrictions = parent == nullptr ? std::vector<xmlNode*>()
                                              : xml::elements(parent, names::saml2, "AudienceRestriction");
  const auto is_ours = [&](const xmlNode* each) {
    return has_plain_text(each) && std::ranges::find(ours, xml::trim(xml::text(each))) != ours.end();
  };
  const bool all = std::ranges::all_of(restrictions, [&](const xmlNode* restriction) {
    return std::ranges::any_of(xml::elements(restriction, names::saml2, "Audience"), is_ours);
  });
  if (restrictions.empty() || !all)
    throw Refusal("assertion-audience", "the assertion is not meant for us (AudienceRestriction)");
}

void one_time_use(const Judgement& judged) {
  const xmlNode* parent = conditions_of(judged);
  if (parent == nullptr || !assertion_of(judged).said.one_time_use) return;
  if (xml::elements(parent, names::saml2, "OneTimeUse").size() > 1 || !policy_of(judged).first_use)
    throw Refusal("assertion-one-time",
                  "the assertion may be used once, and nobody here remembers which ones were");
}

void confirmation_single(const Judgement& judged) {
  const xmlNode* subject = first(root_of(judged), "Subject");
  const xmlNode* confirmed = confirmation_of(root_of(judged));
  if (confirmed == nullptr || xml::elements(subject, names::saml2, "SubjectConfirmation").size() != 1 ||
      xml::elements(confirmed, names::saml2, "SubjectConfirmationData").size() > 1)
    throw Refusal("confirmation-single", "the assertion does not hold exactly one SubjectConfirmation");
}

void method(const Judgement& judged) {
  const xmlNode* confirmed = confirmation_of(root_of(judged));
  const auto known =
      confirmed == nullptr ? std::nullopt : confirmation(xml::attribute(confirmed, "", "Method"));
  if (!known || !policy_of(judged).methods.contains(*known))
    throw Refusal("confirmation-method",
                  "the assertion is confirmed by another method than the one that is demanded");
}

bool is_bearer(const Judgement& judged) { return assertion_of(judged).said.method == Confirmation::bearer; }

std::string data_attribute(const Judgement& judged, std::string_view name) {
  const xmlNode* data = confirmation_data_of(root_of(judged));
  return data == nullptr ? std::string() : xml::attribute(data, "", name);
}

// A bearer assertion that names no recipient could be handed in anywhere.
void recipient(const Judgement& judged) {
  const auto& ours = policy_of(judged).recipients;
  const std::string named = data_attribute(judged, "Recipient");
  if (named.empty() && !is_bearer(judged)) return;
  if (!named.empty() && ours.empty())
    throw Refusal("confirmation-recipient",
                  "the assertion says where it is to be handed in, and nobody said which address is ours "
                  "(Recipient)");
  if (std::ranges::find(ours, named) == ours.end())
    throw Refusal("confirmation-recipient", "the assertion is to be handed in elsewhere (Recipient)");
}

void confirmation_expired(const Judgement& judged) {
  const auto until = moment(confirmation_data_of(root_of(judged)), "NotOnOrAfter");
  if ((!until && is_bearer(judged)) || (until && judged.now - judged.policy.skew >= *until))
    throw Refusal("confirmation-expired", "the time in which the assertion could be handed in is over");
}

void confirmation_not_before(const Judgement& judged) {
  const auto from = moment(confirmation_data_of(root_of(judged)), "NotBefore");
  if (from && (is_bearer(judged) || judged.now + judged.policy.skew < *from))
    throw Refusal("confirmation-not-before",
                  "the assertion cannot be handed in yet, or is a bearer's and must not say so");
}

void in_response_to(const Judgement& judged) {
  const std::string& wanted = judged.expectation.in_response_to;
  if (!wanted.empty() && data_attribute(judged, "InResponseTo") != wanted)
    throw Refusal("confirmation-in-response-to",
                  "the assertion does not answer what was asked (InResponseTo)");
}

void address(const Judgement& judged) {
  if (!data_attribute(judged, "Address").empty())
    throw Refusal(
        "confirmation-address",
        "the assertion may be handed in from one network address alone, which nobody here can judge");
}

// With the key of the message signature known.

void holder_of_key(const Judgement& judged) {
  const Assertion& assertion = assertion_of(judged);
  if (assertion.confirmed && EVP_PKEY_eq(assertion.confirmed->key.get(), judged.signer->key.get()) != 1)
    throw Refusal("holder-of-key", "the message is signed with another key than the assertion confirms");
}

bool covers(const Reference& reference, const Assertion& assertion) {
  const xmlNode* target = reference.target;
  if (target == assertion.place ||
      (xml::is(target, names::xenc, "EncryptedData") && target->parent == assertion.place))
    return true;
  // Through STR-Transform, whose token was resolved to this assertion by its ID.
  if (reference.transforms.empty() || reference.transforms[0].algorithm != names::str_transform) return false;
  const auto named = xml::elements(target);
  return named.size() == 1 && is_assertion_name(named[0]);
}

// Nothing else ties the message to the assertion: anybody on the way could put another's in its place.
void covered(const Judgement& judged) {
  const Assertion& assertion = assertion_of(judged);
  if (assertion.said.method == Confirmation::holder_of_key) return;
  if (std::ranges::none_of(judged.signature->references,
                           [&](const Reference& each) { return covers(each, assertion); }))
    throw Refusal("assertion-covered", "the message signature does not cover the assertion");
}

void may_vouch(const Judgement& judged) {
  if (assertion_of(judged).said.method == Confirmation::sender_vouches &&
      !policy_of(judged).vouchers.contains(judged.signer->sha256))
    throw Refusal("sender-vouches", "the sender of the message may not vouch for others");
}

constexpr Rule place[] = {{"assertion-single", single}};
constexpr Rule before_signature[] = {
    {"assertion-single", alone}, {"assertion-version", is_saml2}, {"assertion-signed", one_signature}};
constexpr Rule references[] = {{"assertion-reference", reference}};
constexpr Rule signers[] = {{"assertion-signer", signer}};
constexpr Rule rules[] = {
    {"assertion-form", form},
    {"assertion-issuer", issuer},
    {"assertion-conditions", conditions},
    {"assertion-not-yet", not_yet},
    {"assertion-expired", expired},
    {"assertion-condition-known", condition_known},
    {"assertion-audience", audience},
    {"assertion-one-time", one_time_use},
    {"confirmation-single", confirmation_single},
    {"confirmation-method", method},
    {"confirmation-recipient", recipient},
    {"confirmation-expired", confirmation_expired},
    {"confirmation-not-before", confirmation_not_before},
    {"confirmation-in-response-to", in_response_to},
    {"confirmation-address", address},
};
constexpr Rule confirmations[] = {
    {"holder-of-key", holder_of_key}, {"assertion-covered", covered}, {"sender-vouches", may_vouch}};

}  // namespace

std::span<const Rule> assertion_place_rules() { return place; }
std::span<const Rule> assertion_form_rules() { return before_signature; }
std::span<const Rule> assertion_reference_rules() { return references; }
std::span<const Rule> assertion_signer_rules() { return signers; }
std::span<const Rule> assertion_rules() { return rules; }
std::span<const Rule> confirmation_rules() { return confirmations; }

}  // namespace tilts::exchange
