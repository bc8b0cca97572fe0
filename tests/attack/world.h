// The little world of the attack tests: one anchor, one trusted peer, one stranger, and a verifier.
#pragma once

#include <memory>
#include <string>

#include "gateway/exchange/identity.h"
#include "gateway/exchange/verifier.h"
#include "tests/attack/certificates.h"
#include "tests/attack/peer.h"
#include "tests/support/temporary_folder.h"

namespace tilts::attack {

class World {
 public:
  World();

  // Made once a program: keys are slow to find. Never changed afterwards.
  static const World& get();

  Key root_key;
  X509Handle root;
  Key key;  // RSA 2048
  X509Handle certificate;
  Key ec;  // P-256
  X509Handle ec_certificate;

  std::string file(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }
  // Trust in the root, and whatever more.
  exchange::TrustFiles trust() const;

 private:
  support::TemporaryFolder folder_;
};

// A pair of ours, as a key file holds it.
std::shared_ptr<const exchange::Identity> identity(const std::string& name, const X509* certificate,
                                                   EVP_PKEY* key);

exchange::Policy policy();
exchange::Expectation expectation();

// The rule that refuses the message, empty when it is accepted.
std::string refused_by(const std::string& message, const exchange::Policy& policy = attack::policy(),
                       const exchange::TrustFiles& trust = World::get().trust(),
                       const exchange::Expectation& expected = attack::expectation());
std::string document_refused_by(const std::string& document,
                                const exchange::Policy& policy = attack::policy(),
                                const exchange::TrustFiles& trust = World::get().trust());

// The same while one rule is skipped (test-only build of rules.cpp).
std::string refused_without(const std::string& rule, const std::string& message,
                            const exchange::Policy& policy = attack::policy(),
                            const exchange::TrustFiles& trust = World::get().trust(),
                            const exchange::Expectation& expected = attack::expectation());

}  // namespace tilts::attack
