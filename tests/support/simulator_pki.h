// Throw-away certificates for tests against the simulator, made in the process: no script, no files to keep.
// One authority signs everything but what a stranger made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tilts::support {

enum class KeyKind { rsa, ecdsa };

struct KeyFiles {
  std::string certificate;  // PEM paths
  std::string key;
};

struct SimulatorPki {
  // Writes every file below `folder`; the registry's and the client's signing keys are of `kind`, and good
  // for so many days from now.
  SimulatorPki(const std::filesystem::path& folder, KeyKind kind = KeyKind::rsa, long valid_days = 30);

  std::string anchor;           // the authority of all but the stranger
  std::string stranger_anchor;  // which nobody trusts
  KeyFiles registry_tls;        // for 127.0.0.1 and localhost
  KeyFiles registry_sign;
  KeyFiles expired_sign;  // the registry's signing certificate of last year
  KeyFiles client;        // opens TLS and signs requests
  KeyFiles expired_client;
  KeyFiles stranger;  // under stranger_anchor

  // --certificate … --anchor … for tilts-simulator.
  std::vector<std::string> simulator_arguments() const;
};

// A key to which assertions are encrypted: RSA, its certificate its own.
KeyFiles encryption_pair(const std::filesystem::path& folder);

}  // namespace tilts::support
