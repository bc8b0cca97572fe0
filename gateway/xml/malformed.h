// A document that is not taken: the limit or the rule it breaks, and a sentence.
#pragma once

#include <string>

#include "gateway/base/error.h"

namespace tilts::xml {

class Malformed : public Error {
 public:
  // `rule` is a stable id, "document-doctype"; `text` never quotes the document.
  Malformed(std::string rule, const std::string& text)
      : Error(Code::untrusted, text), rule_(std::move(rule)) {}

  const std::string& rule() const { return rule_; }

 private:
  std::string rule_;
};

}  // namespace tilts::xml
