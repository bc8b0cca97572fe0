#include "gateway/exchange/canonicalization_cost.h"

#include <algorithm>
#include <cstring>

#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

size_t length(const xmlChar* text) {
  return text == nullptr ? 0 : std::strlen(reinterpret_cast<const char*>(text));
}

size_t declarations(const xmlNode* node) {
  size_t count = 0;
  for (const xmlNs* ns = node->nsDef; ns != nullptr; ns = ns->next) ++count;
  return count;
}

size_t declarations_in_scope(const xmlNode* node) {
  size_t count = 0;
  for (; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) count += declarations(node);
  return count;
}

// Walks one subtree and keeps what is written out where, as exclusive canonicalisation does.
class Walk {
 public:
  Walk(size_t prefixes, bool inclusive) : prefixes_(prefixes), inclusive_(inclusive) {}

  CanonicalizationCost of(const xmlNode* root) {
    visit(root, xml::depth(root) + 1, declarations_in_scope(root->parent));
    return cost_;
  }

 private:
  // Depth is bounded by the front scan (256), so recursion is.
  void visit(const xmlNode* node, size_t depth, size_t in_scope) {
    const size_t written = written_.size();
    in_scope += declarations(node);
    write(node->ns);
    size_t attributes = 0;
    for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
      write(attribute->ns);
      ++attributes;
    }
    // Inclusive C14N looks at every declaration in scope at every element.
    const size_t per_level = 1 + prefixes_ + (inclusive_ ? in_scope : 0);
    cost_.nodes += 1 + attributes;
    cost_.steps += depth * per_level + attributes * depth;
    for (const xmlNode* child = node->children; child != nullptr && is_bearable(); child = child->next) {
      if (child->type == XML_ELEMENT_NODE) {
        visit(child, depth + 1, in_scope);
      } else {
        ++cost_.nodes;
        cost_.steps += depth;
      }
    }
    written_.resize(written);
  }

  bool is_bearable() const {
    return cost_.steps <= most_steps && cost_.namespace_octets <= most_namespace_octets;
  }

  void write(const xmlNs* ns) {
    if (ns == nullptr) return;
    for (const xmlNs* above : written_)
      if (above == ns ||
          (xmlStrEqual(above->prefix, ns->prefix) != 0 && xmlStrEqual(above->href, ns->href) != 0))
        return;
    written_.push_back(ns);
    cost_.steps += written_.size();
    cost_.namespace_octets += length(ns->prefix) + length(ns->href) + std::strlen(" xmlns:=\"\"");
  }

  size_t prefixes_;
  bool inclusive_;
  std::vector<const xmlNs*> written_;
  CanonicalizationCost cost_;
};

CanonicalizationCost cost_of(const xmlNode* root, const Transform* canonicalization) {
  const bool inclusive = canonicalization == nullptr || canonicalization->algorithm == names::inclusive_c14n;
  return Walk(canonicalization == nullptr ? 0 : canonicalization->prefixes.size(), inclusive).of(root);
}

}  // namespace

CanonicalizationCost& CanonicalizationCost::operator+=(const CanonicalizationCost& other) {
  nodes += other.nodes;
  steps += other.steps;
  namespace_octets += other.namespace_octets;
  return *this;
}

CanonicalizationCost cost_of(const Reference& reference) {
  CanonicalizationCost all;
  if (reference.target == nullptr) return all;  // leads to nothing: a rule of its own says so
  bool canonical = false;
  for (const Transform& transform : reference.transforms)
    if (transform.algorithm != names::enveloped_signature) {
      const CanonicalizationCost one = cost_of(reference.target, &transform);
      all.steps += one.steps;
      all.namespace_octets += canonical ? 0 : one.namespace_octets;
      all.nodes += canonical ? 0 : one.nodes;
      canonical = true;
    }
  if (!canonical) all = cost_of(reference.target, nullptr);
  return all;
}

CanonicalizationCost cost_of(const xmlNode* element, bool inclusive) {
  return Walk(0, inclusive).of(element);
}

CanonicalizationCost cost_of_signed_info(const Signature& signature) {
  CanonicalizationCost cost = cost_of(signature.signed_info, &signature.canonicalization);
  cost.nodes = 0;  // its size is the number of references, bounded by a rule of its own
  return cost;
}

size_t nodes_of(const xmlNode* root) {
  size_t nodes = 0;
  for (const xmlNode* node = root; node != nullptr;
       node = xml::next_element(const_cast<xmlNode*>(node), root)) {
    ++nodes;
    for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next)
      ++nodes;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next)
      if (child->type != XML_ELEMENT_NODE) ++nodes;
  }
  return nodes;
}

void demand_honest(const CanonicalizationCost& cost, size_t message_octets) {
  if (skipped("canonicalization-cost")) return;
  if (cost.namespace_octets > std::min(2 * message_octets, most_namespace_octets) || cost.steps > most_steps)
    throw Refusal("canonicalization-cost", "canonicalising this message would cost more than any honest one");
}

}  // namespace tilts::exchange
