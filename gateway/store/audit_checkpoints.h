// The signed checkpoints of the audit chains: one text line each in a file a month outside the database
// ("audit-2026-11.log"), so that a missing tail is found too. A line is
//   time SHA-256-of-the-line-before chain:position:link[,chain:position:link…] signature
// in hex; the signature is Ed25519 over what stands before it. The public key lies beside,
// audit-checkpoints.pub: who keeps it and a copy of the last line elsewhere can prove what was there without
// the gateway (openssl pkeyutl -verify -pubin -inkey audit-checkpoints.pub -rawin).
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/audit.h"

namespace tilts::store {

// One line, as it was read.
struct CheckpointLine {
  std::string before;            // SHA-256 of the line before, in hex; "-": it is the first
  std::vector<ChainHead> heads;  // at least one
  std::string_view text;         // what is signed, and the signature: views into the line
  std::string signature;
};
// Nothing when it is not whole.
std::optional<CheckpointLine> read_checkpoint(std::string_view line);

class AuditCheckpoints {
 public:
  AuditCheckpoints(std::filesystem::path folder, const Vault& vault);

  // Appends one line with the heads that moved since the last one, fsynced; nothing when none did.
  // Thread-safe. Makes the folder. Throws Error(config) when it cannot be written.
  void append(const std::vector<ChainHead>& heads, Time now);

  struct Reading {
    std::vector<ChainHead> heads;      // every head that was signed, by chain and position
    std::vector<std::string> defects;  // a sentence each
    int64_t lines = 0;
  };
  // Walks the files: each line names the one before it, and the last of each file is signed.
  Reading read() const;

  // The first signed line that names this row's chain at or after it. `at`: when the row was written.
  struct Covering {
    int64_t position = 0;  // of the head
    std::string line;
  };
  std::optional<Covering> covering(const LookupId& row, Time at) const;

 private:
  struct Walk;
  Walk walk() const;
  std::vector<std::filesystem::path> files() const;

  std::filesystem::path folder_;
  const Vault& vault_;
  std::mutex mutex_;
  bool begun_ = false;
  std::vector<ChainHead> last_;  // the newest signed head of each chain
  std::string last_line_;        // SHA-256 of the newest line, in hex
};

}  // namespace tilts::store
