// A document that is not taken: the limit or the rule it breaks, and a sentence.
#pragma once

#include <string>

#include "gateway/base/error.h"

namespace tilts::xml {

class Malformed : public Error {
 public:
  // `rule` is a stable id, "document-doctype"; `text` never quotes the document; `line` 0: of none.
  Malformed(std::string rule, const std::string& text, int line = 0)
      : Error(Code::untrusted, text), rule_(std::move(rule)), line_(line) {}

  const std::string& rule() const { return rule_; }
  int line() const { return line_; }

 private:
  std::string rule_;
  int line_;
};

}  // namespace tilts::xml
