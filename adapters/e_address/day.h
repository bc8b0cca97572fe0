// Days as documents and records write them.
#pragma once

#include <string>

#include "plugins/sdk/host.h"

namespace tilts::e_address {

// Today in UTC, YYYY-MM-DD.
std::string day_of(sdk::Host& host);

}  // namespace tilts::e_address
