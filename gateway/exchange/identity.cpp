#include "gateway/exchange/identity.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/xml/base64.h"

namespace tilts::exchange {
namespace {

using Bio = Handle<BIO, BIO_free>;
constexpr off_t largest_file = 1 << 20;

[[noreturn]] void refuse(const std::string& file, std::string_view why) {
  ERR_clear_error();
  throw Error(Code::config, fmt::format("{}: {}", file, why));
}

enum class Rights { any, ours_alone };

// The content of a small file, wiped when it goes.
class Content {
 public:
  Content(const std::string& file, Rights rights) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) refuse(file, fmt::format("cannot be read ({})", std::strerror(errno)));
    struct stat status {};
    const bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    const bool open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    const bool foreign = status.st_uid != geteuid() && status.st_uid != 0;
    const bool right_size = status.st_size > 0 && status.st_size <= largest_file;
    if (regular && right_size) {
      bytes_.resize(static_cast<size_t>(status.st_size));
      const ssize_t count = read(descriptor, bytes_.data(), bytes_.size());
      bytes_.resize(count < 0 ? 0 : static_cast<size_t>(count));
    }
    close(descriptor);
    if (!regular) refuse(file, "is not a regular file");
    if (!right_size || bytes_.empty()) refuse(file, "is empty or larger than 1 MiB");
    if (rights == Rights::ours_alone && (open_to_others || foreign))
      refuse(file,
             "others than its owner may read or change it; run chmod 600 and chown it to the service's user");
  }
  ~Content() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  const std::string& bytes() const { return bytes_; }
  Bio bio() const { return Bio(BIO_new_mem_buf(bytes_.data(), static_cast<int>(bytes_.size()))); }
  bool is_pem() const { return bytes_.find("-----BEGIN ") != std::string::npos; }
  // A passphrase file holds one line.
  std::string first_line() const { return bytes_.substr(0, bytes_.find_first_of("\r\n")); }

 private:
  std::string bytes_;
};

// Gives OpenSSL the passphrase we have; it must never ask at a terminal.
int give_passphrase(char* buffer, int size, int, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.empty() || text.size() > static_cast<size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

std::vector<Certificate> read_certificates(const std::string& file, const Content& content) {
  std::vector<Certificate> found;
  const Bio bio = content.bio();
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    found.emplace_back(certificate);
  const auto last = ERR_peek_last_error();
  if (found.empty() || ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE)
    refuse(file, "holds no readable certificate in PEM");
  ERR_clear_error();
  return found;
}

void read_pkcs12(const std::string& file, const Content& content, const std::string& passphrase,
                 Identity& into) {
  using Store = Handle<PKCS12, PKCS12_free>;
  const Bio bio = content.bio();
  const Store store(d2i_PKCS12_bio(bio.get(), nullptr));
  if (store == nullptr) refuse(file, "is neither PEM nor PKCS#12");
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  if (PKCS12_parse(store.get(), passphrase.c_str(), &key, &certificate, &chain) != 1)
    refuse(file, "does not open with its passphrase");
  into.key.reset(key);
  into.certificate.reset(certificate);
  while (sk_X509_num(chain) > 0) into.chain.emplace_back(sk_X509_shift(chain));
  sk_X509_free(chain);
  if (key == nullptr || certificate == nullptr) refuse(file, "holds no key with its certificate");
}

void check_kind(const std::string& file, const EVP_PKEY* key) {
  char group[32] = {};
  const bool rsa = EVP_PKEY_is_a(key, "RSA") != 0 && EVP_PKEY_get_bits(key) >= 2048;
  const bool p256 = EVP_PKEY_is_a(key, "EC") != 0 &&
                    EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
                    std::string_view(group) == SN_X9_62_prime256v1;
  if (!rsa && !p256) refuse(file, "the key is neither RSA of 2048 bits at least nor ECDSA P-256");
}

std::string base64_der(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return xml::base64_encode(bytes);
}

}  // namespace

std::shared_ptr<const Identity> load_identity(const KeyFiles& files) {
  auto identity = std::make_shared<Identity>();
  std::string passphrase;
  if (!files.passphrase_file.empty())
    passphrase = Content(files.passphrase_file, Rights::ours_alone).first_line();

  const Content secret(files.key, Rights::ours_alone);
  if (secret.is_pem()) {
    const Bio bio = secret.bio();
    identity->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &passphrase));
    if (identity->key == nullptr) refuse(files.key, "holds no key that opens with its passphrase");
  } else {
    read_pkcs12(files.key, secret, passphrase, *identity);
  }
  OPENSSL_cleanse(passphrase.data(), passphrase.size());

  std::vector<Certificate> certificates;
  if (!files.certificate.empty())
    certificates = load_certificates(files.certificate);
  else if (secret.is_pem() && secret.bytes().find("-----BEGIN CERTIFICATE-----") != std::string::npos)
    certificates = read_certificates(files.key, secret);
  if (!certificates.empty()) {
    identity->certificate = std::move(certificates.front());
    certificates.erase(certificates.begin());
    identity->chain = std::move(certificates);
  }
  if (identity->certificate == nullptr) refuse(files.key, "has no certificate beside it");
  check_kind(files.key, identity->key.get());
  if (X509_check_private_key(identity->certificate.get(), identity->key.get()) != 1)
    refuse(files.key, "does not belong to the certificate beside it");
  identity->certificate_base64 = base64_der(identity->certificate.get());
  return identity;
}

std::vector<Certificate> load_certificates(const std::string& file) {
  return read_certificates(file, Content(file, Rights::any));
}

}  // namespace tilts::exchange
