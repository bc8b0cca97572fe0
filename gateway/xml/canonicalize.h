// Exclusive XML Canonicalization 1.0 without comments (W3C REC-xml-exc-c14n-20020718) of one element.
#pragma once

#include <string>
#include <vector>

#include <libxml/tree.h>

namespace tilts::xml {

// `prefixes` is the InclusiveNamespaces PrefixList. Throws Error(untrusted) when libxml2 cannot do it (a
// relative namespace name).
std::string canonicalize(xmlNode* apex, const std::vector<std::string>& prefixes = {});

}  // namespace tilts::xml
