#include "gateway/exchange/decryption.h"

#include <algorithm>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/cryptography.h"
#include "gateway/exchange/key_reference.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/digest_method.h"
#include "gateway/xml/malformed.h"

namespace tilts::exchange {
namespace {

using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Bio = Handle<BIO, BIO_free>;
using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;

constexpr size_t block_octets = 16;      // of AES
constexpr size_t gcm_nonce_octets = 12;  // XML encryption 1.1, 5.2.4
constexpr size_t gcm_tag_octets = 16;

[[noreturn]] void malformed(const std::string& what) {
  throw Refusal("decryption-form", "what is encrypted is not formed as XML encryption 3 demands: " + what);
}

[[noreturn]] void unknown_method() {
  throw Refusal("decryption-method",
                "it is encrypted with an algorithm the policy does not take (AES-GCM with RSA-OAEP and "
                "SHA-256)");
}

// A session key, wiped when it goes.
struct Secret {
  explicit Secret(size_t size) : octets(size, '\0') {}
  ~Secret() { OPENSSL_cleanse(octets.data(), octets.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  unsigned char* data() { return reinterpret_cast<unsigned char*>(octets.data()); }
  std::string octets;
};

const unsigned char* as_octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

const xmlNode* only(const xmlNode* parent, std::string_view uri, std::string_view local) {
  const auto found = xml::elements(parent, uri, local);
  if (found.size() != 1)
    malformed(std::string(xml::local_name(parent)) + " does not hold exactly one " + std::string(local));
  return found[0];
}

const xmlNode* at_most_one(const xmlNode* parent, std::string_view uri, std::string_view local) {
  const auto found = xml::elements(parent, uri, local);
  if (found.size() > 1)
    malformed(std::string(xml::local_name(parent)) + " holds more than one " + std::string(local));
  return found.empty() ? nullptr : found[0];
}

std::string octets_of(const xmlNode* element) {
  auto octets = xml::base64_decode(xml::text(element));
  if (!octets) malformed(std::string(xml::local_name(element)) + " is not base64");
  return *octets;
}

// CipherReference would have us fetch the octets, and transform them, before anything is known of them.
std::string cipher_octets(const xmlNode* encrypted) {
  const auto data = xml::elements(only(encrypted, names::xenc, "CipherData"));
  if (data.size() != 1 || !xml::is(data[0], names::xenc, "CipherValue"))
    malformed("CipherData does not hold its octets in one CipherValue");
  return octets_of(data[0]);
}

const xmlNode* encrypted_key(const xmlNode* data, const xmlNode* beside) {
  const xmlNode* info = at_most_one(data, names::ds, "KeyInfo");
  if (info == nullptr) {
    if (beside == nullptr) malformed("EncryptedData comes without an EncryptedKey");
    return beside;
  }
  if (xml::elements(info).size() != 1 || beside != nullptr)
    malformed("EncryptedData names its key otherwise than by one EncryptedKey");
  return only(info, names::xenc, "EncryptedKey");
}

struct Oaep {
  const EVP_MD* digest = nullptr;
  const EVP_MD* mask = nullptr;
  std::string label;
};

const EVP_MD* hash(std::string_view uri) {
  if (const EVP_MD* known = xml::digest_method(uri)) return known;
  if (uri == names::sha1 || uri == names::mgf1_sha1) return EVP_sha1();
  if (uri == names::mgf1_sha256) return EVP_sha256();
  if (uri == names::mgf1_sha384) return EVP_sha384();
  if (uri == names::mgf1_sha512) return EVP_sha512();
  unknown_method();
}

// XML encryption 1.1, 5.5.2: what is not said is SHA-1, and rsa-oaep-mgf1p masks with nothing else.
Oaep oaep_of(const xmlNode* method, const std::set<std::string>& legacy) {
  const std::string uri = xml::attribute(method, "", "Algorithm");
  if (uri != names::rsa_oaep && uri != names::rsa_oaep_mgf1p) unknown_method();
  const auto algorithm = [&](std::string_view space, std::string_view local, std::string_view otherwise) {
    const xmlNode* element = at_most_one(method, space, local);
    return element == nullptr ? std::string(otherwise) : xml::attribute(element, "", "Algorithm");
  };
  const std::string mask = algorithm(names::xenc11, "MGF", names::mgf1_sha1);
  Oaep oaep{.digest = hash(algorithm(names::ds, "DigestMethod", names::sha1)),
            .mask = uri == names::rsa_oaep ? hash(mask) : EVP_sha1(),
            .label = {}};
  if (const xmlNode* label = at_most_one(method, names::xenc, "OAEPparams")) oaep.label = octets_of(label);
  const bool sha1 = EVP_MD_is_a(oaep.digest, "SHA1") == 1 || EVP_MD_is_a(oaep.mask, "SHA1") == 1;
  if (sha1 && !legacy.contains(std::string(names::rsa_oaep_mgf1p)) && !skipped("decryption-method"))
    unknown_method();
  return oaep;
}

// False when the octets do not open; `key` then stays as it was.
bool unwrap(EVP_PKEY* ours, const Oaep& oaep, const std::string& wrapped, Secret& key) {
  const KeyContext context(EVP_PKEY_CTX_new(ours, nullptr));
  if (!context) throw Error(Code::transient, "no memory to decrypt a key");
  bool ready = EVP_PKEY_decrypt_init(context.get()) == 1 &&
               EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), oaep.digest) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), oaep.mask) == 1;
  if (ready && !oaep.label.empty()) {
    void* label = OPENSSL_memdup(oaep.label.data(), oaep.label.size());
    ready = EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), label, static_cast<int>(oaep.label.size())) == 1;
    if (!ready) OPENSSL_free(label);
  }
  if (!ready) throw Error(Code::transient, "a key cannot be decrypted: OpenSSL does not take the algorithm");
  Secret plain(static_cast<size_t>(EVP_PKEY_get_size(ours)));
  size_t size = plain.octets.size();
  const bool opened =
      EVP_PKEY_decrypt(context.get(), plain.data(), &size, as_octets(wrapped), wrapped.size()) == 1 &&
      size == key.octets.size();
  ERR_clear_error();
  if (opened) std::copy_n(plain.octets.begin(), size, key.octets.begin());
  return opened;
}

