#include "gateway/exchange/truststore.h"

#include "gateway/base/error.h"

namespace tilts::exchange {
namespace {

std::vector<std::string> all(const TrustFiles& files) {
  std::vector<std::string> names;
  for (const auto* list : {&files.anchors, &files.pinned, &files.crls, &files.certificates})
    names.insert(names.end(), list->begin(), list->end());
  return names;
}

}  // namespace

Truststore::Truststore(TrustFiles files, std::chrono::milliseconds look_every)
    : files_(std::move(files)),
      watch_(all(files_), look_every),
      trust_(std::make_shared<const Trust>(files_)) {}

std::shared_ptr<const Trust> Truststore::current() {
  const std::lock_guard lock(mutex_);
  if (watch_.changed()) {
    try {
      trust_ = std::make_shared<const Trust>(files_);
      problem_.clear();
    } catch (const Error& error) {
      problem_ = error.what();
    }
  }
  return trust_;
}

std::string Truststore::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace tilts::exchange
