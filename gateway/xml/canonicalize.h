// XML Canonicalization of one element, without comments.
#pragma once

#include <string>
#include <vector>

#include <libxml/tree.h>

namespace tilts::xml {

// Exclusive XML Canonicalization 1.0 (W3C REC-xml-exc-c14n-20020718); `prefixes` is the InclusiveNamespaces
// PrefixList. Throws Error(untrusted) when libxml2 cannot do it (a relative namespace name), Error(transient)
// when memory ends. A namespace declared once can be written out at every element: what strangers sent is
// judged first (gateway/exchange/canonicalization_cost.h).
std::string canonicalize(xmlNode* apex, const std::vector<std::string>& prefixes = {});

// Canonical XML 1.0 (W3C REC-xml-c14n-20010315): with every namespace that is in scope where the element
// stands, so that it means the same anywhere else. Throws as above.
std::string canonicalize_with_context(xmlNode* apex);

}  // namespace tilts::xml
