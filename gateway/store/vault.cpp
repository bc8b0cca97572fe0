#include "gateway/store/vault.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"

namespace tilts::store {
namespace {

using Cipher = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Digest = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using PrivateKey = Handle<EVP_PKEY, EVP_PKEY_free>;
using PublicKey = Handle<EVP_PKEY, EVP_PKEY_free>;
using Derivation = Handle<EVP_KDF, EVP_KDF_free>;
using DerivationContext = Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using Memory = Handle<BIO, BIO_free_all>;

constexpr std::string_view kFirstWord = "tilts-master-key-1 ";
constexpr size_t kNonce = 12;  // NIST SP 800-38D, 8.2: 96 bits, random
constexpr size_t kTag = 16;

// A descriptor that closes itself.
struct File {
  explicit File(int opened) : number(opened) {}
  ~File() {
    if (number >= 0) close(number);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int number;
};

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }

// OpenSSL refuses only what cannot happen with a working library: an installation to be mended.
void demand(bool worked, const char* what) {
  if (!worked)
    throw Error(Code::config,
                fmt::format("store: the OpenSSL library cannot {}; mend the installation", what));
}

Key derive(std::string_view master, std::string purpose) {
  Key key;
  Derivation kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  DerivationContext context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  char digest[] = "SHA256";
  std::string secret(master);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, purpose.data(), purpose.size()),
      OSSL_PARAM_construct_end()};
  demand(context && EVP_KDF_derive(context.get(), key.data(), key.size(), parameters) == 1, "derive a key");
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

std::string read_master_key(const std::filesystem::path& path) {
  const std::string place = fmt::format("store: master key {}", path.string());
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0)
    throw Error(Code::config,
                errno == ENOENT
                    ? place + " is not there; put your copy of it there (a new installation: `tilts init`)"
                    : fmt::format("{}: {}; give it to the user Tilts runs as", place, std::strerror(errno)));
  struct stat status {};
  if (fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode))
    throw Error(Code::config, place + ": not a file; name the file that `tilts init` made");
  if ((status.st_mode & 077) != 0)
    throw Error(Code::config, place + ": others may read it; run `chmod 600` on it and ask who did");
  std::string text(kFirstWord.size() + 64 + 2, '\0');
  const ssize_t got = read(file.number, text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<size_t>(got));
  std::string key(32, '\0');
  size_t bytes = 0;
  const bool good =
      text.size() == kFirstWord.size() + 65 && text.starts_with(kFirstWord) && text.back() == '\n' &&
      OPENSSL_hexstr2buf_ex(raw(key), key.size(), &bytes, text.substr(kFirstWord.size(), 64).c_str(), '\0') ==
          1 &&
      bytes == 32;
  OPENSSL_cleanse(text.data(), text.size());
  if (!good) throw Error(Code::config, place + ": not a master key; restore it from its own backup");
  return key;
}

PrivateKey ed25519(const Key& key) {
  PrivateKey made(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  demand(made != nullptr, "use Ed25519");
  return made;
}

}  // namespace

void Vault::create(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.number < 0)
    throw Error(Code::config,
                fmt::format("store: master key {}: {}; {}", path.string(), std::strerror(errno),
                            errno == EEXIST ? "it is kept as it is" : "choose a folder that can be written"));
  std::string key = random_bytes(32);
  std::string text = std::string(kFirstWord) + hex(key) + "\n";
  const bool written = ::write(file.number, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file.number) == 0;
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(text.data(), text.size());
  if (!written) {
    unlink(path.c_str());
    throw Error(
        Code::config,
        fmt::format("store: master key {}: cannot be written; look at the disk's free space", path.string()));
  }
}

Vault::Vault(const std::filesystem::path& file) {
  std::string master = read_master_key(file);
  hashing_ = derive(master, "tilts keyed hashes 1");
  sealing_ = derive(master, "tilts stored fields 1");
  wrapping_ = derive(master, "tilts wrapped keys 1");
  signing_ = derive(master, "tilts audit checkpoints 1");
  OPENSSL_cleanse(master.data(), master.size());
}

Vault::~Vault() {
  for (Key* key : {&hashing_, &sealing_, &wrapping_, &signing_}) OPENSSL_cleanse(key->data(), key->size());
}

std::string Vault::keyed_hash(std::string_view label, std::string_view text) const {
  std::string input(label);
  input.push_back('\0');
  input.append(text);
  unsigned char hash[32];
  unsigned int size = sizeof hash;
  demand(HMAC(EVP_sha256(), hashing_.data(), static_cast<int>(hashing_.size()), raw(input), input.size(),
              hash, &size) != nullptr,
         "compute an HMAC");
  return std::string(reinterpret_cast<const char*>(hash), 16);
}

