#include "gateway/exchange/trust.h"

#include <map>
#include <mutex>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "gateway/exchange/distinguished_name.h"
#include "gateway/exchange/refusal.h"

namespace tilts::exchange {
namespace {

using Bio = Handle<BIO, BIO_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Crl = Handle<X509_CRL, X509_CRL_free>;
using Number = Handle<BIGNUM, BN_free>;
using Certificates = std::vector<Certificate>;
using Stack = Handle<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

// OpenSSL's security level 2: 112 bits, so no SHA-1 or MD5 signature in the path, RSA 2048 and P-224 at
// least.
constexpr int security_level = 2;
constexpr size_t cached_verdicts = 256;

// Reads every PEM object with `read`, until there is no more.
template <typename Object, auto free, typename Read>
std::vector<Handle<Object, free>> read_pem(BIO* bio, const std::string& file, Read read,
                                           std::string_view what) {
  std::vector<Handle<Object, free>> objects;
  while (Object* object = read(bio, nullptr, nullptr, nullptr)) objects.emplace_back(object);
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  // The reader ends every file with "no start line"; anything else is a damaged object.
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
    throw Error(Code::config, fmt::format("{}: is not {} in PEM", file, what));
  return objects;
}

template <typename Object, auto free, typename Read>
std::vector<Handle<Object, free>> read_pem_file(const std::string& file, Read read, std::string_view what) {
  ERR_clear_error();
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  if (!bio) throw Error(Code::config, fmt::format("{}: cannot be read; check the path and its rights", file));
  auto objects = read_pem<Object, free>(bio.get(), file, read, what);
  if (objects.empty()) throw Error(Code::config, fmt::format("{}: is not {} in PEM", file, what));
  return objects;
}

template <typename Object, auto free, typename Read>
std::vector<Handle<Object, free>> read_pem_text(const std::string& text, const std::string& origin, Read read,
                                                std::string_view what) {
  ERR_clear_error();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw Error(Code::transient, "no memory for a certificate");
  return read_pem<Object, free>(bio.get(), origin, read, what);
}

Certificates read_certificates(const std::vector<std::string>& files) {
  Certificates all;
  for (const std::string& file : files)
    for (Certificate& certificate : read_pem_file<X509, X509_free>(file, PEM_read_bio_X509, "a certificate"))
      all.push_back(std::move(certificate));
  return all;
}

std::string to_der(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(certificate, &bytes);
  if (length < 0) throw Error(Code::transient, "a certificate cannot be encoded");
  std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(length));
  OPENSSL_free(bytes);
  return der;
}

Certificate from_der(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != reinterpret_cast<const unsigned char*>(der.data()) + der.size()) {
    ERR_clear_error();
    throw Refusal("key-reference", "the certificate in the message cannot be read");
  }
  return certificate;
}

std::string digest(const X509* certificate, const EVP_MD* kind) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (X509_digest(certificate, kind, bytes, &length) != 1)
    throw Error(Code::transient, "a certificate cannot be hashed");
  return std::string(reinterpret_cast<char*>(bytes), length);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string subject(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(length));
}

// OpenSSL takes the process' time_t; the verdict is for the clock that was passed in.
time_t seconds(Time time) { return std::chrono::system_clock::to_time_t(time); }

Time to_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return Time::min();
  return Time{std::chrono::seconds{timegm(&parts)}};
}

}  // namespace

struct Trust::Implementation {
  // Accepted until the first certificate or CRL of its path runs out. Refusals are not kept: an attacker
  // would choose them.
  struct Verdict {
    std::shared_ptr<const Signer> signer;
    Time from;
    Time until;
  };

  Certificates anchors;
  Certificates pinned;
  Certificates certificates;
  std::vector<Crl> crls;
  Store store;
  mutable std::mutex mutex;
  mutable std::map<std::pair<std::string, bool>, Verdict> verdicts;

  const X509* find(const std::function<bool(const X509*)>& fits) const {
    const X509* found = nullptr;
    for (const Certificates* some : {&certificates, &pinned, &anchors})
      for (const Certificate& certificate : *some) {
        if (!fits(certificate.get())) continue;
        if (found != nullptr && X509_cmp(found, certificate.get()) != 0) return nullptr;
        found = certificate.get();
      }
    return found;
  }

  bool is_pinned(const X509* certificate) const {
    for (const Certificate& pin : pinned)
      if (X509_cmp(pin.get(), certificate) == 0) return true;
    return false;
  }

