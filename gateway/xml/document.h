// One XML document that came from outside, parsed once, under limits, with nothing fetched or opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "gateway/base/handle.h"
#include "gateway/xml/limits.h"

namespace tilts::xml {

using Document = Handle<xmlDoc, xmlFreeDoc>;

// Front scan, then libxml2: no DOCTYPE, no network, no entity, namespace-well-formed (Namespaces in XML 1.0).
// The tree stands alone: it keeps no view of `bytes`. Throws Malformed.
Document parse(std::string_view bytes, const Limits& limits);

// Views of a tree's own text; valid as long as the tree.
std::string_view local_name(const xmlNode* node);
std::string_view namespace_of(const xmlNode* node);  // empty when the element is in none
bool is(const xmlNode* node, std::string_view namespace_uri, std::string_view local);

// Element children only, in order.
std::vector<xmlNode*> elements(const xmlNode* parent);
std::vector<xmlNode*> elements(const xmlNode* parent, std::string_view namespace_uri, std::string_view local);
// The text is white space, comments and processing instructions only.
bool has_only_elements(const xmlNode* parent);

// The value of an attribute, empty when absent; `namespace_uri` empty: an attribute in no namespace.
std::string attribute(const xmlNode* element, std::string_view namespace_uri, std::string_view local);
bool has_attribute(const xmlNode* element, std::string_view namespace_uri, std::string_view local);

// All text below an element: a comment or a processing instruction never cuts it.
std::string text(const xmlNode* element);
std::string_view trim(std::string_view text);

// `inside` is `outside` or a descendant of it.
bool contains(const xmlNode* outside, const xmlNode* inside);
size_t depth(const xmlNode* node);

// Element after `node` in document order, within `root`; nullptr at the end.
xmlNode* next_element(xmlNode* node, const xmlNode* root);

}  // namespace tilts::xml
