#include "gateway/exchange/signer.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/exchange/names.h"

namespace tilts::exchange {
namespace {

constexpr int p256_octets = 32;

bool is_ecdsa(const EVP_PKEY* key) { return EVP_PKEY_is_a(key, "EC") != 0; }

[[noreturn]] void fail() {
  ERR_clear_error();
  throw Error(Code::bug, "OpenSSL did not sign a message");
}

// OpenSSL writes the pair in DER; XML signatures carry it raw.
std::string raw_pair(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (pair == nullptr) fail();
  unsigned char raw[2 * p256_octets];
  if (BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw, p256_octets) != p256_octets ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw + p256_octets, p256_octets) != p256_octets)
    fail();
  return std::string(reinterpret_cast<const char*>(raw), sizeof raw);
}

}  // namespace

const EVP_MD* digest_of(Hash hash) {
  switch (hash) {
    case Hash::sha384:
      return EVP_sha384();
    case Hash::sha512:
      return EVP_sha512();
    case Hash::sha1:
      return EVP_sha1();
    case Hash::sha256:
      break;
  }
  return EVP_sha256();
}

std::string_view digest_uri(Hash hash) {
  switch (hash) {
    case Hash::sha384:
      return names::sha384;
    case Hash::sha512:
      return names::sha512;
    case Hash::sha1:
      return names::sha1;
    case Hash::sha256:
      break;
  }
  return names::sha256;
}

std::string_view signature_uri(const EVP_PKEY* key, Hash hash) {
  if (is_ecdsa(key)) {
    if (hash == Hash::sha256) return names::ecdsa_sha256;
    throw Error(Code::config, "an ECDSA P-256 key signs with SHA-256; say method=\"sha256\" in the profile");
  }
  switch (hash) {
    case Hash::sha384:
      return names::rsa_sha384;
    case Hash::sha512:
      return names::rsa_sha512;
    case Hash::sha1:
      return names::rsa_sha1;
    case Hash::sha256:
      break;
  }
  return names::rsa_sha256;
}

std::string digest(Hash hash, std::string_view bytes) {
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), octets, &size, digest_of(hash), nullptr) != 1) fail();
  return std::string(reinterpret_cast<const char*>(octets), size);
}

std::string sign(EVP_PKEY* key, Hash hash, std::string_view bytes) {
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(key)), '\0');
  size_t size = signature.size();
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, digest_of(hash), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                     bytes.size()) != 1)
    fail();
  signature.resize(size);
  return is_ecdsa(key) ? raw_pair(signature) : signature;
}

}  // namespace tilts::exchange
