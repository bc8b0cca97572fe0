// The numbers of the contract and the gateway's own words for them.
#pragma once

#include <cstdint>

#include "gateway/base/error.h"
#include "plugins/abi/adapter_abi.h"
#include "plugins/host/services.h"

namespace tilts::host {

tilts_status status_of(Code code);
Code code_of(tilts_status status);
// After such a failure every later service of the call fails the same way.
bool is_sticky(tilts_status status);

// Throw Error(bug) for a number that the contract does not have.
Settled settled_of(int32_t given);
LogLevel level_of(int32_t given);

}  // namespace tilts::host
