// Why somebody decided something. A blank reason is none.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tilts::cli {

// Declares --because TEXT, which must be said.
void add_because(CLI::App& command, std::string& because,
                 const std::string& help = "Why this is right; kept with your user name");

}  // namespace tilts::cli
