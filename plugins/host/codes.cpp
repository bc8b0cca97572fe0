#include "plugins/host/codes.h"

#include <fmt/format.h>

namespace tilts::host {

tilts_status status_of(Code code) {
  switch (code) {
    case Code::config:
      return TILTS_CONFIG;
    case Code::transient:
      return TILTS_TRANSIENT;
    case Code::declined:
      return TILTS_DECLINED;
    case Code::untrusted:
      return TILTS_UNTRUSTED;
    case Code::unknown:
      return TILTS_UNKNOWN;
    case Code::bug:
      return TILTS_BUG;
  }
  return TILTS_BUG;
}

Code code_of(tilts_status status) {
  switch (status) {
    case TILTS_CONFIG:
      return Code::config;
    case TILTS_TRANSIENT:
      return Code::transient;
    case TILTS_DECLINED:
      return Code::declined;
    case TILTS_UNTRUSTED:
      return Code::untrusted;
    case TILTS_UNKNOWN:
      return Code::unknown;
    default:
      return Code::bug;
  }
}

bool is_sticky(tilts_status status) {
  return status == TILTS_UNTRUSTED || status == TILTS_CANCELLED || status == TILTS_LIMIT ||
         status == TILTS_UNKNOWN || status == TILTS_BUG;
}

Settled settled_of(int32_t given) {
  switch (given) {
    case TILTS_SETTLED_RECEIVED:
      return Settled::received;
    case TILTS_SETTLED_DECLINED:
      return Settled::declined;
    case TILTS_SETTLED_ABSENT:
      return Settled::absent;
    default:
      throw Error(Code::bug, fmt::format("a submission cannot be settled as {}", given));
  }
}

LogLevel level_of(int32_t given) {
  switch (given) {
    case TILTS_LOG_DEBUG:
      return LogLevel::debug;
    case TILTS_LOG_INFORMATION:
      return LogLevel::information;
    case TILTS_LOG_WARNING:
      return LogLevel::warning;
    case TILTS_LOG_ERROR:
      return LogLevel::error;
    default:
      throw Error(Code::bug,
                  fmt::format("a log line has the level {}, which the contract does not have", given));
  }
}

}  // namespace tilts::host
