#include "gateway/cli/repaired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/desk.h"

namespace tilts::cli {
namespace {

using testing::ElementsAre;

pull::RunReport report(pull::RunState state, const std::string& sentence) {
  pull::RunReport report;
  report.job = "residents";
  report.state = state;
  report.preview = state == pull::RunState::preview;
  report.sentence = sentence;
  return report;
}

TEST(Repaired, ACompletedDeliveryIsALineAndACutOffRunAnAlarm) {
  Desk desk;
  store::Store store = desk.store();
  std::vector<std::string> journal;
  schedule::Bell bell(
      store, "", "tilts test", [&](const std::string& line) { journal.push_back(line); },
      Clock::fixed(desk.now));
  using pull::RunState;
  tell_repaired({report(RunState::done, "complete"), report(RunState::done_held_back, "complete in part"),
                 report(RunState::preview, "start it again"), report(RunState::interrupted, "cut off")},
                bell);
  EXPECT_THAT(journal, ElementsAre("complete", "complete in part", "start it again", "alarm: cut off"));
  const auto standing = store.read([&](store::Session& s) { return store.alarms().standing(s); });
  ASSERT_EQ(standing.size(), 1u);
  EXPECT_EQ(standing[0].subject, "job residents");
  EXPECT_EQ(standing[0].kind, "interrupted");
}

}  // namespace
}  // namespace tilts::cli
