// Why a field or a record is held back. Findings are values, collected all, never the first alone.
#pragma once

#include <string>

namespace tilts {

// What is held back: the field, the whole record, or (a notice) nothing: delivered, and a clerk should look.
enum class Weight { field, record, notice };

// `english` and `latvian` may name a person's field values: they go to the findings file with restricted
// rights. The log gets rule, field, place and an opaque id.
struct Finding {
  Weight weight = Weight::field;
  std::string rule;    // stable id, "date-not-readable"
  std::string record;  // record type
  std::string key;     // record key: personal data
  std::string field;   // municipal or registry field; empty when the record as a whole
  std::string place;   // mapping "file:line"
  std::string english;
  std::string latvian;

  bool operator==(const Finding&) const = default;
};

}  // namespace tilts
