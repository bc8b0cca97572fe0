// The parts of `tilts check`; each prints what it found and says whether all of it was well.
#pragma once

#include <string>

#include "gateway/cli/command.h"
#include "gateway/config/configuration.h"

namespace tilts::cli {

// Profiles, adapters with their settings and operations, mappings with their cases, the store.
// Returns how many problems it printed.
int check_parts(Context& context, const config::Configuration& configuration);

// One registry, from the outside: name, TLS and our certificate, its clock, one harmless call.
Exit check_online(Context& context, const config::Configuration& configuration, const std::string& registry);

}  // namespace tilts::cli
