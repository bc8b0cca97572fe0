// A ds:Signature as it was written (XML Signature 1.1, section 4), read once and judged by the rules.
#pragma once

#include <string>
#include <vector>

#include <libxml/tree.h>

namespace tilts::exchange {

struct Transform {
  std::string algorithm;
  std::vector<std::string> prefixes;  // InclusiveNamespaces PrefixList of an exclusive canonicalisation
  std::string inner;                  // STR-Transform: the canonicalisation it applies
};

struct Reference {
  const xmlNode* node = nullptr;
  bool has_uri = false;
  std::string uri;
  std::string type = {};
  std::vector<Transform> transforms;
  std::string digest_method;
  xmlNode* target = nullptr;  // set when the ids are resolved; never by name
};

// Views into the document's tree, valid as long as it.
struct Signature {
  xmlNode* node = nullptr;
  xmlNode* signed_info = nullptr;
  xmlNode* key_info = nullptr;  // nullptr when absent
  Transform canonicalization;
  std::string method;
  bool method_has_parameter = false;
  std::string value;  // decoded octets
  std::vector<Reference> references;
};

// Throws Refusal("signature-form") when anything stands where the schema has no place for it: xmlsec and the
// rules must read the same signature.
Signature read_signature(xmlNode* node);

}  // namespace tilts::exchange
