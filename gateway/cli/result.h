// How a run went, in the word that tables show.
#pragma once

#include <string>

#include "gateway/config/configuration.h"
#include "gateway/store/runs.h"

namespace tilts::cli {

// The row says that the run is under way, and nobody is there who could be at it: the process was killed, and
// nothing has started since. On PostgreSQL of planned runs alone, which the daemon starts: a command may be
// at the others from anywhere.
bool cut_off(const config::Configuration& configuration, const store::Run& run);

// "done", "untrusted", "unreachable", "cut off", "preview", …
std::string result_of(const config::Configuration& configuration, const store::Run& run);

}  // namespace tilts::cli
