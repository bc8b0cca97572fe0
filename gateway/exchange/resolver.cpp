#include "gateway/exchange/resolver.h"

#include "gateway/exchange/key_reference.h"
#include "gateway/exchange/names.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {

IdTable resolve(Signature& signature, xmlNode* root, const xmlNode* security) {
  std::set<std::string> wanted;
  for (const Reference& reference : signature.references)
    if (!reference.uri.empty()) wanted.emplace(fragment(reference.uri));
  if (security != nullptr)
    for (const xmlNode* node = security; node != nullptr;
         node = xml::next_element(const_cast<xmlNode*>(node), security)) {
      if (xml::is(node, names::wsse, "Reference")) wanted.emplace(fragment(xml::attribute(node, "", "URI")));
      if (is_assertion_name(node)) wanted.emplace(xml::trim(xml::text(node)));
    }
  wanted.erase("");
  IdTable ids = find_ids(root, wanted);
  for (Reference& reference : signature.references) {
    if (reference.uri.empty()) {
      reference.target = root;
      continue;
    }
    const std::string id(fragment(reference.uri));
    const auto places = ids.find(id);
    if (places != ids.end() && register_id(places->second.front(), id))
      reference.target = places->second.front();
  }
  return ids;
}

}  // namespace tilts::exchange
