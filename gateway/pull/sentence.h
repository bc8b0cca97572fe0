// How a run ended, in one sentence from outside to inside that ends with the next step.
#pragma once

#include <string>

#include "gateway/pull/report.h"

namespace tilts::pull {

// For a run without an error; with one, the error's text and what was done all the same.
std::string sentence_of(const RunReport& report, const std::string& problem);

}  // namespace tilts::pull
