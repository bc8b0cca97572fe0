// What is demanded of a message that arrives: the verification policy with what a profile says in words.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/xml/limits.h"

namespace tilts::exchange {

enum class SoapVersion { v1_1, v1_2 };

struct AssertionPolicy;

struct Policy {
  std::optional<SoapVersion> soap;  // absent: 1.1 or 1.2
  bool signature = true;            // false: answers="unsigned" by the profile's words; assurance is tls-only
  xml::Limits limits;
  std::chrono::seconds skew{60};
  std::chrono::seconds lifetime{600};  // Expires at most so long after Created
  bool relates_to = true;              // answers must say which request they answer
  std::set<std::string> legacy;        // algorithm URIs allowed by words (section 6)
  std::set<std::string> left_out;      // parts that need not be signed: "Body", "To", …
  std::set<std::string> also_signed;   // further parts, "{namespace}local", that must be
  bool xades = false;          // documents must carry XAdES properties; where they do, they are judged
  bool carries_token = false;  // the Body may hold an encrypted token, which is handed on and not read
  bool mtom = false;           // files may come beside the message, and xop:Include names them
  std::string document =
      {};  // what holds a document's signature, "{namespace}local": handed on as it was written
  bool revocation = false;  // whole path, unknown or stale is a refusal
  // Which SAML assertion the Security header must hold (section 9); nullptr: it must hold none.
  std::shared_ptr<const AssertionPolicy> assertion;
};

}  // namespace tilts::exchange
