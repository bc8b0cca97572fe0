// The security token service (WS-Trust 1.3): who signs a request gets an assertion about himself.
// Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "tests/simulator/assertion.h"
#include "tests/simulator/clock.h"
#include "tests/simulator/crypto.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/profile.h"

namespace tilts::simulator {

constexpr const char* trust_namespace = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

class TokenService : public Desk {
 public:
  // `recipient`: the certificate to encrypt for (PEM file); empty: assertions go out in clear.
  TokenService(const Clock& clock, const SigningKey& key, std::string recipient,
               std::chrono::seconds lifetime);

  // Is this what the profile speaks of?
  static bool is_meant(const Profile& profile);

  std::string_view body_namespace() const override { return trust_namespace; }
  std::string_view body_element(std::string_view) const override { return "RequestSecurityToken"; }
  std::vector<std::string_view> operations() const override { return {"Issue"}; }
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) override;
  std::string forge(std::string content) const override;

 private:
  // As it stands in an answer.
  struct Issued {
    std::string id;
    std::string token;
  };
  Issued issue(const Assertion& assertion) const;

  const Clock& clock_;
  const SigningKey& key_;
  const std::string recipient_;
  const std::chrono::seconds lifetime_;
  std::mutex mutex_;
  Issued last_;  // that was right
};

}  // namespace tilts::simulator
