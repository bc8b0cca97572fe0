#include "tests/simulator/assertion.h"

#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t key_octets = 32;
constexpr std::size_t block_octets = 16;

using File = Handle<std::FILE, std::fclose>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* octets(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void demand(bool holds) {
  if (!holds) throw std::runtime_error("the assertion cannot be decrypted");
}

std::string fresh(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(octets(bytes), static_cast<int>(size)) != 1) throw std::runtime_error("no random numbers");
  return bytes;
}

KeyContext oaep(EVP_PKEY* key, int (*start)(EVP_PKEY_CTX*)) {
  KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  demand(context && start(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1);
  return context;  // OAEP's own default is SHA-1 and MGF1 with SHA-1
}

// XML encryption, 5.2: the last octet says how much was added, the initialisation vector stands first.
std::string aes_cbc(const std::string& key, const std::string& text) {
  const std::string vector = fresh(block_octets);
  std::string cipher(text.size() + block_octets, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0, rest = 0;
  if (!context ||
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, octets(key), octets(vector)) != 1 ||
      EVP_EncryptUpdate(context.get(), octets(cipher), &size, octets(text), static_cast<int>(text.size())) !=
          1 ||
      EVP_EncryptFinal_ex(context.get(), octets(cipher) + size, &rest) != 1)
    throw std::runtime_error("OpenSSL encrypts nothing");
  cipher.resize(static_cast<std::size_t>(size + rest));
  return vector + cipher;
}

std::string conditions(const Assertion& assertion) {
  std::string xml =
      fmt::format(R"(<saml:Conditions NotBefore="{}" NotOnOrAfter="{}"><saml:AudienceRestriction>)",
                  utc(assertion.from), utc(assertion.to));
  append_element(xml, "saml:Audience", assertion.audience);
  return xml + "</saml:AudienceRestriction></saml:Conditions>";
}

std::string confirmation(const Assertion& assertion) {
  const bool holder = !assertion.certificate.empty();
  std::string xml = fmt::format(
      R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{}"><saml:SubjectConfirmationData)",
      holder ? "holder-of-key" : "bearer");
  if (holder)
    xml += fmt::format(
        R"(><ds:KeyInfo xmlns:ds="{}"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>)",
        signature_namespace, assertion.certificate);
  else
    xml += fmt::format(R"( NotOnOrAfter="{}">)", utc(assertion.to));
  return xml + "</saml:SubjectConfirmationData></saml:SubjectConfirmation>";
}

// Between Issuer and Subject, where the schema wants it.
std::string enveloped_signature(const std::string& id, const std::string& canonical, const SigningKey& key) {
  const std::string info = fmt::format(
      R"(><ds:CanonicalizationMethod Algorithm="{}"></ds:CanonicalizationMethod>)"
      R"(<ds:SignatureMethod Algorithm="{}"></ds:SignatureMethod><ds:Reference URI="#{}"><ds:Transforms>)"
      R"(<ds:Transform Algorithm="{}"></ds:Transform><ds:Transform Algorithm="{}"></ds:Transform></ds:Transforms>)"
      R"(<ds:DigestMethod Algorithm="{}"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>)",
      exclusive_c14n, key.algorithm(), id, enveloped_transform, exclusive_c14n, sha256_digest,
      base64(sha256(canonical)));
  // What is signed stands alone and declares its prefix; inside Signature that is said already.
  const std::string alone = fmt::format(R"(<ds:SignedInfo xmlns:ds="{}"{})", signature_namespace, info);
  return fmt::format(
      R"(<ds:Signature xmlns:ds="{}"><ds:SignedInfo{}<ds:SignatureValue>{}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>)"
      "<ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
      signature_namespace, info, key.sign(alone), key.certificate());
}

}  // namespace

std::string write_assertion(const Assertion& assertion, const SigningKey& key) {
  std::string head = fmt::format(
      R"(<saml:Assertion xmlns:saml="{}" ID="{}" IssueInstant="{}" Version="2.0"><saml:Issuer>{}</saml:Issuer>)",
      saml_namespace, assertion.id, utc(assertion.from), token_issuer);
  std::string rest = "<saml:Subject>";
  append_element(rest, "saml:NameID", assertion.subject);
  rest += confirmation(assertion) + "</saml:Subject>" + conditions(assertion) + "</saml:Assertion>";
  return head + enveloped_signature(assertion.id, head + rest, key) + rest;
}

std::string encrypt_assertion(const std::string& assertion, const std::string& recipient) {
  const Certificate certificate = read_certificate(recipient);
  const Key public_key(X509_get_pubkey(certificate.get()));
  const std::string key = fresh(key_octets);
  const KeyContext context = oaep(public_key.get(), EVP_PKEY_encrypt_init);
  std::size_t size = 0;
  std::string carried;
  if (EVP_PKEY_encrypt(context.get(), nullptr, &size, octets(key), key.size()) == 1) carried.resize(size);
  if (carried.empty() ||
      EVP_PKEY_encrypt(context.get(), octets(carried), &size, octets(key), key.size()) != 1)
    throw std::runtime_error("no key can be carried to " + recipient);
  carried.resize(size);
  return fmt::format(
      R"(<saml:EncryptedAssertion xmlns:saml="{0}"><xenc:EncryptedData xmlns:xenc="{1}" Type="{1}Element">)"
      R"(<xenc:EncryptionMethod Algorithm="{1}aes256-cbc"></xenc:EncryptionMethod><ds:KeyInfo xmlns:ds="{2}">)"
      R"(<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{1}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="{2}sha1">)"
      R"(</ds:DigestMethod></xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{3}</xenc:CipherValue>)"
      R"(</xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{4}</xenc:CipherValue>)"
      R"(</xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>)",
      saml_namespace, encryption_namespace, signature_namespace, base64(carried),
      base64(aes_cbc(key, assertion)));
}

std::string decrypt(const std::string& encrypted_key, const std::string& encrypted_data,
                    const std::string& key_file) {
  const File file(std::fopen(key_file.c_str(), "r"));
  const Key private_key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
  demand(private_key != nullptr);
  const KeyContext key_context = oaep(private_key.get(), EVP_PKEY_decrypt_init);
  std::string key(static_cast<std::size_t>(EVP_PKEY_get_size(private_key.get())), '\0');
  std::size_t key_size = key.size();
  demand(EVP_PKEY_decrypt(key_context.get(), octets(key), &key_size, octets(encrypted_key),
                          encrypted_key.size()) == 1 &&
         key_size == key_octets);
  demand(encrypted_data.size() >= 2 * block_octets && encrypted_data.size() % block_octets == 0);
  const std::string cipher = encrypted_data.substr(block_octets);
  std::string text(cipher.size(), '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  demand(context &&
         EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, octets(key), octets(encrypted_data)) ==
             1 &&
         EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
         EVP_DecryptUpdate(context.get(), octets(text), &size, octets(cipher),
                           static_cast<int>(cipher.size())) == 1);
  const auto added = static_cast<unsigned char>(text.back());
  demand(added >= 1 && added <= block_octets);
  text.resize(text.size() - added);
  return text;
}

}  // namespace tilts::simulator
