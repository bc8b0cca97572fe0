// What a security token service is asked, and how its answer is read (WS-Trust 1.3, sections 3 and 4).
#pragma once

#include <string_view>

#include "gateway/exchange/envelope.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/token.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

// RequestSecurityToken for `audience`. A holder-of-key token shall confirm the key of `identity`.
Content token_request(const TokenDemand& demand, const Identity& identity);

// `answer` is what was verified and `message` the bytes it was verified in. What is carried is taken out of
// the message as it came, namespaces that only its content uses with it, once it is shown to be the element
// that was verified. Throws Error(untrusted) when there is not exactly one token that is ours and lives.
IssuedToken read_token(const Verified& answer, std::string_view message, const TokenDemand& demand, Time now);

}  // namespace tilts::exchange
