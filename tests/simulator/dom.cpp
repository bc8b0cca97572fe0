#include "tests/simulator/dom.h"

namespace tilts::simulator {
namespace {

// xmlFree is a variable, not a function.
struct FreeText {
  void operator()(xmlChar* value) const { xmlFree(value); }
};
using Text = std::unique_ptr<xmlChar, FreeText>;

std::string_view view(const xmlChar* value) {
  return value == nullptr ? std::string_view() : reinterpret_cast<const char*>(value);
}

}  // namespace

bool is(const xmlNode* node, std::string_view space, std::string_view local) {
  return node != nullptr && node->type == XML_ELEMENT_NODE && node->ns != nullptr &&
         view(node->ns->href) == space && view(node->name) == local;
}

std::vector<xmlNode*> children(const xmlNode* parent) {
  std::vector<xmlNode*> found;
  for (xmlNode* node = parent == nullptr ? nullptr : parent->children; node != nullptr; node = node->next)
    if (node->type == XML_ELEMENT_NODE) found.push_back(node);
  return found;
}

xmlNode* child(const xmlNode* parent, std::string_view space, std::string_view local) {
  for (xmlNode* node = parent == nullptr ? nullptr : parent->children; node != nullptr; node = node->next)
    if (is(node, space, local)) return node;
  return nullptr;
}

const xmlNode* sole(const xmlNode* parent, const char* space, const char* local, Demand& demand) {
  const xmlNode* found = nullptr;
  for (const xmlNode* node : children(parent)) {
    if (!is(node, space, local)) continue;
    demand(found == nullptr, std::string("more than one ") + local);
    found = node;
  }
  demand(found != nullptr, std::string(local) + " is missing");
  return found;
}

std::string local_name(const xmlNode* node) { return node == nullptr ? "" : std::string(view(node->name)); }

std::string space_name(const xmlNode* node) {
  return node == nullptr || node->ns == nullptr ? "" : std::string(view(node->ns->href));
}

std::string text(const xmlNode* node) {
  if (node == nullptr) return "";
  const Text content(xmlNodeGetContent(node));
  const std::string_view whole = view(content.get());
  const std::size_t first = whole.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(whole.substr(first, whole.find_last_not_of(" \t\r\n") - first + 1));
}

std::string attribute(const xmlNode* node, const char* local, const char* space) {
  if (node == nullptr) return "";
  const auto* name = reinterpret_cast<const xmlChar*>(local);
  const Text value(space == nullptr ? xmlGetNoNsProp(node, name)
                                    : xmlGetNsProp(node, name, reinterpret_cast<const xmlChar*>(space)));
  return std::string(view(value.get()));
}

}  // namespace tilts::simulator
