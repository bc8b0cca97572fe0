// How a signature names its key (WS-Security X.509 Token Profile 1.1, section 3; XML Signature, section 4.5).
#pragma once

#include <libxml/tree.h>

#include "gateway/exchange/message.h"
#include "gateway/exchange/signature.h"
#include "gateway/exchange/trust.h"

namespace tilts::exchange {

// The token that a SecurityTokenReference names: either an element of the message, or a certificate that is
// known apart from it.
struct Token {
  xmlNode* element = nullptr;  // wsse:BinarySecurityToken
  CertificatePath path;
};

// What a SecurityTokenReference names; a token of the message has to be a child of `security` unless that is
// nullptr. Throws Refusal("key-reference").
Token resolve_token(const xmlNode* reference, const xmlNode* security, const Trust& trust);

// The message signature: one SecurityTokenReference and nothing else. Throws Refusal("key-reference").
CertificatePath message_key(const Signature& signature, const xmlNode* security, const Trust& trust);

// Any other signature: ds:X509Data, a SecurityTokenReference, or without KeyInfo the only pinned certificate.
CertificatePath document_key(const Signature& signature, const Trust& trust);

// "#id" without its "#", when it is one a document may carry; empty otherwise.
std::string_view fragment(std::string_view uri);

}  // namespace tilts::exchange
