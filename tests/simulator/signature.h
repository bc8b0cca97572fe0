// The ds:Signature of a request: its shape, the nodes it leads to, and xmlsec's verdict.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/dom.h"
#include "tests/simulator/signers.h"

namespace tilts::simulator {

// An assertion's signature stands inside what it covers, and is cut out first.
enum class Enveloped { no, yes };

// The nodes that the signature's References name, each found exactly once in the document and registered as
// the target of its id. Throws std::runtime_error when a reference is not a plain "#id" under exclusive C14N.
std::vector<xmlNode*> referenced_nodes(xmlDoc* document, const xmlNode* signature,
                                       Enveloped enveloped = Enveloped::no);
// The BinarySecurityToken below `security` that KeyInfo names; its text. Throws std::runtime_error.
std::string token_of(const xmlNode* security, const xmlNode* signature);
// The ID of the assertion that KeyInfo names. Throws std::runtime_error.
std::string assertion_named_by(const xmlNode* signature);
// Throws std::runtime_error unless xmlsec finds every digest and the value right.
void demand_signature(xmlNode* signature, const Signer& signer, std::size_t references,
                      Enveloped enveloped = Enveloped::no);

}  // namespace tilts::simulator
