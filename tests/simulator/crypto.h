// The keys and digests of the simulator: OpenSSL behind values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/simulator/handle.h"

namespace tilts::simulator {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;

std::string base64(std::string_view bytes);
// White space within is passed over; none when it is not base64.
std::optional<std::string> from_base64(std::string text);
std::string hex(std::string_view bytes);     // lower case
std::string sha256(std::string_view bytes);  // 32 bytes

enum class Hash { sha1, sha256, sha384, sha512 };
// By the word of a profile ("sha256"), or by its URI of XML-DSig. Throw std::runtime_error for another one.
Hash hash_named(const std::string& word);
Hash hash_of_uri(const std::string& uri);
const char* word_of(Hash hash);
const char* digest_uri(Hash hash);

// What is hashed piece by piece.
class Digest {
 public:
  explicit Digest(Hash hash);
  void add(std::string_view bytes);
  // The canonical base64 of `bytes` (no line breaks), which is never held as a whole.
  void add_base64(std::string_view bytes);
  std::string finish();  // once

 private:
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

std::string digest(Hash hash, std::string_view bytes);
// Version 4, lower case, from OpenSSL's generator.
std::string uuid();
// The first certificate of a PEM file. Throws std::runtime_error naming the file.
Certificate read_certificate(const std::string& file);

// What answers are signed with. Immutable, used by many threads at once.
class SigningKey {
 public:
  // PEM files. Throws std::runtime_error when one cannot be read or the two do not belong together.
  SigningKey(const std::string& certificate_file, const std::string& key_file);
  // A key and a certificate that signs itself, known to nobody.
  static SigningKey stranger();

  const std::string& certificate() const { return certificate_; }  // base64 of DER
  const char* algorithm() const { return algorithm_; }             // XML-DSig URI: RSA or ECDSA with SHA-256
  std::string algorithm(Hash hash) const;
  // Base64 of the signature value; ECDSA as r and s, each as long as the group's order.
  std::string sign(std::string_view bytes, Hash hash = Hash::sha256) const;

 private:
  SigningKey(Key key, const Certificate& certificate);

  Key key_;
  std::string certificate_;
  const char* algorithm_ = nullptr;
  std::size_t half_ = 0;  // bytes of r; 0 for RSA
};

}  // namespace tilts::simulator
