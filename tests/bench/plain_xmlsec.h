// The bare reference of verification: the same message, the same parser, ids registered, a cached key, and no
// question asked.
#pragma once

#include <string_view>

#include <openssl/evp.h>
#include <xmlsec/keys.h>

#include "gateway/base/handle.h"

namespace tilts::bench {

class PlainXmlsec {
 public:
  explicit PlainXmlsec(EVP_PKEY* key);

  // Throws when the signature does not hold.
  void verify(std::string_view message) const;

 private:
  Handle<xmlSecKey, xmlSecKeyDestroy> key_;
};

}  // namespace tilts::bench
