#include "gateway/pull/decipher.h"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "gateway/base/error.h"
#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/names.h"

namespace tilts::pull {
namespace {

namespace names = exchange::names;

using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;

constexpr size_t iv_octets = 16;
constexpr size_t largest_key = 32;
constexpr std::array<std::string_view, 3> ciphers{names::aes128_cbc, names::aes192_cbc, names::aes256_cbc};

// What RSA wrapped, wiped when it goes.
struct Secret {
  explicit Secret(size_t size) : octets(size) {}
  ~Secret() { OPENSSL_cleanse(octets.data(), octets.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  std::vector<unsigned char> octets;
};

// How many octets of `plain` are filled; 0 when the key does not open it.
size_t unwrap(EVP_PKEY* key, std::string_view wrapped, Secret& plain) {
  plain.octets.assign(static_cast<size_t>(EVP_PKEY_get_size(key)), 0);
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha1()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha1()) != 1)
    throw Error(Code::transient, "no memory to decrypt the key of a file");
  size_t size = plain.octets.size();
  const bool opened =
      EVP_PKEY_decrypt(context.get(), plain.octets.data(), &size,
                       reinterpret_cast<const unsigned char*>(wrapped.data()), wrapped.size()) == 1;
  ERR_clear_error();
  return opened ? size : 0;
}

// The cipher whose key is so long, when the words allow it.
const exchange::EncryptionAlgorithm* cipher_of(size_t key_octets, const std::set<std::string>& legacy) {
  for (const std::string_view uri : ciphers) {
    const exchange::EncryptionAlgorithm* algorithm = exchange::encryption_algorithm(uri);
    if (algorithm->key_octets == key_octets && legacy.contains(std::string(uri))) return algorithm;
  }
  return nullptr;
}

}  // namespace

void refuse_undeciphered() {
  throw Error(
      Code::untrusted,
      "a file does not open: it was changed, or encrypted for another key; nothing of it was kept, ask "
      "its sender");
}

Decipher::Decipher(std::string_view wrapped,
                   const std::vector<std::shared_ptr<const exchange::Identity>>& held,
                   const std::set<std::string>& legacy)
    : context_(EVP_CIPHER_CTX_new()) {
  const bool some_cipher =
      std::ranges::any_of(ciphers, [&](std::string_view uri) { return legacy.contains(std::string(uri)); });
  if (!legacy.contains(std::string(names::rsa_oaep_mgf1p)) || !some_cipher)
    throw Error(
        Code::untrusted,
        "a file is encrypted with RSA-OAEP over SHA-1 and AES-CBC, which the profile does not allow; "
        "nothing of it was kept, allow rsa-oaep-mgf1p and aes256-cbc there by words, or ask its sender");

  // A key that does not open is one that nobody knows: from here on all goes the same way.
  Secret secret(largest_key + iv_octets);
  if (!context_ || RAND_bytes(secret.octets.data(), static_cast<int>(secret.octets.size())) != 1)
    throw Error(Code::transient, "no memory to decrypt a file");
  const unsigned char* key = secret.octets.data();
  const exchange::EncryptionAlgorithm* algorithm = exchange::encryption_algorithm(names::aes256_cbc);
  Secret plain(0);
  bool held_rsa = false;
  for (const auto& identity : held) {
    if (EVP_PKEY_is_a(identity->key.get(), "RSA") != 1) continue;
    held_rsa = true;
    const size_t size = unwrap(identity->key.get(), wrapped, plain);
    const size_t length = size > 0 ? plain.octets[0] : 0;
    const exchange::EncryptionAlgorithm* known = cipher_of(length, legacy);
    if (known == nullptr || size != 1 + length + iv_octets) continue;
    algorithm = known;
    key = plain.octets.data() + 1;
    opened_ = true;
    break;
  }
  if (!held_rsa)
    throw Error(
        Code::untrusted,
        "a file is encrypted, and no RSA key is held here that could open it; nothing of it was kept, "
        "give the registry an RSA identity");
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, algorithm->name, nullptr));
  if (!cipher ||
      EVP_DecryptInit_ex(context_.get(), cipher.get(), nullptr, key, key + algorithm->key_octets) != 1)
    throw Error(Code::transient, "no memory to decrypt a file");
}

void Decipher::add(std::string_view cipher, const Take& take) {
  plain_.resize(cipher.size() + iv_octets);
  int size = 0;
  if (EVP_DecryptUpdate(context_.get(), reinterpret_cast<unsigned char*>(plain_.data()), &size,
                        reinterpret_cast<const unsigned char*>(cipher.data()),
                        static_cast<int>(cipher.size())) != 1)
    refuse_undeciphered();
  take(std::string_view(plain_).substr(0, static_cast<size_t>(size)));
}

void Decipher::finish(const Take& take) {
  plain_.resize(iv_octets);
  int size = 0;
  const bool padded =
      EVP_DecryptFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(plain_.data()), &size) == 1;
  ERR_clear_error();
  if (!padded || !opened_) refuse_undeciphered();
  take(std::string_view(plain_).substr(0, static_cast<size_t>(size)));
}

}  // namespace tilts::pull
