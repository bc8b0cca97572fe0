// What a trusted peer's signature covered, and nothing else. Only the verifier can make one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/exchange/confirmation.h"
#include "gateway/exchange/received_part.h"

namespace tilts::exchange {

enum class Assurance { message_signed, tls_only };

struct Part {
  // "Body", "Timestamp", "Action", …; the element's "{namespace}local" for any other. "Document": what holds
  // the signature that the profile's document has, as it was written, for Verifier::document() to judge.
  std::string name;
  std::string
      bytes;  // exactly what was digested: exclusive canonical XML, its own namespaces declared inside
};

struct Attribute {
  std::string name;
  std::vector<std::string> values;  // the whole text of each
};

// What a registered STS says of a subject, read from the bytes that it signed (verification policy, section
// 9).
struct VerifiedAssertion {
  std::string id;
  std::string issuer;
  std::string subject;  // NameID, empty when there is none
  Confirmation method = Confirmation::bearer;
  std::vector<Attribute> attributes;
  Time until;  // NotOnOrAfter of its Conditions
  bool one_time_use = false;
};

class Verified {
 public:
  const std::vector<Part>& parts() const { return parts_; }
  // The bytes of a part, empty when the signature did not cover it.
  std::string_view part(std::string_view name) const;

  Assurance assurance() const { return assurance_; }
  // Subject of the signer's certificate (RFC 2253), and its SHA-256 in hex. Empty when tls_only.
  const std::string& signer() const { return signer_; }
  const std::string& signer_sha256() const { return signer_sha256_; }
  // From signed headers only; empty when absent.
  const std::string& action() const { return action_; }
  const std::string& message_id() const { return message_id_; }
  const std::string& relates_to() const { return relates_to_; }
  // What came beside the message; the verified parts name it with xop:Include.
  const std::vector<ReceivedPart>& received() const { return received_; }
  // The SAML assertion that the message came with; nullptr when the policy wants none.
  const VerifiedAssertion* assertion() const { return assertion_ ? &*assertion_ : nullptr; }
  // Of a XAdES document: when its signer says that he signed it. Recorded, not trusted (policy section 10).
  std::optional<Time> signing_time() const { return signing_time_; }
  // The Body's only child is soap:Fault (still signed: a fault that may be believed).
  bool fault() const { return fault_; }

 private:
  friend class Verifier;
  Verified() = default;

  std::vector<Part> parts_;
  std::vector<ReceivedPart> received_;
  Assurance assurance_ = Assurance::message_signed;
  std::string signer_;
  std::string signer_sha256_;
  std::string action_;
  std::string message_id_;
  std::string relates_to_;
  std::optional<VerifiedAssertion> assertion_;
  bool fault_ = false;
  std::optional<Time> signing_time_;
};

}  // namespace tilts::exchange
