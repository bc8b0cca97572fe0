// What `tilts submit`, `tilts submissions`, `tilts restore` and `tilts retention` have in common.
#pragma once

#include <string>

#include "gateway/cli/command.h"
#include "gateway/push/submission_runner.h"
#include "gateway/store/store.h"

namespace tilts::cli {

struct Served;

// The daemon's. Throws Error(config) when it has no intake.
push::SubmissionRunner& submissions_of(const Served& served);

// Throws WrongWords when there is none.
store::Submission demand_submission(const store::Store& store, const std::string& id);

// For a step that needs what retention may have taken: throws WrongWords when it was erased.
store::Submission demand_whole_submission(const store::Store& store, const std::string& id);

// Who looked at it, or decided about it, stands in the audit before the first word is shown; and from now on
// somebody has looked.
void audit_submission(const Context& context, store::Store& store, const store::Submission& submission,
                      const std::string& user, const std::string& what);

// One line about where it stands, and the exit code that says the same.
Exit print_state(Context& context, store::Store& store, const std::string& id);

}  // namespace tilts::cli
