// SAML 2.0 assertions as a token service issues them: canonical from the start, signed, and encrypted where
// the recipient has a certificate.
#pragma once

#include <string>

#include "tests/simulator/clock.h"
#include "tests/simulator/crypto.h"

namespace tilts::simulator {

constexpr const char* saml_namespace = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr const char* encryption_namespace = "http://www.w3.org/2001/04/xmlenc#";
constexpr const char* token_issuer = "urn:tilts:simulator:token-service";

struct Assertion {
  std::string id;
  std::string subject;
  std::string audience;
  std::string certificate;  // base64 of the confirmed key's: holder-of-key; empty: bearer
  Clock::Time from;
  Clock::Time to;
};

// saml:Assertion with an enveloped signature.
std::string write_assertion(const Assertion& assertion, const SigningKey& key);
// saml:EncryptedAssertion: AES-256-CBC under a key of its own, which RSA-OAEP (MGF1, SHA-1) carries, as the
// hub's guideline shows. `recipient` is a PEM file.
std::string encrypt_assertion(const std::string& assertion, const std::string& recipient);
// What stood in it, by the recipient's key (PEM file). Throws std::runtime_error with one sentence for all
// that can be wrong with it.
std::string decrypt(const std::string& encrypted_key, const std::string& encrypted_data,
                    const std::string& key_file);

}  // namespace tilts::simulator