struct Plain {
  std::string octets;
  bool whole = false;  // false: not to be believed, whatever it looks like
};

// XML encryption 1.1, 5.2: the last octet says how many go, whatever stands in the others.
Plain without_padding(std::string octets) {
  const size_t padding = octets.empty() ? 0 : static_cast<unsigned char>(octets.back());
  const bool good = padding >= 1 && padding <= block_octets && padding <= octets.size();
  // What is badly padded goes on as it is and is refused after it was parsed, like any other.
  octets.resize(octets.size() - (good ? padding : 0));
  return {std::move(octets), good};
}

Plain open(const EncryptionAlgorithm& algorithm, Secret& key, const std::string& cipher) {
  const size_t nonce = algorithm.gcm ? gcm_nonce_octets : block_octets;
  const size_t tag = algorithm.gcm ? gcm_tag_octets : 0;
  if (cipher.size() < nonce + tag || (!algorithm.gcm && cipher.size() % block_octets != 0)) return {};
  const std::string_view body = std::string_view(cipher).substr(nonce, cipher.size() - nonce - tag);
  const CipherContext context(EVP_CIPHER_CTX_new());
  const Cipher kind(EVP_CIPHER_fetch(nullptr, algorithm.name, nullptr));
  if (!context || !kind ||
      EVP_DecryptInit_ex(context.get(), kind.get(), nullptr, key.data(), as_octets(cipher)) != 1)
    throw Error(Code::transient, "no memory to decrypt");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::string octets(body.size() + block_octets, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(octets.data());
  int size = 0;
  int rest = 0;
  bool done =
      EVP_DecryptUpdate(context.get(), out, &size, as_octets(body), static_cast<int>(body.size())) == 1;
  if (algorithm.gcm)
    done = done && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag),
                                       const_cast<char*>(cipher.data() + cipher.size() - tag)) == 1;
  done = done && EVP_DecryptFinal_ex(context.get(), out + size, &rest) == 1;
  ERR_clear_error();
  if (!done) return {};
  octets.resize(static_cast<size_t>(size) + static_cast<size_t>(rest));
  return algorithm.gcm ? Plain{std::move(octets), true} : without_padding(std::move(octets));
}

