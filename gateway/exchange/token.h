// A SAML 2.0 token as a security token service issued it (WS-Security SAML token profile 1.1).
#pragma once

#include <string>

#include "gateway/base/clock.h"

namespace tilts::exchange {

// Element and reference declare every namespace that they use: they stand anywhere in a message as they came.
struct IssuedToken {
  std::string element;    // saml:Assertion or saml:EncryptedAssertion, for the Security header
  std::string id;         // of a clear assertion; empty when it is encrypted
  std::string canonical;  // its exclusive canonical form: what a signature over it digests
  std::string reference;  // the wsse:SecurityTokenReference that names it there; empty for a bearer
  Time expires;
};

}  // namespace tilts::exchange
