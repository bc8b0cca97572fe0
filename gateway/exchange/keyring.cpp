#include "gateway/exchange/keyring.h"

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::exchange {
namespace {

std::vector<std::string> all_files(const std::vector<KeyFiles>& pairs, std::vector<std::string> files) {
  for (const KeyFiles& pair : pairs)
    files.insert(files.end(), {pair.certificate, pair.key, pair.passphrase_file});
  return files;
}

}  // namespace

Keyring::Keyring(std::vector<KeyFiles> pairs, std::vector<std::string> tls_anchor_files, Clock clock,
                 std::chrono::milliseconds look_every)
    : pairs_(std::move(pairs)),
      anchor_files_(std::move(tls_anchor_files)),
      clock_(std::move(clock)),
      watch_(all_files(pairs_, anchor_files_), look_every) {
  if (pairs_.empty()) throw Error(Code::config, "no key pair is configured");
  if (anchor_files_.empty()) throw Error(Code::config, "no TLS anchor is configured");
  decode();
}

std::shared_ptr<const Generation> Keyring::current() {
  const std::lock_guard lock(mutex_);
  if (watch_.changed()) {
    try {
      decode();
      problem_.clear();
    } catch (const Error& error) {
      problem_ = error.what();
    }
  }
  choose();
  return generation_;
}

std::string Keyring::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::vector<std::shared_ptr<const Identity>> Keyring::identities() const {
  const std::lock_guard lock(mutex_);
  return identities_;
}

// All or nothing: a key that was replaced before its certificate is not a generation.
void Keyring::decode() {
  std::vector<std::shared_ptr<const Identity>> identities;
  auto anchors = std::make_shared<std::vector<Certificate>>();
  std::string problems;
  const auto collect = [&problems](const auto& load) {
    try {
      load();
    } catch (const Error& error) {
      problems += (problems.empty() ? "" : "\n") + std::string(error.what());
    }
  };
  for (const KeyFiles& pair : pairs_) collect([&] { identities.push_back(load_identity(pair)); });
  for (const std::string& file : anchor_files_)
    collect([&] {
      for (Certificate& certificate : load_certificates(file)) anchors->push_back(std::move(certificate));
    });
  if (!problems.empty()) throw Error(Code::config, problems);
  identities_ = std::move(identities);
  anchors_ = std::move(anchors);
  generation_.reset();
}

void Keyring::choose() {
  const Time now = clock_.now();
  size_t best = pairs_.size();
  for (size_t i = 0; i < pairs_.size(); ++i)
    if (pairs_[i].active_from <= now &&
        (best == pairs_.size() || pairs_[i].active_from >= pairs_[best].active_from))
      best = i;
  if (best == pairs_.size()) throw Error(Code::config, "no key pair is active yet: see active-from");
  if (generation_ != nullptr && generation_->identity == identities_[best]) return;
  generation_ = std::make_shared<Generation>(Generation{++last_number_, identities_[best], anchors_});
}

}  // namespace tilts::exchange
