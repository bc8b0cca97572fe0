// The only way in: bytes become Verified, or an Error(untrusted) whose sentence names the rule that refused.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/exchange/policy.h"
#include "gateway/exchange/trust.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

// What this message must answer, or be addressed to.
struct Expectation {
  std::string relates_to;           // MessageID of the outstanding request; empty: the message answers nothing
  std::vector<std::string> to;      // our addresses; empty: any
};

class Verifier {
 public:
  // `trust` decides about keys and is shared by all exchanges of a registry. Thread-safe.
  Verifier(Policy policy, std::shared_ptr<const Trust> trust, Clock clock);

  // A SOAP message, policy sections 1 to 7 (8 is the store's). Throws Refusal.
  Verified message(std::string_view bytes, const Expectation& expectation) const;

  // A plain XML-DSig document, sections 1, 5, 6 and 7 second part. Throws Refusal.
  Verified document(std::string_view bytes) const;

 private:
  Policy policy_;
  std::shared_ptr<const Trust> trust_;
  Clock clock_;
};

// The rule that refused, for tests, metrics and --json; code() is untrusted.
class Refusal;

}  // namespace tilts::exchange
