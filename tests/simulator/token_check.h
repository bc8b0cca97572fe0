// The token in a request's Security header, judged as the hub would: by the simulator's own code, which
// shares nothing with the gateway's. Thread-safe.
#pragma once

#include <string>

#include "tests/simulator/clock.h"
#include "tests/simulator/dom.h"
#include "tests/simulator/profile.h"
#include "tests/simulator/signers.h"

namespace tilts::simulator {

struct TokenFiles {
  std::string key;  // decrypts assertions (PEM file); empty: they come in clear
};

class TokenCheck {
 public:
  TokenCheck(const Profile& profile, Signers& signers, const Clock& clock, TokenFiles files);

  // The certificate (base64) that the message's signature has to be made with: the confirmed one of a
  // holder-of-key, else that of the BinarySecurityToken. Throws Refusal.
  std::string certificate(const xmlNode* security, const xmlNode* signature) const;

 private:
  const Profile& profile_;
  Signers& signers_;
  const Clock& clock_;
  const TokenFiles files_;
};

}  // namespace tilts::simulator
