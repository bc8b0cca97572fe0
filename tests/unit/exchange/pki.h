// The throw-away PKI of certs/dev, made once a test program by the script itself.
#pragma once

#include <memory>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/identity.h"

namespace tilts::exchange {

// The path of a file of it: "gateway.pem", "registry/tls.key".
std::string pki(const std::string& name);

// Certificate and key of the same name: "gateway", "registry/sign-ecdsa".
KeyFiles pair(const std::string& name, Time active_from = {});
std::shared_ptr<const Identity> identity(const std::string& name);

// The shipped profile of the population registry.
Profile population();

// What stands between <…:name …> and </…:name>, the first time.
std::string inside(const std::string& message, const std::string& name);

// An answer to the request, signed by `signer` over everything the policy demands.
std::string answer_to(const std::string& request, const Identity& signer, const Profile& profile,
                      const Content& content, Time now = Clock::system().now());

// A Body child, <t:Text>…</t:Text>.
Content text_content(const std::string& text);

}  // namespace tilts::exchange
