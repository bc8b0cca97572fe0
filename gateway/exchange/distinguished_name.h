// Issuer names as KeyInfo writes them.
#pragma once

#include <string_view>

#include <openssl/x509.h>

namespace tilts::exchange {

// `text` (RFC 2253 or 4514, or one of the dialects that live systems write: either order, spaces after
// commas, "E=" for emailAddress, attribute types as OIDs) names `name`. Case and runs of spaces do not count
// (RFC 5280, section 7.1). It only finds a certificate; whether that one is trusted is judged apart.
bool names_same(std::string_view text, const X509_NAME* name);

}  // namespace tilts::exchange
