#include "tests/attack/encrypted.h"

#include <stdexcept>

#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "gateway/base/handle.h"
#include "gateway/xml/base64.h"

namespace tilts::attack {
namespace {

using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

void need(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

const unsigned char* octets(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string random(size_t size) {
  std::string bytes(size, '\0');
  need(RAND_bytes(octets(bytes), static_cast<int>(size)) == 1, "no random numbers");
  return bytes;
}

const EVP_MD* hash(const std::string& uri) {
  return EVP_get_digestbyname(uri.empty() ? "sha1" : uri.substr(uri.rfind("sha")).c_str());
}

std::string wrapped(const std::string& key, EVP_PKEY* recipient, const Encryption& how) {
  const KeyContext context(EVP_PKEY_CTX_new(recipient, nullptr));
  need(EVP_PKEY_encrypt_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), hash(how.digest)) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash(how.mask)) == 1,
       "no OAEP");
  if (!how.label.empty())
    EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), OPENSSL_memdup(how.label.data(), how.label.size()),
                                     static_cast<int>(how.label.size()));
  std::string out(512, '\0');
  size_t size = out.size();
  need(EVP_PKEY_encrypt(context.get(), octets(out), &size, octets(key), key.size()) == 1, "no key transport");
  out.resize(size);
  return out;
}

std::string enciphered(std::string plain, std::string key, const Encryption& how) {
  const size_t at = how.cipher.rfind("#aes") + 4;
  const bool gcm = how.cipher.ends_with("gcm");
  const std::string name = "AES-" + how.cipher.substr(at, 3) + (gcm ? "-GCM" : "-CBC");
  const std::string nonce = random(gcm ? 12 : 16);
  if (!gcm) {
    const int padding = 16 - static_cast<int>(plain.size() % 16);
    plain.append(static_cast<size_t>(padding - 1), 'x');
    plain.push_back(static_cast<char>(how.padding < 0 ? padding : how.padding));
  }
  const CipherContext context(EVP_CIPHER_CTX_new());
  key.resize(std::stoul(how.cipher.substr(at, 3)) / 8, '\0');
  std::string out(plain.size() + 16, '\0');
  int size = 0;
  int rest = 0;
  need(EVP_EncryptInit_ex(context.get(), EVP_get_cipherbyname(name.c_str()), nullptr, octets(key),
                          octets(nonce)) == 1,
       "no cipher");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  need(EVP_EncryptUpdate(context.get(), octets(out), &size, octets(plain), static_cast<int>(plain.size())) ==
               1 &&
           EVP_EncryptFinal_ex(context.get(), octets(out) + size, &rest) == 1,
       "no cipher text");
  out.resize(static_cast<size_t>(size + rest));
  std::string tag(gcm ? 16 : 0, '\0');
  if (gcm) EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  return nonce + out + tag;
}

std::string value(const std::string& octets) {
  return "<x:CipherData><x:CipherValue>" + xml::base64_encode(octets) + "</x:CipherValue></x:CipherData>";
}

std::string algorithm(const std::string& element, const std::string& uri) {
  return uri.empty() ? "" : "<" + element + " Algorithm='" + uri + "'/>";
}

}  // namespace

std::string encrypted(const std::string& plain, EVP_PKEY* recipient, const Encryption& how) {
  const std::string key = random(how.key_octets);
  const std::string encrypted_key =
      "<x:EncryptedKey xmlns:x='http://www.w3.org/2001/04/xmlenc#'><x:EncryptionMethod Algorithm='" +
      how.transport + "'>" +
      (how.label.empty() ? "" : "<x:OAEPparams>" + xml::base64_encode(how.label) + "</x:OAEPparams>") +
      algorithm("ds:DigestMethod xmlns:ds='http://www.w3.org/2000/09/xmldsig#'", how.digest) +
      algorithm("m:MGF xmlns:m='http://www.w3.org/2009/xmlenc11#'", how.mask) + "</x:EncryptionMethod>" +
      (how.recipient.empty()
           ? ""
           : "<ds:KeyInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>" + how.recipient + "</ds:KeyInfo>") +
      value(wrapped(key, recipient, how)) + "</x:EncryptedKey>";
  return "<x:EncryptedData xmlns:x='http://www.w3.org/2001/04/xmlenc#' Id='" + how.id + "' Type='" +
         how.type + "'><x:EncryptionMethod Algorithm='" + how.cipher + "'/>" +
         (how.beside ? ""
                     : "<ds:KeyInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>" + encrypted_key +
                           "</ds:KeyInfo>") +
         value(enciphered(plain, key, how)) + "</x:EncryptedData>" + (how.beside ? encrypted_key : "");
}

}  // namespace tilts::attack
