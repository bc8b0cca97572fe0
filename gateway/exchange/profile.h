// How a registry speaks: the data of its profile.xml (profile.xsd says what may stand there).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange/confirmation.h"
#include "gateway/exchange/policy.h"

namespace tilts::exchange {

enum class Hash { sha256, sha384, sha512, sha1 };  // the last by the profile's words alone

// The token that every request carries, from the security token service that the configuration names.
struct TokenDemand {
  std::string audience;  // for whom it is: WS-Trust's AppliesTo
  Confirmation confirmation = Confirmation::bearer;
  std::chrono::seconds renew_before{60};  // its end
};

// How our requests are signed (WS-Security 1.1 with X.509 token profile; XML-DSig).
struct Signing {
  std::chrono::seconds lifetime{300};  // of the Timestamp
  Hash digest = Hash::sha256;          // of the parts
  Hash signature = Hash::sha256;       // with RSA; an ECDSA P-256 key signs with SHA-256 alone
  // A holder-of-key token also names the signature's key; else an X.509 token does.
  std::optional<TokenDemand> token;
  // "Token" (a clear one: an encrypted one has no ID to be named by), "Body", "Timestamp", "Action",
  // "MessageID", "ReplyTo", "To", "BinarySecurityToken"
  std::vector<std::string> parts;
};

// How documents of ours are signed (XAdES-BES), and that those which arrive must be.
struct DocumentSigning {
  std::string element;  // what is signed, "{namespace}local"; its Id names it
  std::string into;     // what takes the signature, "{namespace}local"
  std::string id;       // of ds:Signature
  Hash digest = Hash::sha512;
  Hash signature = Hash::sha512;
  Hash certificate = Hash::sha512;  // of the signer's certificate, which the signature names
  bool inclusive = false;           // SignedInfo under Canonical XML 1.0, for peers that take nothing else
};

struct Operation {
  std::string name;
  std::string action;  // WS-Addressing Action, and SOAPAction or the media type's action
};

struct TransportLimits {
  size_t request_bytes = 4u << 20;
  size_t answer_bytes = 4u << 20;
  uint64_t attachment_bytes = 64u << 20;  // of all files beside one answer
  size_t concurrency = 4;                 // exchanges at once
  double requests_per_second = 50;        // over all of them
  std::chrono::seconds connect{10};       // until TLS stands
  std::chrono::seconds answer{60};        // from then until the answer's last byte
  std::chrono::seconds keep_alive{60};    // how long the registry keeps an idle connection open
  unsigned attempts = 4;                  // of an ask, the first one counted
};

struct Profile {
  std::string id;
  std::string title;
  SoapVersion soap = SoapVersion::v1_2;
  bool mtom = false;  // files travel beside messages
  std::string message_id_prefix = "urn:uuid:";
  std::string to;  // WS-Addressing To; empty: the endpoint's own address
  Signing request;
  Policy answer;
  std::optional<DocumentSigning> document;
  TransportLimits limits;
  // How long after a request's Expires the registry may still work on what it accepted; nothing: nobody
  // knows.
  std::optional<std::chrono::seconds> settle;
  std::vector<Operation> operations;
  std::map<std::string, std::string, std::less<>> names;
  // What was loosened and why, one sentence each, for `tilts check`: legacy algorithms, parts left out,
  // answers without a signature. Empty for a strict registry.
  std::vector<std::string> loosened;
  std::string source;  // the bytes it was read from

  // By name or by action; nullptr when the registry has no such operation.
  const Operation* operation(std::string_view name_or_action) const;
};

// Throws Error(config) with every problem of the file at once, one "file:line: …" a line.
Profile load_profile(const std::string& file);
// The same from bytes; `file` is what the sentences call it.
Profile parse_profile(std::string_view bytes, const std::string& file);

// profile.xsd as it was when the program was built.
std::string_view profile_schema();

}  // namespace tilts::exchange
