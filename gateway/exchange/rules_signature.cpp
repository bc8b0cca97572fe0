// Verification policy, sections 5 and 6: what the signature says, before its references are followed.
#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/key_reference.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"

namespace tilts::exchange {
namespace {

constexpr size_t most_references = 30;
constexpr size_t most_transforms = 5;
// libxml2 looks every prefix of a PrefixList up again at every element.
constexpr size_t most_prefixes = 64;

bool is_document(const Judgement& judged) { return judged.message == nullptr; }

void method(const Judgement& judged) {
  const Signature& signature = *judged.signature;
  if (signature_algorithm(signature.method, judged.policy.legacy) == nullptr ||
      signature.method_has_parameter)
    throw Refusal("signature-method", "the signature algorithm is not one the policy takes");
}

void canonicalization(const Judgement& judged) {
  const Transform& transform = judged.signature->canonicalization;
  if (!is_canonicalization(transform.algorithm, judged.policy.legacy, is_document(judged)) ||
      transform.prefixes.size() > most_prefixes)
    throw Refusal(
        "canonicalization-method",
        "SignedInfo is canonicalised in a way the policy does not take (exclusive C14N without comments)");
}

void digest(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references)
    if (!is_digest(reference.digest_method, judged.policy.legacy))
      throw Refusal("digest-method", "a Reference is digested with an algorithm the policy does not take");
}

void count(const Judgement& judged) {
  const size_t references = judged.signature->references.size();
  if (references < 1 || references > most_references)
    throw Refusal("reference-count", "the signature does not have between 1 and 30 References");
}

void uri(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references) {
    const bool whole = is_document(judged) && reference.has_uri && reference.uri.empty();
    if (!whole && fragment(reference.uri).empty())
      throw Refusal("reference-uri", "a Reference leads elsewhere than to an element of this message by #id");
  }
}

void transform_count(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references)
    if (reference.transforms.size() > most_transforms)
      throw Refusal("transform-count", "a Reference has more than 5 transforms");
}

void transform_known(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references)
    for (const Transform& transform : reference.transforms) {
      const std::string& algorithm =
          transform.algorithm == names::str_transform ? transform.inner : transform.algorithm;
      const bool taken = algorithm == names::enveloped_signature ||
                         is_canonicalization(algorithm, judged.policy.legacy, is_document(judged));
      if (!taken || transform.prefixes.size() > most_prefixes)
        throw Refusal("transform-known", "a Reference has a transform the policy does not take");
    }
}

// What is digested has to be what was canonicalised: enveloped-signature first, canonicalisation last, and
// a security token alone.
void transform_order(const Judgement& judged) {
  for (const Reference& reference : judged.signature->references) {
    bool canonical = false;
    for (const Transform& transform : reference.transforms) {
      const bool enveloped = transform.algorithm == names::enveloped_signature;
      if (enveloped && canonical)
        throw Refusal("transform-order", "a Reference cuts the signature out after it was canonicalised");
      if (transform.algorithm == names::str_transform && reference.transforms.size() != 1)
        throw Refusal("transform-order", "a Reference has other transforms beside STR-Transform");
      if (!enveloped) canonical = true;
    }
    if (!canonical && !is_document(judged))
      throw Refusal("transform-order", "a Reference is not canonicalised with exclusive C14N");
  }
}

constexpr Rule rules[] = {
    {"signature-method", method},
    {"canonicalization-method", canonicalization},
    {"digest-method", digest},
    {"reference-count", count},
    {"reference-uri", uri},
    {"transform-count", transform_count},
    {"transform-known", transform_known},
    {"transform-order", transform_order},
};

}  // namespace

std::span<const Rule> signature_rules() { return rules; }

}  // namespace tilts::exchange
