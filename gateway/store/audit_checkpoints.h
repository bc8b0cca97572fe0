// The signed checkpoints of the audit chains: one text line each in files outside the database, so that a
// missing tail is found too. A line is
//   time previous-line-sha256 chain:position:link[,…] signature
// (hex; Ed25519 over the text before the signature). Beside them lies the public key, audit-checkpoints.pub.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/store/audit.h"

namespace tilts::store {

class AuditCheckpoints {
 public:
  // Throws Error(config) when the folder cannot be used.
  AuditCheckpoints(std::filesystem::path folder, const Vault& vault);

  // Appends one line with the heads that moved since the last one, fsynced; nothing when none did.
  // Thread-safe.
  void append(const std::vector<ChainHead>& heads, Time now);

  struct Reading {
    std::vector<ChainHead> heads;      // every head that was ever signed, in order
    std::vector<std::string> defects;  // a sentence each
    int64_t lines = 0;
  };
  Reading read() const;

 private:
  std::filesystem::path folder_;
  const Vault& vault_;
  std::mutex mutex_;
  std::vector<ChainHead> last_;
  std::string last_line_sha256_;
};

}  // namespace tilts::store
