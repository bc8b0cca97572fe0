// Whom a registry's profile trusts: anchors, pinned certificates, CRLs, and certificates that a key reference
// may name. Verdicts are cached until the earliest notAfter or nextUpdate (policy section 7).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace tilts::exchange {

struct TrustFiles {
  std::vector<std::string> anchors;       // PEM files; every certificate in them is a trust anchor
  std::vector<std::string> pinned;        // the peer's own certificates
  std::vector<std::string> crls;
  std::vector<std::string> certificates;  // known certificates: what issuer and serial, key id, thumbprint may name
};

class Trust {
 public:
  // Reads and decodes everything once. Throws Error(config) naming the file.
  explicit Trust(const TrustFiles& files);
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  struct Implementation;
  const Implementation& implementation() const { return *implementation_; }

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace tilts::exchange
