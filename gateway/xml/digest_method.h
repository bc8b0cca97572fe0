// The digests that XML signatures name (XML encryption 5.7, RFC 6931 2.1).
#pragma once

#include <string_view>

#include <openssl/evp.h>

namespace tilts::xml {

// SHA-256, SHA-384 or SHA-512; nullptr for any other URI: what is older is allowed by words alone, elsewhere.
const EVP_MD* digest_method(std::string_view uri);

}  // namespace tilts::xml
