#include "tests/simulator/crypto.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace tilts::simulator {
namespace {

using File = Handle<std::FILE, std::fclose>;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void demand(bool done, const std::string& what) {
  if (!done) throw std::runtime_error(what);
}

File open(const std::string& file) {
  File stream(std::fopen(file.c_str(), "r"));
  demand(stream != nullptr, file + " cannot be opened");
  return stream;
}

Key read_key(const std::string& file) {
  Key key(PEM_read_PrivateKey(open(file).get(), nullptr, nullptr, nullptr));
  demand(key != nullptr, file + " holds no private key in PEM");
  return key;
}

std::string der(const X509* certificate) {
  std::string bytes(static_cast<std::size_t>(i2d_X509(certificate, nullptr)), '\0');
  unsigned char* end = octets(bytes);
  i2d_X509(certificate, &end);
  return bytes;
}

// XML-DSig wants r and s side by side, OpenSSL makes a DER sequence.
std::string raw_signature(std::string_view sequence, std::size_t half) {
  const unsigned char* begin = octets(sequence);
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(
      d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(sequence.size())));
  demand(pair != nullptr, "OpenSSL's ECDSA signature is none");
  std::string raw(2 * half, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), octets(raw), static_cast<int>(half));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), octets(raw) + half, static_cast<int>(half));
  return raw;
}

struct NamedHash {
  const char* word;
  const char* digest;
  const EVP_MD* (*function)();
};

// In the order of Hash.
constexpr std::array<NamedHash, 4> hashes{
    {{"sha1", "http://www.w3.org/2000/09/xmldsig#sha1", EVP_sha1},
     {"sha256", "http://www.w3.org/2001/04/xmlenc#sha256", EVP_sha256},
     {"sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384", EVP_sha384},
     {"sha512", "http://www.w3.org/2001/04/xmlenc#sha512", EVP_sha512}}};

const NamedHash& entry(Hash hash) { return hashes.at(static_cast<std::size_t>(hash)); }

template <typename Matches>
Hash find_hash(const std::string& said, Matches matches) {
  for (std::size_t place = 0; place < hashes.size(); ++place)
    if (matches(hashes.at(place))) return static_cast<Hash>(place);
  throw std::runtime_error(said + " is no hash that is known here");
}

}  // namespace

Hash hash_named(const std::string& word) {
  return find_hash(word, [&](const NamedHash& named) { return word == named.word; });
}

Hash hash_of_uri(const std::string& uri) {
  return find_hash(uri, [&](const NamedHash& named) { return uri == named.digest; });
}

const char* word_of(Hash hash) { return entry(hash).word; }

const char* digest_uri(Hash hash) { return entry(hash).digest; }

Digest::Digest(Hash hash) : context_(EVP_MD_CTX_new()) {
  demand(EVP_DigestInit_ex(context_.get(), entry(hash).function(), nullptr) == 1, "OpenSSL hashes nothing");
}

void Digest::add(std::string_view bytes) {
  demand(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "OpenSSL hashes nothing");
}

void Digest::add_base64(std::string_view bytes) {
  constexpr std::size_t piece = 3 << 14;  // of whole groups of three octets
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    add(base64(bytes.substr(0, piece)));
}

std::string Digest::finish() {
  std::string octets_of_it(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  demand(EVP_DigestFinal_ex(context_.get(), octets(octets_of_it), &size) == 1, "OpenSSL hashes nothing");
  octets_of_it.resize(size);
  return octets_of_it;
}

std::string digest(Hash hash, std::string_view bytes) {
  Digest whole(hash);
  whole.add(bytes);
  return whole.finish();
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::erase_if(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  const std::size_t digits = text.find_last_not_of('=') + 1, padding = text.size() - digits;
  if (text.size() % 4 != 0 || padding > 2 ||
      std::string_view(text).substr(0, digits).find_first_not_of(alphabet) != std::string_view::npos)
    return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(octets(bytes), octets(text), static_cast<int>(text.size())) < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string hex(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

std::string sha256(std::string_view bytes) { return digest(Hash::sha256, bytes); }

std::string uuid() {
  std::array<unsigned char, 16> bytes{};
  demand(RAND_bytes(bytes.data(), bytes.size()) == 1, "OpenSSL has no random numbers");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t place = 0; place < bytes.size(); ++place)
    text += fmt::format("{}{:02x}", place == 4 || place == 6 || place == 8 || place == 10 ? "-" : "",
                        bytes[place]);
  return text;
}

Certificate read_certificate(const std::string& file) {
  Certificate certificate(PEM_read_X509(open(file).get(), nullptr, nullptr, nullptr));
  demand(certificate != nullptr, file + " holds no certificate in PEM");
  return certificate;
}

SigningKey::SigningKey(const std::string& certificate_file, const std::string& key_file)
    : SigningKey(read_key(key_file), read_certificate(certificate_file)) {}

SigningKey::SigningKey(Key key, const Certificate& certificate)
    : key_(std::move(key)), certificate_(base64(der(certificate.get()))) {
  demand(X509_check_private_key(certificate.get(), key_.get()) == 1,
         "the signing key and its certificate do not belong together");
  if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
    algorithm_ = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  } else {
    demand(EVP_PKEY_is_a(key_.get(), "EC") == 1, "the signing key is neither RSA nor EC");
    algorithm_ = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    half_ = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8;
  }
}

SigningKey SigningKey::stranger() {
  Key key(EVP_RSA_gen(2048));
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 30 * 86'400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, octets("Stranger"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0, "OpenSSL signed no certificate");
  return {std::move(key), certificate};
}

std::string SigningKey::algorithm(Hash hash) const {
  return fmt::format("http://www.w3.org/{}#{}-{}",
                     hash == Hash::sha1 && half_ == 0 ? "2000/09/xmldsig" : "2001/04/xmldsig-more",
                     half_ == 0 ? "rsa" : "ecdsa", entry(hash).word);
}

std::string SigningKey::sign(std::string_view bytes, Hash hash) const {
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  std::string value(size, '\0');
  demand(EVP_DigestSignInit(context.get(), nullptr, entry(hash).function(), nullptr, key_.get()) == 1 &&
             EVP_DigestSign(context.get(), octets(value), &size, octets(bytes), bytes.size()) == 1,
         "OpenSSL signed nothing");
  value.resize(size);
  return base64(half_ == 0 ? value : raw_signature(value, half_));
}

}  // namespace tilts::simulator
