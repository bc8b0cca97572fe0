// Which elements carry an id: wsu:Id, Id, ID, id, xml:id or AssertionID (verification policy, section 5).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <libxml/tree.h>

namespace tilts::exchange {

using IdTable = std::map<std::string, std::vector<xmlNode*>>;

// Every element of the tree below and with `root` that carries one of `wanted`, by value; one pass.
IdTable find_ids(xmlNode* root, const std::set<std::string>& wanted);

std::vector<xmlNode*> elements_with_id(const xmlNode* root, const std::string& id);

// Makes `#id` lead to this element in libxml2's table, whatever it held before. Returns false when the
// element does not carry the id, or another one holds it.
bool register_id(xmlNode* element, const std::string& id);

}  // namespace tilts::exchange
