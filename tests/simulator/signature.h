// The ds:Signature of a request: its shape, the nodes it leads to, and xmlsec's verdict.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/dom.h"
#include "tests/simulator/signers.h"

namespace tilts::simulator {

// What a signature may be made of, beside exclusive C14N and SHA-2.
struct SignatureRules {
  bool enveloped = false;  // it stands inside what it covers, and is cut out first
  bool sha1 = false;       // SHA-1 too
  bool inclusive = false;  // SignedInfo is under inclusive C14N 1.0
};

// The nodes that the signature's References name, each found exactly once in the document and registered as
// the target of its id. Throws std::runtime_error when a reference is not a plain "#id" under exclusive C14N.
std::vector<xmlNode*> referenced_nodes(xmlDoc* document, const xmlNode* signature,
                                       const SignatureRules& rules = {});
// The BinarySecurityToken below `security` that KeyInfo names; its text. Throws std::runtime_error.
std::string token_of(const xmlNode* security, const xmlNode* signature);
// The ID of the assertion that KeyInfo names. Throws std::runtime_error.
std::string assertion_named_by(const xmlNode* signature);
// Throws std::runtime_error unless xmlsec finds every digest and the value right.
void demand_signature(xmlNode* signature, const Signer& signer, std::size_t references,
                      const SignatureRules& rules = {});

}  // namespace tilts::simulator
