// How far a run is: one line that is redrawn on a terminal; else a plain line now and then on `err`,
// so that what a command prints can be piped.
#pragma once

#include <string>

#include "gateway/cli/command.h"
#include "gateway/pull/job_runner.h"

namespace tilts::cli {

class ProgressLine {
 public:
  explicit ProgressLine(Context& context) : context_(context) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whatever else is printed does not begin behind it.
  void clear();
  void show(const pull::Progress& progress);

 private:
  std::string sentence(const pull::Progress& progress) const;

  Context& context_;
  bool started_ = false;
  bool drawn_ = false;
  pull::Progress::Stage stage_{};
  Time stage_began_{};
  Time last_line_{};
};

}  // namespace tilts::cli
