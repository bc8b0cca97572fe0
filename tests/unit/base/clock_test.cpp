#include "gateway/base/clock.h"

#include <gtest/gtest.h>

#include "gateway/base/error.h"

namespace tilts {
namespace {

TEST(Clock, ReadsUtcAndOffsetsAsTheSameInstant) {
  EXPECT_EQ(parse_time("2026-11-21T02:30:00Z"), parse_time("2026-11-21T04:30:00+02:00"));
  EXPECT_EQ(to_text(parse_time("2026-11-21T04:30:00.123456+02:00")), "2026-11-21T02:30:00.123Z");
}

TEST(Clock, RefusesWhatIsNotADateTimeWithAZone) {
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T02:30:00", "2026-02-30T02:30:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T02:30:60Z", "2026-11-21T02:30:00.Z", "2026-11-21T02:30:00Zx", "2026-11-21T02:30:00+2:00",
        "-026-11-21T02:30:00Z", "2026-11-21t02:30:00Z"})
    EXPECT_THROW(parse_time(text), Error) << text;
}

TEST(Clock, RefusesDaysThatDoNotExist) {
  EXPECT_EQ(to_text(parse_date("2024-02-29")), "2024-02-29");
  for (const char* text : {"2023-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01Z"})
    EXPECT_THROW(parse_date(text), Error) << text;
}

TEST(Clock, TheDayIsTheZonesDay) {
  EXPECT_EQ(to_text(day_in("Europe/Riga", parse_time("2026-11-20T23:30:00Z"))), "2026-11-21");
  EXPECT_EQ(to_text(day_in("UTC", parse_time("2026-11-20T23:30:00Z"))), "2026-11-20");
  EXPECT_THROW(day_in("Europe/Nowhere", parse_time("2026-11-20T23:30:00Z")), Error);
}

}  // namespace
}  // namespace tilts
