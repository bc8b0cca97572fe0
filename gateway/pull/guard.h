// Stops a run before delivery when it leaves the job's bounds: too many changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tilts::pull {

struct Bounds {
  int64_t removals = 25;          // removals and deaths: this many …
  double removals_percent = 0.2;  // … or this share of what was delivered, whichever is more
  double changes_percent = 10;
};

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
std::vector<std::string> too_many_changes(const Bounds& bounds, const std::vector<PlannedCounts>& planned,
                                          bool initial);

}  // namespace tilts::pull
