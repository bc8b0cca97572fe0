// Run and part become file names and keys.
#pragma once

#include "gateway/targets/target.h"

namespace tilts::targets {

// Throws Error(bug) when a run or part could lead out of the folder or into another delivery's name.
void check_names(const Delivery& delivery);

}  // namespace tilts::targets
