// The key pairs of one registry and the anchors of its TLS, decoded once a generation: what the files said at
// one time. A changed file, or a pair whose day has come, makes the next generation.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/exchange/file_watch.h"
#include "gateway/exchange/identity.h"

namespace tilts::exchange {

struct Generation {
  uint64_t number = 0;
  std::shared_ptr<const Identity> identity;
  std::shared_ptr<const std::vector<Certificate>> tls_anchors;
};

// Thread-safe.
class Keyring {
 public:
  // Decodes everything. Throws Error(config), one line a problem.
  Keyring(std::vector<KeyFiles> pairs, std::vector<std::string> tls_anchor_files, Clock clock,
          std::chrono::milliseconds look_every = std::chrono::seconds{1});

  // What to use now. Looks at the files (size, time, inode) at most once in `look_every`. Replaced files that
  // cannot be used leave the older generation in place and are named by problem(). Throws Error(config) when
  // no pair is active yet.
  std::shared_ptr<const Generation> current();

  // Why the newest files are not in use; empty when they are.
  std::string problem() const;

  // Every decoded pair, in the order of the files: for announcing what expires.
  std::vector<std::shared_ptr<const Identity>> identities() const;

 private:
  void decode();
  void choose();

  const std::vector<KeyFiles> pairs_;
  const std::vector<std::string> anchor_files_;
  const Clock clock_;

  mutable std::mutex mutex_;
  FileWatch watch_;
  std::vector<std::shared_ptr<const Identity>> identities_;
  std::shared_ptr<const std::vector<Certificate>> anchors_;
  std::shared_ptr<const Generation> generation_;
  uint64_t last_number_ = 0;
  std::string problem_;
};

}  // namespace tilts::exchange
