#include "gateway/exchange/ids.h"

#include <string_view>

#include <libxml/valid.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";

bool is_id(const xmlAttr* attribute) {
  const std::string_view name(reinterpret_cast<const char*>(attribute->name));
  if (attribute->ns == nullptr) return name == "Id" || name == "ID" || name == "id" || name == "AssertionID";
  const std::string_view uri(reinterpret_cast<const char*>(attribute->ns->href));
  return (uri == names::wsu && name == "Id") || (uri == xml_namespace && name == "id");
}

std::string value(const xmlAttr* attribute) { return xml::text(reinterpret_cast<const xmlNode*>(attribute)); }

}  // namespace

IdTable find_ids(xmlNode* root, const std::set<std::string>& wanted) {
  IdTable found;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
      if (!is_id(attribute)) continue;
      std::string id = value(attribute);
      if (wanted.contains(id)) found[std::move(id)].push_back(node);
    }
  return found;
}

std::vector<xmlNode*> elements_with_id(const xmlNode* root, const std::string& id) {
  auto found = find_ids(const_cast<xmlNode*>(root), {id});
  return found.empty() ? std::vector<xmlNode*>() : found.begin()->second;
}

bool register_id(xmlNode* element, const std::string& id) {
  const auto* text = reinterpret_cast<const xmlChar*>(id.c_str());
  for (xmlAttr* attribute = element->properties; attribute != nullptr; attribute = attribute->next) {
    if (!is_id(attribute) || value(attribute) != id) continue;
    // The parser has registered xml:id by itself.
    const xmlAttr* holder = xmlGetID(element->doc, text);
    if (holder == attribute) return true;
    return holder == nullptr && xmlAddID(nullptr, element->doc, text, attribute) != nullptr;
  }
  return false;
}

}  // namespace tilts::exchange
