// The directory of e-addresses, kept in step: everybody once, page by page, and from then on what changed.
#pragma once

#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::e_address {

// Goes on where `cursor` says ("": from the beginning; "token …": within the first time; "version …": after
// it) and emits a record for each addressee; a checkpoint after every page. Throws Failure(untrusted) for a
// page that does not say how it goes on, or that leads back to where it came from.
void pull_directory(sdk::Host& host, std::string_view cursor);

}  // namespace tilts::e_address
