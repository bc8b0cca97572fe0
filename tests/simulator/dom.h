// Reading a libxml2 tree: elements by namespace and local name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "tests/simulator/handle.h"

namespace tilts::simulator {

using Document = Handle<xmlDoc, xmlFreeDoc>;

bool is(const xmlNode* node, std::string_view space, std::string_view local);
std::vector<xmlNode*> children(const xmlNode* parent);  // elements only
// The first such child, nullptr when there is none; a null parent has no children.
xmlNode* child(const xmlNode* parent, std::string_view space, std::string_view local);
// The only such child; when it is not one, `demand` throws what is wrong.
using Demand = void(bool holds, const std::string& reason);
const xmlNode* sole(const xmlNode* parent, const char* space, const char* local, Demand& demand);
std::string local_name(const xmlNode* node);
std::string space_name(const xmlNode* node);
// Empty when absent (or for a null node). Text comes trimmed of white space.
std::string text(const xmlNode* node);
std::string attribute(const xmlNode* node, const char* local, const char* space = nullptr);

}  // namespace tilts::simulator
