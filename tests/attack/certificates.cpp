#include "tests/attack/certificates.h"

#include <atomic>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace tilts::attack {
namespace {

using Bio = Handle<BIO, BIO_free>;
using Crl = Handle<X509_CRL, X509_CRL_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;

void need(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

std::string content(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<size_t>(length));
}

// What an extension may name as a directory name: "dirName:latvia".
constexpr std::string_view sections = "[latvia]\nC=LV\n[estonia]\nC=EE\n";

void extend(X509* certificate, const X509* issuer, const std::string& name, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
  const Bio text(BIO_new_mem_buf(sections.data(), static_cast<int>(sections.size())));
  const Handle<CONF, NCONF_free> names(NCONF_new(nullptr));
  need(NCONF_load_bio(names.get(), text.get(), nullptr) == 1, "sections");
  X509V3_set_nconf(&context, names.get());
  const Extension extension(X509V3_EXT_nconf(names.get(), &context, name.c_str(), value.c_str()));
  need(extension != nullptr, name.c_str());
  X509_add_ext(certificate, extension.get(), -1);
}

}  // namespace

Key rsa_key(unsigned bits) { return Key(EVP_RSA_gen(bits)); }
Key ec_key(const char* curve) { return Key(EVP_EC_gen(curve)); }

X509Handle make(const Wish& wish, EVP_PKEY* key) {
  static std::atomic<long> serial{1000};
  X509Handle certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  time_t base = now;
  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), static_cast<int>(wish.days_from), 0, &base);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), static_cast<int>(wish.days_until), 0, &base);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "C", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("LV"), -1,
                             -1, 0);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);
  const X509* issuer = wish.issuer == nullptr ? certificate.get() : wish.issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  X509_set_pubkey(certificate.get(), key);
  if (!wish.basic_constraints.empty())
    extend(certificate.get(), issuer, "basicConstraints", wish.basic_constraints);
  if (!wish.key_usage.empty()) extend(certificate.get(), issuer, "keyUsage", wish.key_usage);
  extend(certificate.get(), issuer, "subjectKeyIdentifier", "hash");
  for (const std::string& more : wish.more) {
    const size_t equals = more.find('=');
    extend(certificate.get(), issuer, more.substr(0, equals), more.substr(equals + 1));
  }
  need(X509_sign(certificate.get(), wish.issuer_key == nullptr ? key : wish.issuer_key, wish.digest) > 0,
       "sign");
  return certificate;
}

std::string make_crl(const X509* issuer, EVP_PKEY* issuer_key, const std::vector<const X509*>& revoked,
                     long days_until) {
  const Crl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer));
  time_t base = now;
  const Handle<ASN1_TIME, ASN1_TIME_free> from(X509_time_adj_ex(nullptr, -10, 0, &base));
  const Handle<ASN1_TIME, ASN1_TIME_free> until(
      X509_time_adj_ex(nullptr, static_cast<int>(days_until), 0, &base));
  X509_CRL_set1_lastUpdate(crl.get(), from.get());
  X509_CRL_set1_nextUpdate(crl.get(), until.get());
  for (const X509* certificate : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(certificate)));
    X509_REVOKED_set_revocationDate(entry, from.get());
    X509_CRL_add0_revoked(crl.get(), entry);
  }
  need(X509_CRL_sign(crl.get(), issuer_key, EVP_sha256()) > 0, "sign the list");
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(bio.get(), crl.get());
  return content(bio.get());
}

std::string pem(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return content(bio.get());
}

std::string pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return content(bio.get());
}

std::string der(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  i2d_X509_bio(bio.get(), certificate);
  return content(bio.get());
}

}  // namespace tilts::attack
