#include "gateway/base/error.h"

namespace tilts {

std::string_view name(Code code) {
  switch (code) {
    case Code::config:
      return "config";
    case Code::transient:
      return "transient";
    case Code::declined:
      return "declined";
    case Code::untrusted:
      return "untrusted";
    case Code::unknown:
      return "unknown";
    case Code::bug:
      return "bug";
  }
  return "bug";
}

Error Error::inside(std::string_view outer) const { return Error(code_, std::string(outer) + ": " + what()); }

}  // namespace tilts
