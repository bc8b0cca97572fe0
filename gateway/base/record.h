// What a registry said about one thing: a person, an address, a relation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilts {

struct Field {
  std::string name;
  std::string value;

  bool operator==(const Field&) const = default;
};

// `key` begins with the personas kods, 11 digits, of whom it is about (about nobody: an id of its own); what
// there can be several of goes on with "/" and what tells them apart ("11111111111/declared"): subject_of().
struct Record {
  std::string type;  // "person", "address", "relation"
  std::string key;
  std::string previous_key;   // when the registry changed the key; else empty
  bool present = true;        // false: the registry no longer has it
  std::string as_of;          // xs:dateTime or xs:date, as the registry said it
  std::vector<Field> fields;  // in the adapter's order; a field that the registry left out is absent

  bool operator==(const Record&) const = default;

  // The value of a field, or nullptr when the registry left it out.
  const std::string* find(std::string_view name) const {
    for (const Field& field : fields)
      if (field.name == name) return &field.value;
    return nullptr;
  }
};

inline std::string_view subject_of(std::string_view key) { return key.substr(0, key.find('/')); }

}  // namespace tilts
