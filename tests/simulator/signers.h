// Who may sign requests and open TLS: certificates that lead to an anchor, by the simulator's own clock.
// Thread-safe; the path of a certificate is built once and remembered until it runs out.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <xmlsec/keys.h>

#include "tests/simulator/clock.h"
#include "tests/simulator/crypto.h"

namespace tilts::simulator {

using XmlSecKey = Handle<xmlSecKey, xmlSecKeyDestroy>;
using Store = Handle<X509_STORE, X509_STORE_free>;

struct Signer {
  std::string id;  // SHA-256 of the certificate
  XmlSecKey key;
  Clock::Time from;  // the path holds between these
  Clock::Time to;
};

class Signers {
 public:
  // Throws std::runtime_error when an anchor cannot be read or there is none.
  explicit Signers(const std::vector<std::string>& anchor_files);

  // `token` is the base64 text of a BinarySecurityToken. Throws std::runtime_error with the reason when the
  // certificate may not sign at `now`.
  std::shared_ptr<const Signer> find(const std::string& token, Clock::Time now);

  // Is the peer's certificate chain good for opening TLS at `now`? For OpenSSL's verify callback.
  static bool tls_path_holds(X509_STORE_CTX* context, Clock::Time now);

  X509_STORE* anchors() const { return anchors_.get(); }

 private:
  std::shared_ptr<const Signer> build(const std::string& token, Clock::Time now) const;

  Store anchors_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Signer>> known_;  // by token
};

}  // namespace tilts::simulator
