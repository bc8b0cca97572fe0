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
  xmlNode* element = nullptr;  // wsse:BinarySecurityToken or saml:Assertion
  CertificatePath path;        // empty for an assertion that confirms no certificate
};

struct Assertion;

// What a SecurityTokenReference names; a token of the message has to be a child of `security` unless that is
// nullptr. `assertion`: the verified one of the message, which it may name (SAML token profile 1.1.1, 3.4).
// Throws Refusal("key-reference").
Token resolve_token(const xmlNode* reference, const xmlNode* security, const Trust& trust,
                    const Assertion* assertion = nullptr);

// wsse:KeyIdentifier that holds the ID of a SAML 2.0 assertion.
bool is_assertion_name(const xmlNode* node);

// The message signature: one SecurityTokenReference and nothing else. Throws Refusal("key-reference").
CertificatePath message_key(const Signature& signature, const xmlNode* security, const Trust& trust,
                            const Assertion* assertion = nullptr);

// Any other signature: ds:X509Data, a SecurityTokenReference, or without KeyInfo the only pinned certificate.
CertificatePath document_key(const Signature& signature, const Trust& trust);

// The certificate that a ds:KeyInfo names by X509Data or one SecurityTokenReference; a KeyValue beside them
// is passed over. Throws Refusal("key-reference").
CertificatePath named_certificate(const xmlNode* key_info, const Trust& trust);

// The key that an assertion confirms: ds:KeyInfo of its SubjectConfirmationData (SAML 2.0 core, 2.4.1.3), by
// certificate, or as an RSAKeyValue, whose certificate is then the known one with that key. The key is the
// STS's word and judged by nobody yet. Throws Refusal("key-reference").
struct ConfirmedKey {
  CertificatePath path;  // empty: a key without a certificate that is known here
  PublicKey key;
};
ConfirmedKey confirmed_key(const xmlNode* key_info, const Trust& trust);

// "#id" without its "#", when it is one a document may carry; empty otherwise.
std::string_view fragment(std::string_view uri);

}  // namespace tilts::exchange
