// Stops a run before delivery when it leaves the job's bounds: too many changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/config/configuration.h"

namespace tilts::pull {

// One target's plan, against what that target last got.
struct PlannedCounts {
  std::string target;
  int64_t delivered = 0;  // rows the target holds now
  int64_t adds = 0;
  int64_t changes = 0;
  int64_t removals = 0;
  int64_t deaths = 0;
  bool mapping_edited = false;
};

// Empty: the run may deliver. Otherwise one sentence a bound that was left.
std::vector<std::string> too_many_changes(const config::GuardSettings& bounds,
                                          const std::vector<PlannedCounts>& planned, bool initial);

}  // namespace tilts::pull
