// Verification policy, section 5: where the references lead, and what canonicalising them would cost.
#include "gateway/exchange/canonicalization_cost.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

void unique(const Judgement& judged) {
  for (const auto& [id, places] : *judged.ids)
    if (places.size() > 1)
      throw Refusal("id-unique", "an id that a reference names stands in the message more than once");
}

void resolves(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references)
    if (reference.target == nullptr)
      throw Refusal("reference-resolves", "a Reference leads to no element of the message");
}

bool has(const Reference& reference, std::string_view algorithm) {
  for (const Transform& transform : reference.transforms)
    if (transform.algorithm == algorithm) return true;
  return false;
}

void enveloped(const Judgement& judged) {
  if (judged.message == nullptr) return;  // a document is meant to cut its own signature out
  for (const Reference& reference : judged.signature->references)
    if (has(reference, names::enveloped_signature) && xml::contains(reference.target, judged.signature->node))
      throw Refusal("enveloped-signature", "a Reference cuts the signature out of what it covers");
}

void token_reference(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references)
    if (has(reference, names::str_transform) &&
        !xml::is(reference.target, names::wsse, "SecurityTokenReference"))
      throw Refusal("str-transform", "STR-Transform stands on something else than a SecurityTokenReference");
}

void cost(const Judgement& judged) {
  CanonicalizationCost all;
  for (const Reference& reference : judged.signature->references) all += cost_of(reference);
  all += cost_of_signed_info(*judged.signature);
  if (all.nodes > 2 * nodes_of(judged.root))
    throw Refusal("canonicalization-cost", "the References together cover the message more than twice");
  demand_honest(all, judged.bytes.size());
}

constexpr Rule rules[] = {
    {"id-unique", unique},
    {"reference-resolves", resolves},
    {"enveloped-signature", enveloped},
    {"str-transform", token_reference},
    {"canonicalization-cost", cost},
};

}  // namespace

std::span<const Rule> reference_rules() { return rules; }

}  // namespace tilts::exchange
