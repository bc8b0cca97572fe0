// A file that was encrypted for us beside its message: AES-CBC with the key and IV that RSA-OAEP (SHA-1)
// wraps together. Both by a profile's legacy words alone (verification policy, section 6).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "gateway/base/handle.h"
#include "gateway/exchange/identity.h"

namespace tilts::pull {

using Take = std::function<void(std::string_view)>;

// The one sentence for whatever depends on the key: telling these apart would answer an attacker who asks
// about a secret step by step.
[[noreturn]] void refuse_undeciphered();

// Streamed: flat memory whatever the size.
class Decipher {
 public:
  // `wrapped`: one of the RSA keys of `held` opens it to [1 octet: length of the AES key][AES key][16 octets
  // IV]. Throws Error(untrusted) when the words do not allow it or no RSA key is held; a key that does not
  // open is refused at finish(), like everything else that depends on it.
  Decipher(std::string_view wrapped, const std::vector<std::shared_ptr<const exchange::Identity>>& held,
           const std::set<std::string>& legacy);

  void add(std::string_view cipher, const Take& take);
  // The last block, without its padding (PKCS #7).
  void finish(const Take& take);

 private:
  Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context_;
  bool opened_ = false;
  std::string plain_;
};

}  // namespace tilts::pull
