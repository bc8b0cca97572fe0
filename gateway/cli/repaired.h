// What a start found open and put in order.
#pragma once

#include <vector>

#include "gateway/pull/report.h"
#include "gateway/schedule/bell.h"

namespace tilts::cli {

// A run that was cut off rings; a delivery that is complete now, or a preview, is a line in the journal.
void tell_repaired(const std::vector<pull::RunReport>& reports, schedule::Bell& bell);

}  // namespace tilts::cli
