// What canonicalisation will cost, counted before it is done: libxml2 walks up the ancestors for every node
// and prefix, and a namespace declared once can be written out at every element (verification policy,
// section 5: octets canonicalised at most twice the message).
#pragma once

#include <cstddef>

#include "gateway/exchange/signature.h"

namespace tilts::exchange {

struct CanonicalizationCost {
  size_t nodes = 0;
  size_t steps = 0;             // ancestors and declarations visited
  size_t namespace_octets = 0;  // declarations written out

  CanonicalizationCost& operator+=(const CanonicalizationCost& other);
};

// An honest 20 MB message of 300 000 elements, 12 deep, with a PrefixList of 5 takes 22 million; at some 3 ns
// each the bound is a tenth of a second.
inline constexpr size_t most_steps = 40'000'000;
// Counting ends behind it: no honest message has so much.
inline constexpr size_t most_namespace_octets = size_t{1} << 30;

CanonicalizationCost cost_of(const Reference& reference);
// Of an element that no Reference names, without a PrefixList.
CanonicalizationCost cost_of(const xmlNode* element, bool inclusive = false);
CanonicalizationCost cost_of_signed_info(const Signature& signature);
size_t nodes_of(const xmlNode* root);

// Throws Refusal (canonicalization-cost) when an honest message of that size cannot cost so much.
void demand_honest(const CanonicalizationCost& cost, size_t message_octets);

}  // namespace tilts::exchange
