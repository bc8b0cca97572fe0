// What a library says about itself, copied out of its C descriptor and checked. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tilts::host {

// Setting names to values, as the configuration has them.
using Settings = std::map<std::string, std::string>;

struct Setting {
  enum class Kind { text, integer, boolean, choice };

  std::string name;
  std::string documentation;
  std::string default_value;
  std::vector<std::string> choices;
  int64_t minimum = 0;  // of an integer; of a text its length in bytes
  int64_t maximum = 0;
  Kind kind = Kind::text;
  bool required = false;
};

struct FieldType {
  std::string name;
  std::string documentation;
};

struct RecordType {
  std::string name;
  std::string documentation;
  std::vector<FieldType> fields;
};

struct Operation {
  std::string name;
  std::string documentation;
  bool pull = false;
  bool push = false;
  bool inquire = false;
  bool resume = false;
};

struct Descriptor {
  std::string id;
  std::string version;
  std::string documentation;
  std::string remark;              // of an instance: what must be known of its settings; since 1.3
  bool takes_attachments = false;  // since version 1.1 of the contract
  bool declares_itself = false;    // its record types depend on its settings: declared() has them; since 1.2
  std::vector<Setting> settings;
  std::vector<RecordType> record_types;
  std::vector<Operation> operations;

  // nullptr when there is none.
  const Operation* operation(std::string_view name) const;
};

// Every problem of these settings, one sentence each; empty when all is well: unknown names, values outside
// what is declared, missing required ones.
std::vector<std::string> problems(const Descriptor& descriptor, const Settings& settings);

}  // namespace tilts::host
