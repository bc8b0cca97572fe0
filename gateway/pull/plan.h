// What a run would deliver, as the store keeps it: rows in the order in which they were mapped, then one
// summary that makes the plan whole in itself. Delivering needs no mapping file and no registry.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/targets/row.h"

namespace tilts::pull {

// Deaths and changed codes go out in a delivery of their own, before the rest.
enum class Part { first, rest };
std::string_view name(Part part);  // "1-first", "2-rest": sorts in the order in which to take them

struct PlannedRow {
  Part part = Part::rest;
  targets::Action action = targets::Action::add;
  std::string client;
  std::string code;    // the code in use
  bool death = false;  // the registry says that the person died
  targets::Row row;

  bool operator==(const PlannedRow&) const = default;
};

std::string pack(const PlannedRow& row);
PlannedRow unpack_row(std::string_view bytes);

// What a target knows of a person since it got this row: DeliveredRow::payload.
struct LastGot {
  std::string code;  // under which code
  bool death = false;
  targets::Row row;  // cells and held marks
};
std::string pack_last_got(const PlannedRow& row);
LastGot unpack_last_got(std::string_view bytes);

struct PlannedTarget {
  std::string target;
  targets::Layout layout;
  std::string mapping_sha256;
  std::array<int64_t, 2> rows{};  // by Part
};

struct PlanSummary {
  std::string delivery;  // what the files of this run are called: sorts as the nights passed
  std::string as_of;
  std::vector<PlannedTarget> targets;
  std::string failed;  // the run state when something failed before the delivery: it stays so after it
};

// The store keeps it as the plan's last row, under this target name, which no configured target can have.
inline constexpr std::string_view summary_row = "/";

std::string pack(const PlanSummary& summary);
PlanSummary unpack_summary(std::string_view bytes);

}  // namespace tilts::pull
