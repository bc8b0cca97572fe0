// XAdES-BES: what a document's signature says of itself and covers with the document (ETSI TS 101 903 v1.3.2;
// verification policy, section 10).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/exchange/signature.h"

namespace tilts::exchange {

// SignedSignatureProperties, read out of what the signature covered.
struct SignedProperties {
  std::optional<Time> signing_time;  // the signer's word: recorded, never trusted
  size_t certificates = 0;           // Cert elements of SigningCertificate; the first is the signer's
  std::string digest_method;
  std::string digest;  // decoded
  std::string issuer;  // as it is written
  std::string serial;
};

// The signature carries xades:QualifyingProperties, or a Reference that says it covers some.
bool is_xades(const Signature& signature);
// The Reference whose Type says SignedProperties; nullptr: none.
const Reference* properties_reference(const Signature& signature);
// `bytes` is what that Reference digested. Generous: rules judge what is missing. Throws
// Refusal("xades-properties") when it is not XML by itself.
SignedProperties read_signed_properties(std::string_view bytes);

}  // namespace tilts::exchange
