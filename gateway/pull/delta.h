// What the mapped rows of one client are against what a target last got of that client.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/mapping/mapper.h"
#include "gateway/store/delivered.h"
#include "gateway/targets/row.h"

namespace tilts::pull {

struct Change {
  targets::Action action = targets::Action::add;
  const targets::Row* row = nullptr;            // nullptr when removed
  const store::DeliveredRow* before = nullptr;  // nullptr when added

  bool operator==(const Change&) const = default;
};

// Changes in the order of `rows`, then removals. A held row is none: it keeps what was delivered and is tried
// again in the next run. Without `removals` what is no longer mapped stays too.
std::vector<Change> compare(std::span<const mapping::MappedRow> rows,
                            std::span<const store::DeliveredRow> delivered, bool removals);

}  // namespace tilts::pull
