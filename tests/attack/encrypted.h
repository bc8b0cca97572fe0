// What a sender encrypts (XML encryption 1.1), honestly and otherwise: by hand with OpenSSL, so that each
// piece can be spoilt.
#pragma once

#include <string>

#include <openssl/evp.h>

namespace tilts::attack {

struct Encryption {
  std::string cipher = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
  std::string transport = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";   // empty: not said, SHA-1
  std::string mask = "http://www.w3.org/2009/xmlenc11#mgf1sha256";  // empty: not said, SHA-1
  std::string label;                                                // OAEPparams, decoded
  std::string recipient;  // content of the EncryptedKey's KeyInfo; empty: none
  std::string type = "http://www.w3.org/2001/04/xmlenc#Element";
  std::string id = "encrypted";
  size_t key_octets = 32;
  int padding = -1;     // the last octet, CBC only; -1: as it should be
  bool beside = false;  // the EncryptedKey stands after the EncryptedData, as SAML allows
};

// xenc:EncryptedData, with its EncryptedKey inside or after it.
std::string encrypted(const std::string& plain, EVP_PKEY* recipient, const Encryption& how = {});

}  // namespace tilts::attack
