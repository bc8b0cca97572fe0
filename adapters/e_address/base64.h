// Base64 as a message carries it, and the part that an xop:Include names.
#pragma once

#include <string>
#include <string_view>

namespace tilts::e_address {

// White space anywhere is allowed. Throws Failure(untrusted) naming the operation when it is no base64.
std::string decoded(std::string_view text, std::string_view operation);

// "cid:…" without its scheme, percent-decoded (RFC 2392). The gateway has judged the URL.
std::string content_id_of(std::string_view href);

}  // namespace tilts::e_address