std::string pem(const std::vector<std::shared_ptr<const Identity>>& held) {
  const Bio bio(BIO_new(BIO_s_mem()));
  for (const auto& identity : held)
    if (!bio || PEM_write_bio_X509(bio.get(), identity->certificate.get()) != 1)
      throw Error(Code::transient, "no memory for a certificate");
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(length));
}

}  // namespace

DecryptionKeys::DecryptionKeys(std::vector<std::shared_ptr<const Identity>> held)
    : held_(std::move(held)),
      certificates_(std::make_shared<Trust>(
          TrustTexts{.anchors = {}, .pinned = {}, .crls = {}, .certificates = pem(held_)},
          "the certificate of a decryption key")) {
  for (const auto& identity : held_)
    if (EVP_PKEY_is_a(identity->key.get(), "RSA") != 1)
      throw Error(Code::config, "a decryption key is not RSA; nobody can encrypt for it as the policy wants");
}

EVP_PKEY* DecryptionKeys::find(const xmlNode* key_info) const {
  if (key_info == nullptr) {
    if (held_.size() != 1)
      throw Refusal("decryption-key",
                    "what is encrypted does not say for which key, and there is not exactly one here");
    return held_.front()->key.get();
  }
  CertificatePath named;
  try {
    named = named_certificate(key_info, *certificates_);
  } catch (const Refusal&) {
    // Whatever was wrong with the name: nothing that is held here has it.
  }
  for (const auto& identity : held_)
    if (!named.der.empty() && xml::base64_encode(named.der.front()) == identity->certificate_base64)
      return identity->key.get();
  throw Refusal("decryption-key",
                "it is encrypted for a certificate whose key is not held here; give the key, or tell the "
                "sender which certificate is ours now");
}

Decrypted decrypt(const xmlNode* data, const xmlNode* beside, const DecryptionKeys& keys,
                  const std::set<std::string>& legacy, const xml::Limits& limits) {
  if (xml::attribute(data, "", "Type") != names::xenc_element) malformed("EncryptedData holds no element");
  const EncryptionAlgorithm* algorithm =
      encryption_algorithm(xml::attribute(only(data, names::xenc, "EncryptionMethod"), "", "Algorithm"));
  if (algorithm == nullptr) unknown_method();
  if (algorithm->legacy && !legacy.contains(std::string(algorithm->uri)) && !skipped("decryption-method"))
    unknown_method();
  const xmlNode* wrapped = encrypted_key(data, beside);
  const Oaep oaep = oaep_of(only(wrapped, names::xenc, "EncryptionMethod"), legacy);
  const std::string wrapped_octets = cipher_octets(wrapped);
  const std::string octets = cipher_octets(data);
  EVP_PKEY* ours = keys.find(at_most_one(wrapped, names::ds, "KeyInfo"));

  // A key that does not open is one that nobody knows: from here on all goes the same way.
  Secret key(algorithm->key_octets);
  if (RAND_bytes(key.data(), static_cast<int>(algorithm->key_octets)) != 1)
    throw Error(Code::transient, "no random numbers to decrypt with");
  const bool unwrapped = unwrap(ours, oaep, wrapped_octets, key);
  Plain plain = open(*algorithm, key, octets);
  try {
    Decrypted result{.bytes = std::move(plain.octets), .document = {}};
    result.document = xml::parse(result.bytes, limits);
    if (unwrapped && plain.whole) return result;
  } catch (const xml::Malformed&) {
    // Said like everything else that the key decides.
  }
  refuse_unverified();
}

}  // namespace tilts::exchange
