// What a registry's profile file says, read by a parser of the simulator's own: a value misread by the
// gateway is not misread here in the same way.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/simulator/crypto.h"

namespace tilts::simulator {

enum class Soap { v1_1, v1_2 };

struct Token {
  std::string audience;
  bool holder_of_key = false;
};

// How documents inside of messages are signed: XAdES-BES.
struct DocumentForm {
  std::string element;     // what is signed: {namespace}local
  std::string into;        // what holds the signature, the same way
  std::string id;          // of the signature
  bool inclusive = false;  // SignedInfo under inclusive C14N 1.0
  Hash digest{};
  Hash method{};
  Hash certificate{};  // CertDigest
};

struct Profile {
  Soap soap = Soap::v1_2;
  bool mtom = false;
  std::string message_id_prefix;
  bool relates_to = true;  // its answers say which request they answer
  bool signs = true;       // its answers are signed
  std::chrono::seconds request_lifetime{};
  std::chrono::seconds answer_lifetime{};
  std::chrono::seconds skew{};
  std::optional<Token> token;  // what a request must carry
  bool sha1_requests = false;  // SHA-1 may stand in a request's signature
  std::optional<DocumentForm> document;
  std::set<std::string> request_parts;  // "Body", "Timestamp", "To", …: what a request must sign
  std::size_t request_bytes = 0;
  std::size_t answer_bytes = 0;
  std::chrono::seconds keep_alive{};
  std::map<std::string, std::string> operations;  // name → action
  std::map<std::string, std::string> names;

  const std::string& name(const std::string& key) const;  // throws std::runtime_error when absent
};

// Throws std::runtime_error with the file and what is wrong in it.
Profile read_profile(const std::string& file);

}  // namespace tilts::simulator
