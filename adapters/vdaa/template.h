// The message of a look-up: XML in which {code} stands for a personas kods, and what stands in l:people is
// written once for each person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/writer.h"
#include "plugins/sdk/xml_tree.h"

namespace tilts::vdaa {

inline constexpr std::string_view lookup_namespace = "urn:tilts:lookup:1";

// A sentence about a place in a look-up's file: Failure(config).
sdk::Failure wrong(int line, const std::string& what);

class Template {
 public:
  Template() = default;
  // `request`: l:request. Throws Failure(config) with the line of a value that is none, of a code outside
  // l:people, of text beside elements, and when it asks about nobody.
  explicit Template(const sdk::XmlElement& request);

  void write(sdk::Writer& to, const std::vector<std::string>& codes) const;

 private:
  sdk::XmlElement root_;
};

}  // namespace tilts::vdaa