std::string Vault::seal(std::string_view place, std::string_view plain) const {
  return seal(sealing_, place, plain);
}
std::string Vault::open(std::string_view place, std::string_view sealed) const {
  return open(sealing_, place, sealed);
}

Key Vault::new_key() {
  Key key;
  demand(RAND_priv_bytes(key.data(), static_cast<int>(key.size())) == 1, "give random bytes");
  return key;
}

std::string Vault::wrap(std::string_view place, const Key& key) const {
  return seal(wrapping_, place, std::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
}

Key Vault::unwrap(std::string_view place, std::string_view wrapped) const {
  std::string plain = open(wrapping_, place, wrapped);
  Key key;
  if (plain.size() != key.size()) throw Error(Code::bug, "store: a wrapped key has the wrong length");
  std::memcpy(key.data(), plain.data(), key.size());
  OPENSSL_cleanse(plain.data(), plain.size());
  return key;
}

std::string Vault::seal(const Key& key, std::string_view place, std::string_view plain) {
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  demand(RAND_bytes(raw(sealed), kNonce) == 1, "give random bytes");
  Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  unsigned char* text = raw(sealed) + kNonce;
  demand(cipher &&
             EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), raw(sealed)) == 1 &&
             EVP_EncryptUpdate(cipher.get(), nullptr, &size, raw(place), length(place)) == 1 &&
             EVP_EncryptUpdate(cipher.get(), text, &size, raw(plain), length(plain)) == 1 &&
             EVP_EncryptFinal_ex(cipher.get(), text + plain.size(), &size) == 1 &&
             EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, text + plain.size()) == 1,
         "encrypt with AES-256-GCM");
  return sealed;
}

std::string Vault::open(const Key& key, std::string_view place, std::string_view sealed) {
  bool good = sealed.size() >= kNonce + kTag;
  std::string plain(good ? sealed.size() - kNonce - kTag : 0, '\0');
  if (good) {
    std::string tag(sealed.substr(sealed.size() - kTag));
    Cipher cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    unsigned char none = 0;
    unsigned char* text = plain.empty() ? &none : raw(plain);
    good = cipher &&
           EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), raw(sealed)) == 1 &&
           EVP_DecryptUpdate(cipher.get(), nullptr, &size, raw(place), length(place)) == 1 &&
           EVP_DecryptUpdate(cipher.get(), text, &size, raw(sealed) + kNonce, length(plain)) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
           EVP_DecryptFinal_ex(cipher.get(), text + plain.size(), &size) == 1;
  }
  if (!good)
    throw Error(Code::bug,
                "store: a sealed value does not open: it was changed or moved, or the master key is another "
                "one; restore the store and its master key from the same day");
  return plain;
}

std::string Vault::sign(std::string_view text) const {
  const PrivateKey key = ed25519(signing_);
  Digest context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  demand(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
             EVP_DigestSign(context.get(), raw(signature), &size, raw(text), text.size()) == 1,
         "sign with Ed25519");
  return signature;
}

bool Vault::verify(std::string_view text, std::string_view signature) const {
  const PrivateKey key = ed25519(signing_);
  Digest context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
}

std::string Vault::public_key() const {
  const PrivateKey key = ed25519(signing_);
  Memory memory(BIO_new(BIO_s_mem()));
  demand(memory && PEM_write_bio_PUBKEY(memory.get(), key.get()) == 1, "write a public key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

std::string Vault::fingerprint() const { return hex(keyed_hash("fingerprint", "")); }

std::string sha256(std::string_view bytes) {
  std::string hash(32, '\0');
  demand(EVP_Digest(bytes.data(), bytes.size(), raw(hash), nullptr, EVP_sha256(), nullptr) == 1,
         "compute SHA-256");
  return hash;
}

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : bytes) {
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  size_t size = 0;
  if (bytes.empty() ||
      OPENSSL_hexstr2buf_ex(raw(bytes), bytes.size(), &size, std::string(text).c_str(), '\0') != 1 ||
      hex(bytes) != text)
    return "";
  return bytes;
}

bool signed_by(const std::string& public_key, std::string_view text, std::string_view signature) {
  const Memory memory(BIO_new_mem_buf(public_key.data(), length(public_key)));
  const PublicKey key(memory ? PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr) : nullptr);
  const Digest context(EVP_MD_CTX_new());
  const bool holds =
      key && context && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519 &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
  ERR_clear_error();
  return holds;
}

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  demand(RAND_bytes(raw(bytes), static_cast<int>(count)) == 1, "give random bytes");
  return bytes;
}

}  // namespace tilts::store
