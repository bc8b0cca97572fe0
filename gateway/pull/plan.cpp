#include "gateway/pull/plan.h"

#include "gateway/store/pack.h"

namespace tilts::pull {
namespace {

using store::pack_one;

void put_cells(std::string& bytes, const targets::Row& row) {
  pack_one(bytes, static_cast<int64_t>(row.cells.size()));
  for (const std::string& cell : row.cells) pack_one(bytes, cell);
  pack_one(bytes, std::string_view(row.held.data(), row.held.size()));
}

void take_cells(store::Unpacker& unpacker, targets::Row& row) {
  for (int64_t left = unpacker.number(); left > 0; --left) row.cells.push_back(unpacker.text());
  const std::string_view held = unpacker.next();
  row.held.assign(held.begin(), held.end());
}

}  // namespace

std::string_view name(Part part) { return part == Part::first ? "1-first" : "2-rest"; }

std::string pack(const PlannedRow& row) {
  std::string bytes = store::pack(static_cast<int64_t>(row.part), static_cast<int64_t>(row.action),
                                  row.client, row.code, static_cast<int64_t>(row.death), row.row.key);
  put_cells(bytes, row.row);
  return bytes;
}

PlannedRow unpack_row(std::string_view bytes) {
  store::Unpacker unpacker(bytes);
  PlannedRow row;
  row.part = static_cast<Part>(unpacker.number());
  row.action = static_cast<targets::Action>(unpacker.number());
  row.client = unpacker.text();
  row.code = unpacker.text();
  row.death = unpacker.number() != 0;
  row.row.key = unpacker.text();
  take_cells(unpacker, row.row);
  return row;
}

std::string pack_last_got(const PlannedRow& row) {
  std::string bytes = store::pack(row.code, static_cast<int64_t>(row.death));
  put_cells(bytes, row.row);
  return bytes;
}

LastGot unpack_last_got(std::string_view bytes) {
  store::Unpacker unpacker(bytes);
  LastGot got;
  got.code = unpacker.text();
  got.death = unpacker.number() != 0;
  take_cells(unpacker, got.row);
  return got;
}

std::string pack(const PlanSummary& summary) {
  std::string bytes =
      store::pack(summary.delivery, summary.as_of, static_cast<int64_t>(summary.targets.size()));
  for (const PlannedTarget& target : summary.targets) {
    bytes += store::pack(target.target, target.mapping_sha256, target.rows[0], target.rows[1],
                         target.layout.name, static_cast<int64_t>(target.layout.columns.size()));
    for (const targets::Column& column : target.layout.columns)
      bytes += store::pack(column.name, static_cast<int64_t>(column.key), static_cast<int64_t>(column.text));
  }
  return bytes + store::pack(summary.failed);
}

PlanSummary unpack_summary(std::string_view bytes) {
  store::Unpacker unpacker(bytes);
  PlanSummary summary;
  summary.delivery = unpacker.text();
  summary.as_of = unpacker.text();
  summary.targets.resize(static_cast<size_t>(unpacker.number()));
  for (PlannedTarget& target : summary.targets) {
    target.target = unpacker.text();
    target.mapping_sha256 = unpacker.text();
    target.rows[0] = unpacker.number();
    target.rows[1] = unpacker.number();
    target.layout.name = unpacker.text();
    for (int64_t left = unpacker.number(); left > 0; --left) {
      targets::Column column;
      column.name = unpacker.text();
      column.key = unpacker.number() != 0;
      column.text = unpacker.number() != 0;
      target.layout.columns.push_back(std::move(column));
    }
  }
  if (!unpacker.done()) summary.failed = unpacker.text();  // a plan of an older program ends here
  return summary;
}

}  // namespace tilts::pull
