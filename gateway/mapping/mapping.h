// A mapping file, compiled once: registry fields to municipal cells, as a table (docs/writing-a-mapping.md,
// mappings/mapping.xsd, namespace urn:tilts:mapping:1).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/error.h"
#include "gateway/targets/row.h"

namespace tilts::mapping {

// One thing wrong with a file; `line` is 0 when the file as a whole is.
struct Problem {
  std::string file;
  int line = 0;
  std::string sentence;

  std::string text() const;  // "mappings/x.xml:12: sentence"
  bool operator==(const Problem&) const = default;
};

// What the mapping reads of a registry, for a check against what an adapter emits.
struct Reference {
  std::string record;  // "person"
  std::string field;   // "birth_date"; empty: the record as a whole
  int line = 0;
};

class Mapping {
 public:
  // Every problem of the file and its code lists at once goes to `problems`; nullptr when there is one.
  static std::shared_ptr<const Mapping> load(const std::filesystem::path& file,
                                             std::vector<Problem>& problems);
  // The same, all problems in one Error(config), a line each.
  static std::shared_ptr<const Mapping> load(const std::filesystem::path& file);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  const std::string& name() const { return layout_.name; }
  const std::string& file() const;
  const targets::Layout& layout() const { return layout_; }
  // SHA-256 in hex over the file and its code lists: another hash means that the mapping was edited.
  const std::string& hash() const { return hash_; }
  const std::vector<Reference>& references() const { return references_; }

  // The first line that reads what a roster says of somebody (subject.client, …); 0: none does.
  int roster_line() const;

  struct Program;  // the compiled form, the mapper's affair
  const Program& program() const { return *program_; }

 private:
  explicit Mapping(std::unique_ptr<const Program> program);

  targets::Layout layout_;
  std::string hash_;
  std::vector<Reference> references_;
  std::unique_ptr<const Program> program_;
};

}  // namespace tilts::mapping
