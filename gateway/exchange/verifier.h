// The only way in: bytes become Verified, or an Error(untrusted) whose sentence names the rule that refused.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "gateway/base/clock.h"
#include "gateway/exchange/policy.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/trust.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

// What this message must answer, or be addressed to.
struct Expectation {
  std::string relates_to;       // MessageID of the outstanding request; empty: the message answers nothing
  std::vector<std::string> to;  // our addresses; empty: any
  std::string in_response_to = {};  // what a SAML assertion must answer; empty: it is not asked
};

struct Algorithms;
class Inclusions;
struct Judgement;

class Verifier {
 public:
  // `trust` decides about keys and is shared by all exchanges of a registry. Thread-safe; made after
  // Libraries.
  Verifier(Policy policy, std::shared_ptr<const Trust> trust, Clock clock);

  // A SOAP message, policy sections 1 to 7 (8 is the store's), and what came beside it. Throws Refusal.
  Verified message(std::string_view bytes, const Expectation& expectation,
                   std::vector<ReceivedPart> parts = {}) const;

  // A plain XML-DSig document, sections 1, 5, 6 and 7 second part, and 10 where it is XAdES. Throws Refusal.
  Verified document(std::string_view bytes) const;

 private:
  // Judges the key, then lets xmlsec verify; returns what each Reference digested.
  std::vector<std::string> cryptography(Judgement& judged, const CertificatePath& path,
                                        std::map<const xmlNode*, std::string> tokens, Verified& verified,
                                        const Inclusions* inclusions = nullptr) const;
  static void judge_properties(std::string_view digested, Judgement& judged, Verified& verified);

  Policy policy_;
  std::shared_ptr<const Algorithms> message_algorithms_;
  std::shared_ptr<const Algorithms> document_algorithms_;
  std::shared_ptr<const Trust> trust_;
  Clock clock_;
};

}  // namespace tilts::exchange
