// What an adapter throws, and what a service that failed throws into it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "plugins/abi/adapter_abi.h"

namespace tilts::sdk {

// What happens next; adapter_abi.h says it of each.
enum class Code : int32_t {
  config = TILTS_CONFIG,
  transient = TILTS_TRANSIENT,
  declined = TILTS_DECLINED,
  untrusted = TILTS_UNTRUSTED,
  unknown = TILTS_UNKNOWN,
  bug = TILTS_BUG,
  cancelled = TILTS_CANCELLED,
  limit = TILTS_LIMIT,
};

// One sentence from outside to inside, ending with what to do next; without personal data. Catching one of a
// service to go on helps only with transient, declined and config from ask, submit and the documents: the
// host remembers every other.
class Failure : public std::runtime_error {
 public:
  Failure(Code code, const std::string& text) : std::runtime_error(text), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

constexpr tilts_text to_abi(std::string_view text) { return {text.data(), text.size()}; }
constexpr std::string_view from_abi(tilts_text text) { return {text.data, text.size}; }

}  // namespace tilts::sdk
