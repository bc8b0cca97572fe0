// The assertion of a message from its place in the Security header to what its STS said (verification policy,
// section 9, but for what needs the message signature's key).
#pragma once

#include "gateway/exchange/assertion.h"
#include "gateway/exchange/cryptography.h"
#include "gateway/exchange/rules.h"

namespace tilts::exchange {

// `judged` is the message's, with a policy that names an AssertionPolicy; `trust` knows the certificates of
// the message's senders; `algorithms` are those of documents. Throws Refusal.
Assertion verify_assertion(const Judgement& judged, const Trust& trust, const Algorithms& algorithms);

}  // namespace tilts::exchange
