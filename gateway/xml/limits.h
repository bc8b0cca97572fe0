// How large a document may be in each direction (verification policy, section 1). A profile may tighten them.
#pragma once

#include <cstddef>

namespace tilts::xml {

struct Limits {
  size_t bytes = 20u << 20;
  size_t depth = 256;
  size_t attributes = 256;           // attributes and namespace declarations of one element
  size_t namespaces_in_scope = 256;  // ours: libxml2 walks every declaration in scope to look a prefix up
  size_t name = 1024;                // bytes
  size_t attribute_value = 1u << 20;
  size_t text = 10'000'000;
  size_t nodes = 1'000'000;  // nodes, attributes and namespace declarations together
};

}  // namespace tilts::xml
