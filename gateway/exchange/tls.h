// Inside exchange: what a generation of keys means for one TLS connection.
#pragma once

#include <openssl/ssl.h>

#include "gateway/exchange/keyring.h"

namespace tilts::exchange {

// Our key and chain, and the registry's anchors and nothing else, into a context that libcurl has made. False
// when OpenSSL refuses one of them.
bool equip(SSL_CTX* context, const Generation& generation);

// Sets `*sent` as soon as one application byte is handed to TLS on a connection of this context: what proves
// that a request did not leave. `sent` outlives the context.
void watch_application_data(SSL_CTX* context, bool* sent);

// Sets `*alert` to what the other side ends a connection of this context with (RFC 8446, 6). `alert` outlives
// the context.
void watch_alerts(SSL_CTX* context, int* alert);

}  // namespace tilts::exchange
