// What becomes of a file before it travels by e-address: GZIP, then AES-256-CBC with PKCS#5 padding under a
// key that RSA-OAEP (MGF1, SHA-1) carries to the recipient.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/simulator/crypto.h"

namespace tilts::simulator {

std::string gzip(std::string_view bytes);
// GZIP of so many zeroes, which are never held as a whole.
std::string gzip_of_zeroes(std::size_t count);
// The same octets from the same name and size.
std::string invented_octets(const std::string& name, std::size_t size);

// One key for all files of a message.
class Seal {
 public:
  Seal();
  std::string encrypt(std::string_view bytes) const;
  // EncryptionInfo/Key: an octet with the key's length, the key and the vector, encrypted; base64.
  std::string carried_to(EVP_PKEY* recipient) const;

 private:
  std::string key_;
  std::string vector_;
};

}  // namespace tilts::simulator
