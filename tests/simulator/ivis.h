// Errors of the request service by number; the misspellings are the service's own identifiers (VISS
// guidelines, section 2-10-1).
#pragma once

#include <stdexcept>
#include <string_view>

namespace tilts::simulator {

// Empty for a number that is not 1 to 23.
std::string_view ivis_error_name(int number);

// A request the registry believes and cannot serve.
class IvisError : public std::runtime_error {
 public:
  explicit IvisError(int number);
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace tilts::simulator
