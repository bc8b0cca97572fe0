// Inside config: what PEM files of certificates and keys say about themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "gateway/base/clock.h"
#include "gateway/base/handle.h"

namespace tilts::config {

using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

// Every certificate of a PEM file in its order; empty when there is none that can be read.
std::vector<Certificate> read_certificates(const std::string& file);
// A key and what came with it. Both empty when the file does not open with this passphrase (empty: none).
struct KeyFile {
  Key key;
  Certificate certificate;  // of a PKCS#12 file; a PEM key has none
};
KeyFile read_key(const std::string& file, const std::string& passphrase_file);
// When the CRL of a PEM file is to be replaced; nothing when the file has no CRL that can be read.
std::optional<Time> crl_next_update(const std::string& file);

Time not_before(const X509& certificate);
Time not_after(const X509& certificate);
// Made by certs/dev for tests and the quickstart: "throw-away" stands in its subject or its issuer.
bool throw_away(const X509& certificate);
bool fits(const X509& certificate, const EVP_PKEY& key);

}  // namespace tilts::config
