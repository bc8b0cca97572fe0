// The one error type of the gateway. Its code says what happens next; its text is one sentence that reads
// from outside to inside and ends with the next step. Never personal data: opaque ids only.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tilts {

enum class Code {
  config,     // refuse to start; while running, stop this job
  transient,  // keep, retry with back-off and a limit
  declined,   // the registry said no in a trusted answer
  untrusted,  // hold, raise an alarm
  unknown,    // a submission only: inquire
  bug,        // stop this job, log the context
};

// "config", "transient", …: the word that logs and the store use.
std::string_view name(Code code);

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& text) : std::runtime_error(text), code_(code) {}

  Code code() const { return code_; }

  // The same error seen from further outside: "outer: text".
  Error inside(std::string_view outer) const;

 private:
  Code code_;
};

}  // namespace tilts
