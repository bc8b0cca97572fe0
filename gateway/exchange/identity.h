// One key pair of ours: signs messages and opens TLS.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "gateway/base/clock.h"
#include "gateway/base/handle.h"

namespace tilts::exchange {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;

struct KeyFiles {
  std::string certificate;      // PEM, our own first, then its chain; empty when the `key` file holds it too
  std::string key;              // PEM or PKCS#12; refused when group or others can read it
  std::string passphrase_file;  // empty: not encrypted; the same rights are demanded
  Time active_from{};           // the newest one that is already active signs and opens TLS
};

// Immutable, so it may be used from any thread.
struct Identity {
  Key key;  // RSA of 2048 bits at least, or ECDSA P-256
  Certificate certificate;
  std::vector<Certificate> chain;  // what else the certificate file holds
  std::string certificate_base64;  // DER, for the BinarySecurityToken
};

// Throws Error(config) naming the file: not readable, readable by others, wrong passphrase, key and
// certificate that do not belong together, a kind of key that nothing here signs with.
std::shared_ptr<const Identity> load_identity(const KeyFiles& files);

// Every certificate of a PEM file, at least one. Throws Error(config) naming the file.
std::vector<Certificate> load_certificates(const std::string& file);

}  // namespace tilts::exchange
