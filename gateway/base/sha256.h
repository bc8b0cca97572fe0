// SHA-256 over what passes by (FIPS 180-4), with OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "gateway/base/handle.h"

namespace tilts {

class Sha256 {
 public:
  using Digest = std::array<std::byte, 32>;

  Sha256();
  void add(std::string_view bytes);
  Digest finish();  // and starts anew

 private:
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

std::string to_hex(const Sha256::Digest& digest);  // lower case

}  // namespace tilts
