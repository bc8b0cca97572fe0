#include "tests/simulator/element.h"

#include <algorithm>

#include "tests/simulator/request.h"

namespace tilts::simulator {
namespace {

std::string_view bare(std::string_view name) { return name.substr(0, name.find_last_not_of("?*") + 1); }

}  // namespace

Element::Element(const xmlNode* node, std::initializer_list<std::string_view> wanted) : node_(node) {
  std::vector<std::string> seen;
  for (const xmlNode* found : children(node)) {
    const std::string name = local_name(found);
    const auto* known =
        std::find_if(wanted.begin(), wanted.end(), [&](auto want) { return bare(want) == name; });
    if (known == wanted.end() || space_name(found) != space_name(node))
      refuse(name + " does not belong there");
    if (!known->ends_with('*') && std::find(seen.begin(), seen.end(), name) != seen.end())
      refuse("more than one " + name);
    seen.push_back(name);
  }
  for (const std::string_view want : wanted)
    if (bare(want) == want && missing_.empty() && value(want).empty()) missing_ = want;
}

std::vector<const xmlNode*> Element::all(std::string_view name) const {
  std::vector<const xmlNode*> found;
  for (const xmlNode* node : children(node_))
    if (is(node, space_name(node_), name)) found.push_back(node);
  return found;
}

const Element& Element::whole() const {
  if (!missing_.empty()) refuse(missing_ + " is missing");
  return *this;
}

void Element::refuse(const std::string& what) const {
  throw Refusal(Blame::sender, local_name(node_) + ": " + what);
}

}  // namespace tilts::simulator
