#include "tests/support/simulator_pki.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "gateway/base/handle.h"

namespace tilts::support {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using File = Handle<std::FILE, std::fclose>;

constexpr long day = 86400;

// A certificate with its key, and whoever signed it.
struct Issued {
  Key key;
  Certificate certificate;
};

Key make_key(KeyKind kind) {
  Key key(kind == KeyKind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  if (!key) throw std::runtime_error("OpenSSL made no key");
  return key;
}

void extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
    throw std::runtime_error(std::string("OpenSSL took no extension ") + value);
}

// Valid from `from` to `to`, in seconds from now.
struct Wish {
  const char* common_name;
  KeyKind kind;
  long from = -day;
  long to = 30 * day;
  const char* key_usage = "critical,digitalSignature";
  const char* extended_usage = nullptr;
  const char* alternative_names = nullptr;
};

Issued issue(const Wish& wish, const Issued* authority) {
  static long serial = 1000;  // unique in the process is enough: every PKI has an authority of its own
  Issued made{make_key(wish.kind), Certificate(X509_new())};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.to);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name), -1, -1, 0);
  X509* issuer = authority != nullptr ? authority->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  extend(certificate, issuer, NID_basic_constraints, authority != nullptr ? "CA:FALSE" : "critical,CA:TRUE");
  extend(certificate, issuer, NID_subject_key_identifier, "hash");
  extend(certificate, issuer, NID_key_usage, wish.key_usage);
  if (authority != nullptr) extend(certificate, issuer, NID_authority_key_identifier, "keyid");
  if (wish.extended_usage != nullptr) extend(certificate, issuer, NID_ext_key_usage, wish.extended_usage);
  if (wish.alternative_names != nullptr)
    extend(certificate, issuer, NID_subject_alt_name, wish.alternative_names);
  EVP_PKEY* signer = authority != nullptr ? authority->key.get() : made.key.get();
  if (X509_sign(certificate, signer, EVP_sha256()) == 0) throw std::runtime_error("OpenSSL signed nothing");
  return made;
}

Issued authority(const char* common_name) {
  return issue({.common_name = common_name,
                .kind = KeyKind::ecdsa,
                .from = -800 * day,
                .to = 4000 * day,
                .key_usage = "critical,keyCertSign,cRLSign"},
               nullptr);
}

KeyFiles write(const std::filesystem::path& folder, const std::string& name, const Issued& issued) {
  const KeyFiles files{(folder / (name + ".pem")).string(), (folder / (name + ".key")).string()};
  const File certificate(std::fopen(files.certificate.c_str(), "w"));
  const File key(std::fopen(files.key.c_str(), "w"));
  if (!certificate || !key || PEM_write_X509(certificate.get(), issued.certificate.get()) != 1 ||
      PEM_write_PrivateKey(key.get(), issued.key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("cannot write " + files.certificate);
  std::filesystem::permissions(files.key, std::filesystem::perms::owner_read);
  return files;
}

}  // namespace

SimulatorPki::SimulatorPki(const std::filesystem::path& folder, KeyKind kind, long valid_days) {
  std::filesystem::create_directories(folder);
  const Issued ours = authority("Tilts test authority");
  const Issued other = authority("Stranger's authority");
  anchor = write(folder, "authority", ours).certificate;
  stranger_anchor = write(folder, "stranger-authority", other).certificate;
  registry_tls = write(folder, "registry-tls",
                       issue({.common_name = "127.0.0.1",
                              .kind = KeyKind::ecdsa,
                              .extended_usage = "serverAuth",
                              .alternative_names = "IP:127.0.0.1,DNS:localhost"},
                             &ours));
  registry_sign = write(folder, "registry-sign",
                        issue({.common_name = "Registry", .kind = kind, .to = valid_days * day}, &ours));
  expired_sign =
      write(folder, "registry-expired",
            issue({.common_name = "Registry of last year", .kind = kind, .from = -400 * day, .to = -2 * day},
                  &ours));
  client =
      write(folder, "client", issue({.common_name = "Gateway", .kind = kind, .to = valid_days * day}, &ours));
  expired_client =
      write(folder, "client-expired",
            issue({.common_name = "Gateway of last year", .kind = kind, .from = -400 * day, .to = -2 * day},
                  &ours));
  stranger = write(folder, "stranger", issue({.common_name = "Stranger", .kind = kind}, &other));
}

KeyFiles encryption_pair(const std::filesystem::path& folder) {
  return write(
      folder, "encryption",
      issue({.common_name = "Hub", .kind = KeyKind::rsa, .key_usage = "critical,keyEncipherment"}, nullptr));
}

std::vector<std::string> SimulatorPki::simulator_arguments() const {
  return {"--certificate",
          registry_tls.certificate,
          "--key",
          registry_tls.key,
          "--sign-certificate",
          registry_sign.certificate,
          "--sign-key",
          registry_sign.key,
          "--expired-certificate",
          expired_sign.certificate,
          "--expired-key",
          expired_sign.key,
          "--stranger-certificate",
          stranger.certificate,
          "--stranger-key",
          stranger.key,
          "--anchor",
          anchor};
}

}  // namespace tilts::support
