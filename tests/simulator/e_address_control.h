// What the control port says and does when e-address is played: README.md, "Control".
#pragma once

#include <optional>
#include <string>

#include "tests/simulator/e_address.h"

namespace tilts::simulator {

// None when `what` ("GET /sent") is none of its own. Throws std::exception for what makes no sense.
std::optional<std::string> serve_e_address(EAddress& desk, const std::string& what, const std::string& body);

}  // namespace tilts::simulator
