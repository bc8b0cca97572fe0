// XML encryption received (W3C xmlenc-core 1.1; verification policy, section 6). OpenSSL does the
// cryptography: an EncryptedData is one RSA and one AES call, while xmlsec would look for keys and would put
// what it decrypts into the message's own tree, parsed without our limits.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/identity.h"
#include "gateway/exchange/trust.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {

// Our keys that somebody may encrypt for. Immutable, so it may be used from any thread.
class DecryptionKeys {
 public:
  DecryptionKeys() = default;
  // RSA keys with their certificates. Throws Error(config) when a key is of another kind.
  explicit DecryptionKeys(std::vector<std::shared_ptr<const Identity>> held);

  bool empty() const { return held_.empty(); }

  // The key whose certificate `key_info` names by issuer and serial, key identifier, thumbprint or itself;
  // without KeyInfo (nullptr) the only one. Throws Refusal("decryption-key").
  EVP_PKEY* find(const xmlNode* key_info) const;

 private:
  std::vector<std::shared_ptr<const Identity>> held_;
  std::shared_ptr<const Trust> certificates_;  // theirs, to be found by name
};

struct Decrypted {
  std::string bytes;
  xml::Document document;  // of these bytes alone: nothing around what was encrypted gives it a meaning
};

// What `data` (xenc:EncryptedData) holds. The key is the one xenc:EncryptedKey in its KeyInfo, or `beside`
// where it has no KeyInfo (nullptr: there is none; SAML 2.0 core, 2.2.4). Throws Refusal: "decryption-form",
// "decryption-method" and "decryption-key" tell what stands there in clear; whatever depends on the key is
// refuse_unverified().
Decrypted decrypt(const xmlNode* data, const xmlNode* beside, const DecryptionKeys& keys,
                  const std::set<std::string>& legacy, const xml::Limits& limits);

}  // namespace tilts::exchange
