// The part of verification that xmlsec does: canonicalise, digest, and check the signature value with the one
// key it is given. It decides nothing: what it may touch was chosen before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "gateway/exchange/signature.h"
#include "gateway/exchange/xop.h"

namespace tilts::exchange {

// What xmlsec may use, looked up once: it finds an algorithm by walking all it knows.
struct Algorithms {
  // xmlsec has started.
  explicit Algorithms(const std::vector<std::string_view>& uris);

  std::vector<xmlSecTransformId> signature;  // of SignedInfo: canonicalisation and signature methods
  std::vector<xmlSecTransformId> reference;  // transforms and digests
};

struct Task {
  const Signature& signature;
  EVP_PKEY* key = nullptr;  // borrowed
  const Algorithms& algorithms;
  bool document = false;   // URI="" may stand for the whole document
  size_t most_octets = 0;  // canonicalised in all References together
  // For References with STR-Transform: the canonical form of the token their target names.
  std::map<const xmlNode*, std::string> tokens;
  const Inclusions* inclusions = nullptr;  // files beside the message, which are hashed where they are named
};

// What each Reference digested, in their order; of files beside the message only their marks. Throws
// Refusal("signature-value") when anything does not verify, Refusal("octets") past `most_octets`,
// Refusal("empty-part") when nothing was digested.
std::vector<std::string> verify_signature(const Task& task);

// The one sentence for whatever depends on a key: a signature that does not verify, a key or a cipher text
// that does not open, what was decrypted and cannot be read. Telling these apart would answer an attacker who
// asks about a secret step by step (verification policy, section 6).
[[noreturn]] void refuse_unverified();

// Makes STR-Transform (WS-Security 1.1, section 8.3) known to xmlsec, which has none. Once, after it started.
void register_str_transform();

}  // namespace tilts::exchange
