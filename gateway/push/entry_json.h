// An entry in JSON, as the XML of the same model: one schema judges both.
//   {"operation": "submit", "case_number": "SD-2026-0117", …, "attachments": [{"file": "…", "kind": "…"}]}
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tilts::push {

// The text never quotes the entry.
class NotJson : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws NotJson. Members that the schema does not know become elements that it refuses.
std::string entry_from_json(std::string_view bytes, std::string_view target_namespace);

}  // namespace tilts::push
