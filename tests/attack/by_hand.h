// Signatures made by hand, for what xmlsec has no transform for, or will not sign: libxml2 for the canonical
// form, OpenSSL for the rest.
#pragma once

#include <functional>
#include <string>

#include "tests/attack/peer.h"

namespace tilts::attack {

// STR-Transform (WS-Security 1.1, 8.3) with exclusive C14N, as the content of ds:Transforms.
extern const std::string str_transform;

// SHA-256 and exclusive C14N without a PrefixList, whatever the draft says. A Reference to nothing digests
// nothing; one with STR-Transform digests the token "token",
// or the assertion where there is none.
std::string signed_by_hand(const Draft& draft, EVP_PKEY* key);
// The same, with the octets of SignatureValue made out of those of SignedInfo.
std::string signed_by_hand(const Draft& draft, const std::function<std::string(const std::string&)>& value);

}  // namespace tilts::attack
