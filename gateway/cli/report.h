// What a run tells the person who started or approved it.
#pragma once

#include "gateway/cli/command.h"
#include "gateway/pull/job_runner.h"

namespace tilts::cli {

// Counts, deliveries, what is held back, and the next step. Failures go to `err`.
void print_report(Context& context, const pull::RunReport& report);
void print_difference(Context& context, const pull::Difference& difference);
Exit exit_of(const pull::RunReport& report);

}  // namespace tilts::cli
