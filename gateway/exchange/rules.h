// The verification policy as a table: one rule, one question, one sentence. A rule looks at what was read and
// throws Refusal; it changes nothing. Each has messages in tests/attack that a trusted peer signed.
#pragma once

#include <span>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/exchange/ids.h"
#include "gateway/exchange/message.h"
#include "gateway/exchange/policy.h"
#include "gateway/exchange/signature.h"
#include "gateway/exchange/trust.h"

namespace tilts::exchange {

struct Assertion;
struct Expectation;
struct SignedProperties;

// All that a rule may look at. What a later step reads is nullptr before it.
struct Judgement {
  const Policy& policy;
  const Expectation& expectation;
  Time now;
  std::string_view bytes;  // the whole message
  xmlNode* root;
  const Message* message = nullptr;      // nullptr for a plain document
  const Signature* signature = nullptr;  // references resolved from the reference rules on
  const IdTable* ids = nullptr;          // every place of every id that a reference names
  const Signer* signer = nullptr;
  const SignedProperties* properties = nullptr;  // of a XAdES document, once they are verified
  const Assertion* assertion = nullptr;          // as far as it was judged; nullptr where none is demanded
};

struct Rule {
  std::string_view id;
  void (*check)(const Judgement&);
};

// In the order they are asked.
std::span<const Rule> envelope_rules();   // section 2, and that nothing is encrypted
std::span<const Rule> freshness_rules();  // section 3
std::span<const Rule> signature_rules();  // sections 5 and 6, before ids are resolved
std::span<const Rule> reference_rules();  // section 5, on resolved references
std::span<const Rule> coverage_rules();   // section 4, SOAP messages only
std::span<const Rule> key_rules();        // sections 6 and 7, once the key is known

// Section 9: where it stands; what is signed, before the signature is read; on its resolved reference; once
// its signer is known; on what the STS signed; and once the message signature's key is known.
std::span<const Rule> assertion_place_rules();
std::span<const Rule> assertion_form_rules();
std::span<const Rule> assertion_reference_rules();
std::span<const Rule> assertion_signer_rules();
std::span<const Rule> assertion_rules();
std::span<const Rule> confirmation_rules();

// Section 10: on resolved references, and once signer and signed properties are known.
std::span<const Rule> xades_form_rules();
std::span<const Rule> xades_rules();

// Runs them, but for the one that a test-only build was told to skip.
void judge(std::span<const Rule> rules, const Judgement& judgement);
bool skipped(std::string_view rule);

}  // namespace tilts::exchange
