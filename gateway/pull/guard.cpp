#include "gateway/pull/guard.h"

#include <algorithm>

#include <fmt/format.h>

namespace tilts::pull {
namespace {

int64_t share(int64_t rows, double percent) {
  return static_cast<int64_t>(static_cast<double>(rows) * percent / 100.0 + 1e-9);
}

}  // namespace

std::vector<std::string> too_many_changes(const config::GuardSettings& bounds,
                                          const std::vector<PlannedCounts>& planned, bool initial) {
  std::vector<std::string> sentences;
  for (const PlannedCounts& target : planned) {
    const char* edited = target.mapping_edited ? ", the mapping was edited since the last delivery" : "";
    if (target.delivered == 0 && target.adds > 0 && !initial)
      sentences.push_back(fmt::format("target {}: a first load of {} rows was not announced{}", target.target,
                                      target.adds, edited));
    const int64_t removals =
        std::max<int64_t>(bounds.removals, share(target.delivered, bounds.removals_percent));
    if (target.removals + target.deaths > removals)
      sentences.push_back(fmt::format("target {}: {} removals and {} deaths, at most {} are let through{}",
                                      target.target, target.removals, target.deaths, removals, edited));
    const int64_t changes = share(target.delivered, bounds.changes_percent);
    if (target.changes > changes)
      sentences.push_back(fmt::format("target {}: {} of {} rows would change, at most {} are let through{}",
                                      target.target, target.changes, target.delivered, changes, edited));
  }
  return sentences;
}

}  // namespace tilts::pull
