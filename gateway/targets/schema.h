// An XSD: what a target's output, or an entry that is taken in, must meet. Stands alone: a schema that names
// another file is refused.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/xmlschemas.h>

#include "gateway/base/handle.h"

namespace tilts::targets {

class Schema {
 public:
  // `owner` begins every sentence. Throws Error(config) with the line when it is no schema.
  Schema(const std::filesystem::path& file, std::string owner);

  const std::string& target_namespace() const { return namespace_; }

  // What is wrong with a whole document, in the validator's words, which may quote values; empty when nothing
  // is.
  std::string judge(std::string_view document) const;

  struct Problem {
    int line = 0;
    std::string element;  // local name
    std::string message;  // the validator's words, which may quote values
  };
  // Everything that is wrong with a document, in its order.
  std::vector<Problem> problems(xmlDoc& document) const;

  // Judges a document as it is written, in constant memory.
  class Stream {
   public:
    explicit Stream(const Schema& schema);
    ~Stream();
    // Throws Error(config), naming the line of the output and never its words.
    void add(std::string_view bytes, bool last);

   private:
    struct Parts;
    const Schema& schema_;
    std::unique_ptr<Parts> parts_;
  };

 private:
  std::filesystem::path file_;
  std::string owner_;
  std::string namespace_;
  Handle<xmlSchema, xmlSchemaFree> schema_;
};

}  // namespace tilts::targets
