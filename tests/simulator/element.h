// An element of a request that may hold these children, in its own namespace, and no others; written as the
// READMEs do: "Phone?" may be left out, "Diagnosis*" may come any number of times.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/dom.h"

namespace tilts::simulator {

class Element {
 public:
  // Throws Refusal for a child that does not belong there, or comes twice.
  Element(const xmlNode* node, std::initializer_list<std::string_view> wanted);

  std::string value(std::string_view name) const { return text(at(name)); }
  const xmlNode* at(std::string_view name) const { return child(node_, space_name(node_), name); }
  std::vector<const xmlNode*> all(std::string_view name) const;
  // The first child without a mark that is not there, or is empty.
  const std::string& missing() const { return missing_; }
  // Throws Refusal when something is missing.
  const Element& whole() const;

  [[noreturn]] void refuse(const std::string& what) const;

 private:
  const xmlNode* node_;
  std::string missing_;
};

}  // namespace tilts::simulator
