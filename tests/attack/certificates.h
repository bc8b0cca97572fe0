// Certificates made on the spot, honest and otherwise, so that each rule about a path has one that breaks it.
#pragma once

#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "gateway/base/handle.h"

namespace tilts::attack {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = Handle<X509, X509_free>;

Key rsa_key(unsigned bits = 2048);
Key ec_key(const char* curve = "P-256");

struct Wish {
  std::string common_name;
  const X509* issuer = nullptr;    // nullptr: self-signed
  EVP_PKEY* issuer_key = nullptr;  // nullptr: its own
  long days_from = -30;            // around `now`, below
  long days_until = 365;
  std::string basic_constraints;  // OpenSSL's words, "critical,CA:TRUE"; empty: none
  std::string key_usage;
  std::vector<std::string> more;  // "name=value" extensions in OpenSSL's words
  const EVP_MD* digest = EVP_sha256();
};

// The time of every test in this folder: 2026-11-21T12:00:00Z.
inline constexpr long now = 1795262400;

X509Handle make(const Wish& wish, EVP_PKEY* key);
// A revocation list of `issuer` with these serial numbers on it.
std::string make_crl(const X509* issuer, EVP_PKEY* issuer_key, const std::vector<const X509*>& revoked,
                     long days_until);

std::string pem(const X509* certificate);
std::string pem(EVP_PKEY* key);
std::string der(const X509* certificate);

}  // namespace tilts::attack
