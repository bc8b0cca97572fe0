#include "gateway/pull/delta.h"

#include <algorithm>
#include <cstring>

namespace tilts::pull {
namespace {

bool same_content(const targets::Row& row, const store::DeliveredRow& before) {
  const auto hash = targets::content_hash(row);
  return before.hash.size() == hash.size() && std::memcmp(before.hash.data(), hash.data(), hash.size()) == 0;
}

}  // namespace

std::vector<Change> compare(std::span<const mapping::MappedRow> rows,
                            std::span<const store::DeliveredRow> delivered, bool removals) {
  std::vector<Change> changes;
  for (const mapping::MappedRow& mapped : rows) {
    if (mapped.held) continue;
    const auto before = std::find_if(delivered.begin(), delivered.end(), [&](const store::DeliveredRow& old) {
      return old.key == mapped.row.key;
    });
    if (before == delivered.end())
      changes.push_back({targets::Action::add, &mapped.row, nullptr});
    else if (!same_content(mapped.row, *before))
      changes.push_back({targets::Action::change, &mapped.row, &*before});
  }
  if (!removals) return changes;
  for (const store::DeliveredRow& old : delivered)
    if (std::none_of(rows.begin(), rows.end(),
                     [&](const mapping::MappedRow& mapped) { return mapped.row.key == old.key; }))
      changes.push_back({targets::Action::remove, nullptr, &old});
  return changes;
}

}  // namespace tilts::pull
