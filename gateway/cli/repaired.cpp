#include "gateway/cli/repaired.h"

#include "gateway/store/findings.h"

namespace tilts::cli {

void tell_repaired(const std::vector<pull::RunReport>& reports, schedule::Bell& bell) {
  for (const pull::RunReport& report : reports)
    // A run that went well has ended the alarms about its job: another would stand until the next night.
    if (report.preview || report.state == pull::RunState::done ||
        report.state == pull::RunState::done_held_back)
      bell.note(report.sentence);
    else
      bell.ring(store::about_job(report.job), std::string(pull::name(report.state)), report.sentence);
}

}  // namespace tilts::cli
