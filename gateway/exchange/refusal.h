// Why a message is untrusted: the rule that refused it, and a sentence that never quotes it.
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/error.h"

namespace tilts::exchange {

class Refusal : public Error {
 public:
  Refusal(std::string rule, const std::string& text)
      : Error(Code::untrusted, text + " (docs/refusals.md#" + rule + ")"), rule_(std::move(rule)) {}

  // The same refusal seen from further outside: "outer: text".
  Refusal inside(std::string_view outer) const { return {*this, outer}; }

  // A stable id for tests, metrics and --json: "body-signed".
  const std::string& rule() const { return rule_; }

 private:
  Refusal(const Refusal& inner, std::string_view outer)
      : Error(inner.Error::inside(outer)), rule_(inner.rule_) {}

  std::string rule_;
};

}  // namespace tilts::exchange
