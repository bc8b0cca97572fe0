// Inside exchange: the one call that signs, and the algorithms of requests by name.
#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "gateway/exchange/identity.h"
#include "gateway/exchange/profile.h"

namespace tilts::exchange {

const EVP_MD* digest_of(Hash hash);
std::string_view digest_uri(Hash hash);

// XML-DSig SignatureMethod for this key. Throws Error(config) when an ECDSA key shall sign with more than
// SHA-256.
std::string_view signature_uri(const EVP_PKEY* key, Hash hash);

// Raw octets. Throws Error(bug).
std::string digest(Hash hash, std::string_view bytes);

// Raw octets: PKCS#1 v1.5 for RSA, r and s of 32 octets each for ECDSA P-256 (RFC 4050, 3.3).
std::string sign(EVP_PKEY* key, Hash hash, std::string_view bytes);

}  // namespace tilts::exchange
