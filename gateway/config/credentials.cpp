#include "gateway/config/credentials.h"

#include <ctime>
#include <fstream>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace tilts::config {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Container = Handle<PKCS12, PKCS12_free>;
using Crl = Handle<X509_CRL, X509_CRL_free>;

Time to_time(const ASN1_TIME* stamp) {
  std::tm parts{};
  if (!stamp || ASN1_TIME_to_tm(stamp, &parts) != 1) return Time{};  // 1970: expired, so refused
  return Time{std::chrono::seconds{timegm(&parts)}};
}

bool says_throw_away(const X509_NAME* name) {
  const Bio text(BIO_new(BIO_s_mem()));
  if (!text || X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253) < 0) return true;
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return std::string_view(bytes, static_cast<size_t>(size)).find("throw-away") != std::string_view::npos;
}

// Never asks on a terminal: at three in the morning nobody sits there. An empty passphrase opens nothing.
int give_passphrase(char* buffer, int size, int, void* passphrase) {
  const std::string& text = *static_cast<const std::string*>(passphrase);
  if (text.empty() || text.size() > static_cast<size_t>(size)) return -1;
  text.copy(buffer, text.size());
  return static_cast<int>(text.size());
}

int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::vector<Certificate> read_certificates(const std::string& file) {
  std::vector<Certificate> all;
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  while (bio) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next) break;
    all.push_back(std::move(next));
  }
  ERR_clear_error();
  return all;
}

KeyFile read_key(const std::string& file, const std::string& passphrase_file) {
  std::string passphrase;
  if (!passphrase_file.empty()) std::getline(std::ifstream(passphrase_file), passphrase);
  KeyFile read;
  if (const Bio pem(BIO_new_file(file.c_str(), "r")); pem)
    read.key.reset(PEM_read_bio_PrivateKey(pem.get(), nullptr, give_passphrase, &passphrase));
  const Bio der(BIO_new_file(file.c_str(), "r"));
  if (const Container container(!read.key && der ? d2i_PKCS12_bio(der.get(), nullptr) : nullptr); container) {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    if (PKCS12_parse(container.get(), passphrase.c_str(), &key, &certificate, nullptr) == 1)
      read = {Key(key), Certificate(certificate)};
  }
  ERR_clear_error();
  return read;
}

std::optional<Time> crl_next_update(const std::string& file) {
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  const Crl crl(bio ? PEM_read_bio_X509_CRL(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!crl) return std::nullopt;
  return to_time(X509_CRL_get0_nextUpdate(crl.get()));
}

Time not_before(const X509& certificate) { return to_time(X509_get0_notBefore(&certificate)); }

Time not_after(const X509& certificate) { return to_time(X509_get0_notAfter(&certificate)); }

bool throw_away(const X509& certificate) {
  return says_throw_away(X509_get_subject_name(&certificate)) ||
         says_throw_away(X509_get_issuer_name(&certificate));
}

bool fits(const X509& certificate, const EVP_PKEY& key) {
  const bool same = EVP_PKEY_eq(X509_get0_pubkey(&certificate), &key) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace tilts::config
