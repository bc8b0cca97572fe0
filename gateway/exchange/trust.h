// Whom a registry's profile trusts: anchors, pinned certificates, CRLs, and certificates that a key reference
// may name (verification policy, section 7). Immutable after construction but for a cache of verdicts, which
// locks itself; one object is one generation of the files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "gateway/base/clock.h"
#include "gateway/base/handle.h"

namespace tilts::exchange {

using Certificate = Handle<X509, X509_free>;
using PublicKey = Handle<EVP_PKEY, EVP_PKEY_free>;

struct TrustFiles {
  std::vector<std::string> anchors;  // PEM files; every certificate in them is a trust anchor
  std::vector<std::string> pinned;   // the peer's own certificates
  std::vector<std::string> crls;
  std::vector<std::string>
      certificates;  // known certificates: what issuer and serial, key id, thumbprint may name
};

// The same as text, each any number of PEM objects; empty: none.
struct TrustTexts {
  std::string anchors, pinned, crls, certificates;
};

// A certificate and what its sender put beside it, each in DER; the signer's first.
struct CertificatePath {
  std::vector<std::string> der;
};

// The key a message's signature is verified with, and whose it is.
struct Signer {
  PublicKey key;
  std::string subject;  // RFC 2253
  std::string sha256;   // of the certificate, hex
  unsigned key_usage = 0;
  std::string certificate;  // DER
};

class Trust {
 public:
  // Reads and decodes everything once. Throws Error(config) naming the file.
  explicit Trust(const TrustFiles& files);
  // `origin` begins the sentences. PEM objects of another kind are passed over.
  Trust(const TrustTexts& texts, const std::string& origin);
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  // The signer when it is pinned, or a path leads to an anchor at `now`: basicConstraints, path length, name
  // constraints, critical extensions, no SHA-1 or MD5, 2048 bits (RFC 5280, section 6). With `revocation` the
  // whole path needs a current CRL, and pinning alone is not enough. Throws Refusal("signer-trusted").
  std::shared_ptr<const Signer> judge(const CertificatePath& path, Time now, bool revocation) const;

  // All of it in PEM, so that it can be kept as it was believed.
  std::string pem() const;

  // What a certificate says of itself, judged by nobody. Throws Refusal("key-reference") when it cannot be
  // read.
  static std::shared_ptr<const Signer> describe(const CertificatePath& path);

  // Certificates known by --certificates, pinned or as anchors: exactly the one that is named, in DER.
  // Empty when none or more than one fits.
  std::string by_issuer_serial(std::string_view issuer, std::string_view serial) const;
  std::string by_key_identifier(std::string_view octets) const;
  std::string by_thumbprint_sha1(std::string_view octets) const;
  std::string by_public_key(const EVP_PKEY* key) const;
  // The only pinned certificate in DER, empty when there is not exactly one.
  std::string only_pinned() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace tilts::exchange
