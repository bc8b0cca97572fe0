// Our own keys and the anchors of a registry's TLS, decoded once a generation. A generation is what one set
// of files said at one time; a changed file or a key pair whose day has come makes the next one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "gateway/base/clock.h"
#include "gateway/base/handle.h"

namespace tilts::exchange {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;

struct KeyFiles {
  std::string certificate;      // PEM, our own first, then its chain; empty when `key` is a PKCS#12 file
  std::string key;              // PEM or PKCS#12; refused when group or others can read it
  std::string passphrase_file;  // empty: not encrypted; the same permissions are demanded
  Time active_from{};           // the newest one that is already active signs and opens TLS
};

// One key pair. Immutable, so it may be used from any thread.
struct Identity {
  Key key;
  Certificate certificate;
  std::vector<Certificate> chain;  // the rest of the certificate file
  std::string certificate_base64;  // DER, for the BinarySecurityToken
};

// Reads one pair. Throws Error(config) naming the file: not readable, readable by others, wrong passphrase,
// key and certificate that do not belong together, a kind of key that nothing here signs with.
std::shared_ptr<const Identity> load_identity(const KeyFiles& files);

struct Generation {
  uint64_t number = 0;
  std::shared_ptr<const Identity> identity;
  std::vector<Certificate> tls_anchors;
};

// The key pairs of one registry and its TLS anchors. Thread-safe.
class Keyring {
 public:
  // Decodes everything. Throws Error(config), one line a problem.
  Keyring(std::vector<KeyFiles> pairs, std::vector<std::string> tls_anchor_files, Clock clock);

  // What to use now. Looks at the files (size, time, inode) at most once in `look_every`. A replaced file
  // that cannot be used leaves the older generation in place and says so in problem().
  std::shared_ptr<const Generation> current();

  // Why the newest files are not in use; empty when they are.
  std::string problem() const;

  void look_every(std::chrono::milliseconds interval) { look_every_ = interval; }

 private:
  struct Stamp {
    int64_t size = 0, seconds = 0, nanoseconds = 0;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::vector<Stamp> stamps() const;
  void decode(const std::vector<Stamp>& stamps);
  size_t active() const;

  const std::vector<KeyFiles> pairs_;
  const std::vector<std::string> anchor_files_;
  const Clock clock_;
  std::chrono::milliseconds look_every_{1000};

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Identity>> identities_;  // one a pair
  std::vector<Certificate> anchors_;
  std::vector<Stamp> stamps_;
  std::chrono::steady_clock::time_point looked_;
  size_t used_ = 0;  // which pair the generation has
  std::shared_ptr<const Generation> generation_;
  std::string problem_;
};

}  // namespace tilts::exchange
