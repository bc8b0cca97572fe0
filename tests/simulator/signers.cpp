#include "tests/simulator/signers.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include <openssl/x509v3.h>
#include <xmlsec/openssl/evp.h>

namespace tilts::simulator {
namespace {

constexpr std::size_t most_known = 1'000;  // a stranger with many certificates fills no memory

std::string der_of(const std::string& token) {
  std::string text;
  std::copy_if(token.begin(), token.end(), std::back_inserter(text), [](char c) { return c > ' '; });
  std::string der(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("BinarySecurityToken is not base64");
  return der;  // padding leaves zero octets behind, which the decoder does not reach
}

Clock::Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) throw std::runtime_error("the certificate's dates cannot be read");
  return Clock::Time(std::chrono::seconds(timegm(&parts)));
}

void set_time(X509_STORE_CTX* context, Clock::Time now) {
  X509_STORE_CTX_set_time(context, 0, std::chrono::system_clock::to_time_t(now));
}

// The signature is read by xmlsec, which would take a short key.
void demand_strength(EVP_PKEY* key) {
  const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
  if (!rsa && EVP_PKEY_is_a(key, "EC") != 1)
    throw std::runtime_error("the signer's key is neither RSA nor EC");
  if (EVP_PKEY_get_bits(key) < (rsa ? 2048 : 256)) throw std::runtime_error("the signer's key is too short");
}

}  // namespace

Signers::Signers(const std::vector<std::string>& anchor_files) : anchors_(X509_STORE_new()) {
  if (anchor_files.empty()) throw std::runtime_error("no anchor: nobody could be trusted");
  for (const std::string& file : anchor_files)
    X509_STORE_add_cert(anchors_.get(), read_certificate(file).get());
}

std::shared_ptr<const Signer> Signers::find(const std::string& token, Clock::Time now) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(token);
    if (found != known_.end() && found->second->from <= now && now <= found->second->to) return found->second;
  }
  std::shared_ptr<const Signer> signer = build(token, now);
  const std::lock_guard lock(mutex_);
  if (known_.size() >= most_known) known_.clear();
  known_[token] = signer;
  return signer;
}

std::shared_ptr<const Signer> Signers::build(const std::string& token, Clock::Time now) const {
  const std::string der = der_of(token);
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const Certificate certificate(d2i_X509(nullptr, &begin, static_cast<long>(der.size())));
  if (!certificate) throw std::runtime_error("BinarySecurityToken is not a certificate");

  const Handle<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), anchors_.get(), certificate.get(), nullptr);
  set_time(context.get(), now);
  if (X509_verify_cert(context.get()) != 1)
    throw std::runtime_error(std::string("the signer's certificate leads to no anchor: ") +
                             X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  if ((X509_get_key_usage(certificate.get()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
    throw std::runtime_error("the signer's certificate is not for signatures");

  auto signer = std::make_shared<Signer>();
  signer->id = sha256(der);
  signer->from = Clock::Time::min();
  signer->to = Clock::Time::max();
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
  for (int place = 0; place < sk_X509_num(chain); ++place) {
    const X509* link = sk_X509_value(chain, place);
    signer->from = std::max(signer->from, time_of(X509_get0_notBefore(link)));
    signer->to = std::min(signer->to, time_of(X509_get0_notAfter(link)));
  }

  Key key(X509_get_pubkey(certificate.get()));
  if (!key) throw std::runtime_error("the signer's key cannot be read");
  demand_strength(key.get());
  Handle<xmlSecKeyData, xmlSecKeyDataDestroy> data(xmlSecOpenSSLEvpKeyAdopt(key.get()));
  if (!data) throw std::runtime_error("xmlsec does not take the signer's key");
  (void)key.release();  // adopted
  signer->key.reset(xmlSecKeyCreate());
  if (!signer->key || xmlSecKeySetValue(signer->key.get(), data.get()) != 0)
    throw std::runtime_error("xmlsec does not take the signer's key");
  (void)data.release();  // adopted
  return signer;
}

bool Signers::tls_path_holds(X509_STORE_CTX* context, Clock::Time now) {
  set_time(context, now);
  return X509_verify_cert(context) == 1;
}

}  // namespace tilts::simulator