  void fill_store();
  Verdict judge_pinned(const X509* certificate, std::shared_ptr<const Signer> signer, Time now) const;
  Verdict judge_path(X509* certificate, const Certificates& beside, std::shared_ptr<const Signer> signer,
                     Time now, bool revocation) const;
};

Trust::Trust(const TrustFiles& files) : implementation_(std::make_unique<Implementation>()) {
  Implementation& trust = *implementation_;
  trust.anchors = read_certificates(files.anchors);
  trust.pinned = read_certificates(files.pinned);
  trust.certificates = read_certificates(files.certificates);
  for (const std::string& file : files.crls)
    for (Crl& crl : read_pem_file<X509_CRL, X509_CRL_free>(file, PEM_read_bio_X509_CRL, "a revocation list"))
      trust.crls.push_back(std::move(crl));
  trust.fill_store();
}

Trust::Trust(const TrustTexts& texts, const std::string& origin)
    : implementation_(std::make_unique<Implementation>()) {
  Implementation& trust = *implementation_;
  const auto certificates = [&origin](const std::string& text) {
    return read_pem_text<X509, X509_free>(text, origin, PEM_read_bio_X509, "a certificate");
  };
  trust.anchors = certificates(texts.anchors);
  trust.pinned = certificates(texts.pinned);
  trust.certificates = certificates(texts.certificates);
  trust.crls =
      read_pem_text<X509_CRL, X509_CRL_free>(texts.crls, origin, PEM_read_bio_X509_CRL, "a revocation list");
  trust.fill_store();
}

void Trust::Implementation::fill_store() {
  store.reset(X509_STORE_new());
  if (!store) throw Error(Code::transient, "no memory for the trust store");
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.get());
  for (const Crl& crl : crls) X509_STORE_add_crl(store.get(), crl.get());
}

std::string Trust::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  bool written = bio != nullptr;
  for (const Certificates* some :
       {&implementation_->anchors, &implementation_->pinned, &implementation_->certificates})
    for (const Certificate& one : *some) written = written && PEM_write_bio_X509(bio.get(), one.get()) == 1;
  for (const Crl& one : implementation_->crls)
    written = written && PEM_write_bio_X509_CRL(bio.get(), one.get()) == 1;
  if (!written) throw Error(Code::transient, "no memory for the trust files");
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(length));
}

Trust::~Trust() = default;

std::shared_ptr<const Signer> Trust::describe(const CertificatePath& path) {
  const Certificate certificate = from_der(path.der.at(0));
  auto signer = std::make_shared<Signer>();
  signer->key.reset(X509_get_pubkey(certificate.get()));
  if (!signer->key) {
    ERR_clear_error();
    throw Refusal("key-reference", "the key of the certificate in the message cannot be read");
  }
  signer->subject = subject(certificate.get());
  signer->sha256 = hex(digest(certificate.get(), EVP_sha256()));
  signer->key_usage = X509_get_key_usage(certificate.get());
  signer->certificate = path.der.front();
  return signer;
}

std::shared_ptr<const Signer> Trust::judge(const CertificatePath& path, Time now, bool revocation) const {
  std::string all;
  for (const std::string& der : path.der) all += der;
  const std::pair key{std::move(all), revocation};
  {
    const std::lock_guard lock(implementation_->mutex);
    const auto known = implementation_->verdicts.find(key);
    if (known != implementation_->verdicts.end() && now >= known->second.from && now < known->second.until)
      return known->second.signer;
  }
  auto signer = describe(path);
  const Certificate certificate = from_der(path.der.at(0));
  Certificates beside;
  for (size_t i = 1; i < path.der.size(); ++i) beside.push_back(from_der(path.der[i]));
  // A pinned certificate needs no path, unless the profile wants to know that nobody revoked it.
  Implementation::Verdict verdict =
      implementation_->is_pinned(certificate.get()) && !revocation
          ? implementation_->judge_pinned(certificate.get(), signer, now)
          : implementation_->judge_path(certificate.get(), beside, signer, now, revocation);
  const std::lock_guard lock(implementation_->mutex);
  if (implementation_->verdicts.size() >= cached_verdicts) implementation_->verdicts.clear();
  implementation_->verdicts.insert_or_assign(key, verdict);
  return verdict.signer;
}

