#include "gateway/pull/plan.h"

#include <gtest/gtest.h>

#include "gateway/base/error.h"

namespace tilts::pull {
namespace {

PlannedRow row() {
  PlannedRow row{.part = Part::first,
                 .action = targets::Action::change,
                 .client = "K-1",
                 .code = "16117519997",
                 .death = true,
                 .row = {}};
  row.row.key = "K-1/declared";
  row.row.cells = {"K-1", "", "Bērziņa; \"A\"\n"};
  row.row.held = {0, 1, 0};
  return row;
}

TEST(Plan, ARowComesBackAsItWas) { EXPECT_EQ(unpack_row(pack(row())), row()); }

TEST(Plan, WhatATargetLastGotComesBack) {
  const LastGot got = unpack_last_got(pack_last_got(row()));
  EXPECT_EQ(got.code, "16117519997");
  EXPECT_TRUE(got.death);
  EXPECT_EQ(got.row.cells, row().row.cells);
  EXPECT_EQ(got.row.held, row().row.held);
}

TEST(Plan, TheSummaryMakesItWholeInItself) {
  PlanSummary summary{.delivery = "20261121T003000Z-1a2b3c4d",
                      .as_of = "2026-11-21T00:30:00.000Z",
                      .targets = {},
                      .failed = "untrusted"};
  summary.targets.push_back({"residents",
                             {"municipal/resident", {{"client", true, true}, {"name", false, false}}},
                             "abc",
                             {3, 22'497}});
  const PlanSummary back = unpack_summary(pack(summary));
  EXPECT_EQ(back.delivery, summary.delivery);
  EXPECT_EQ(back.as_of, summary.as_of);
  EXPECT_EQ(back.failed, "untrusted");
  ASSERT_EQ(back.targets.size(), 1u);
  EXPECT_EQ(back.targets[0].target, "residents");
  EXPECT_EQ(back.targets[0].mapping_sha256, "abc");
  EXPECT_EQ(back.targets[0].layout.name, "municipal/resident");
  EXPECT_EQ(back.targets[0].layout.columns, summary.targets[0].layout.columns);
  EXPECT_EQ(back.targets[0].rows, summary.targets[0].rows);
}

TEST(Plan, ACutRowIsNotRead) {
  const std::string bytes = pack(row());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(unpack_row(std::string_view(bytes).substr(0, size)), Error) << size;
}

TEST(Plan, DeathsSortBeforeTheRest) { EXPECT_LT(name(Part::first), name(Part::rest)); }

}  // namespace
}  // namespace tilts::pull
