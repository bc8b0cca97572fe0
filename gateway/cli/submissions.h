// What `tilts submit`, `tilts submissions` and `tilts restore` have in common.
#pragma once

#include <string>

#include "gateway/cli/command.h"
#include "gateway/push/submission_runner.h"
#include "gateway/store/store.h"

namespace tilts::cli {

struct Served;

// The daemon's. Throws Error(config) when it has no intake.
push::SubmissionRunner& submissions_of(const Served& served);

// One line about where it stands, and the exit code that says the same.
Exit print_state(Context& context, store::Store& store, const std::string& id);

}  // namespace tilts::cli
