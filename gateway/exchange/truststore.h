// The trust files of one registry as they are now. A revocation list is published every day and an anchor is
// replaced while the daemon runs: changed files make a new Trust, without a restart.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/exchange/file_watch.h"
#include "gateway/exchange/trust.h"

namespace tilts::exchange {

// Thread-safe.
class Truststore {
 public:
  // Decodes everything. Throws Error(config) naming the file.
  explicit Truststore(TrustFiles files, std::chrono::milliseconds look_every = std::chrono::seconds{1});

  // What to trust now. Replaced files that cannot be read leave the older ones in force, which end with their
  // own dates, and are named by problem().
  std::shared_ptr<const Trust> current();

  // Why the newest files are not in use; empty when they are.
  std::string problem() const;

 private:
  const TrustFiles files_;
  mutable std::mutex mutex_;
  FileWatch watch_;
  std::shared_ptr<const Trust> trust_;
  std::string problem_;
};

}  // namespace tilts::exchange
