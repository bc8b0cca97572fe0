#include "gateway/mapping/span.h"

#include <gtest/gtest.h>

namespace tilts::mapping {
namespace {

using namespace std::chrono;

TEST(Span, IsADurationInYearsMonthsAndDays) {
  EXPECT_EQ(read_span("P1Y2M3D")->years, 1);
  EXPECT_EQ(read_span("P1Y2M3D")->months, 2);
  EXPECT_EQ(read_span("P1Y2M3D")->days, 3);
  EXPECT_EQ(read_span("P2M")->months, 2);
  EXPECT_EQ(read_span("P2M")->years, 0);
  EXPECT_EQ(read_span("P30D")->days, 30);
  for (const char* text : {"", "P", "2M", "P2", "PM", "P2M1Y", "P2M ", "P-2M", "P1000D", "PT2H"})
    EXPECT_FALSE(read_span(text).has_value()) << text;
}

TEST(Span, EndsOnTheSameDayOrTheLastOfAShorterMonth) {
  EXPECT_EQ(shifted(2026y / September / 20, {0, 2, 0}), Date(2026y / November / 20));
  EXPECT_EQ(shifted(2025y / December / 31, {0, 2, 0}), Date(2026y / February / 28));
  EXPECT_EQ(shifted(2027y / December / 31, {0, 2, 0}), Date(2028y / February / 29));
  EXPECT_EQ(shifted(2028y / February / 29, {1, 0, 0}), Date(2029y / February / 28));
  EXPECT_EQ(shifted(2026y / December / 31, {0, 0, 1}), Date(2027y / January / 1));
  EXPECT_EQ(shifted(2025y / December / 31, {0, 2, 1}), Date(2026y / March / 1));
}

TEST(Span, GoesBackAsWell) {
  EXPECT_EQ(shifted(2026y / April / 30, backwards({0, 2, 0})), Date(2026y / February / 28));
  EXPECT_EQ(shifted(2026y / January / 1, backwards({120, 0, 1})), Date(1905y / December / 31));
}

}  // namespace
}  // namespace tilts::mapping