Trust::Implementation::Verdict Trust::Implementation::judge_pinned(const X509* certificate,
                                                                   std::shared_ptr<const Signer> signer,
                                                                   Time now) const {
  const Verdict verdict{std::move(signer), to_time(X509_get0_notBefore(certificate)),
                        to_time(X509_get0_notAfter(certificate))};
  if (now < verdict.from || now >= verdict.until)
    throw Refusal("signer-trusted", "the pinned certificate of the signer is not valid at this time");
  return verdict;
}

Trust::Implementation::Verdict Trust::Implementation::judge_path(X509* certificate,
                                                                 const Certificates& beside,
                                                                 std::shared_ptr<const Signer> signer,
                                                                 Time now, bool revocation) const {
  if (anchors.empty())
    throw Refusal(
        "signer-trusted",
        "no trust anchor is configured that could vouch for the signer; nobody is trusted by default");
  const StoreContext context(X509_STORE_CTX_new());
  const Stack untrusted(sk_X509_new_null());
  if (!context || !untrusted) throw Error(Code::transient, "no memory for a certificate path");
  for (const Certificates* some : {&beside, &certificates})
    for (const Certificate& each : *some) sk_X509_push(untrusted.get(), each.get());
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate, untrusted.get()) != 1)
    throw Error(Code::transient, "no memory for a certificate path");
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  // A configured anchor is the operator's word, self-signed or not.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (revocation) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_time(parameters, seconds(now));
  if (X509_verify_cert(context.get()) != 1) {
    const int error = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    throw Refusal("signer-trusted",
                  fmt::format("the signer's certificate has no valid path to a trust anchor ({})",
                              X509_verify_cert_error_string(error)));
  }
  Verdict verdict{std::move(signer), Time::min(), Time::max()};
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* each = sk_X509_value(chain, i);
    // OpenSSL takes keyUsage keyCertSign alone for a CA; RFC 5280 6.1.4 (k) wants basicConstraints.
    if (i > 0 && X509_check_ca(each) != 1)
      throw Refusal("signer-trusted",
                    "a certificate in the signer's path is not a CA by its basicConstraints");
    verdict.from = std::max(verdict.from, to_time(X509_get0_notBefore(each)));
    verdict.until = std::min(verdict.until, to_time(X509_get0_notAfter(each)));
  }
  if (revocation)
    for (const Crl& crl : crls) {
      // Every list bounds the verdict, also those of other issuers: simple, and never too long.
      const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl.get());
      if (next == nullptr)
        throw Refusal("signer-trusted", "a revocation list does not say when the next one comes");
      if (to_time(next) > now) verdict.until = std::min(verdict.until, to_time(next));
    }
  return verdict;
}

std::string Trust::by_issuer_serial(std::string_view issuer, std::string_view serial) const {
  BIGNUM* raw = nullptr;
  const std::string digits(serial);
  const int read = BN_dec2bn(&raw, digits.c_str());
  const Number wanted(raw);
  if (read == 0 || static_cast<size_t>(read) != digits.size()) return {};
  const X509* found = implementation_->find([&](const X509* certificate) {
    const Number number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    return number && BN_cmp(number.get(), wanted.get()) == 0 &&
           names_same(issuer, X509_get_issuer_name(certificate));
  });
  return found == nullptr ? std::string() : to_der(found);
}

std::string Trust::by_key_identifier(std::string_view octets) const {
  const X509* found = implementation_->find([&](const X509* certificate) {
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(const_cast<X509*>(certificate));
    return id != nullptr && std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(id)),
                                             static_cast<size_t>(ASN1_STRING_length(id))) == octets;
  });
  return found == nullptr ? std::string() : to_der(found);
}

std::string Trust::by_thumbprint_sha1(std::string_view octets) const {
  const X509* found = implementation_->find(
      [&](const X509* certificate) { return digest(certificate, EVP_sha1()) == octets; });
  return found == nullptr ? std::string() : to_der(found);
}

std::string Trust::by_public_key(const EVP_PKEY* key) const {
  const X509* found = implementation_->find(
      [&](const X509* certificate) { return EVP_PKEY_eq(X509_get0_pubkey(certificate), key) == 1; });
  return found == nullptr ? std::string() : to_der(found);
}

std::string Trust::only_pinned() const {
  return implementation_->pinned.size() == 1 ? to_der(implementation_->pinned.front().get()) : std::string();
}

}  // namespace tilts::exchange
