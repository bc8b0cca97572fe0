#include "gateway/pull/report.h"

#include <gtest/gtest.h>

namespace tilts::pull {
namespace {

TEST(RunState, ExitCodesTellTheTruth) {
  EXPECT_EQ(exit_code(RunState::done), 0);
  EXPECT_EQ(exit_code(RunState::done_held_back), 3);
  EXPECT_EQ(exit_code(RunState::preview), 0) << "nothing was delivered, whatever it would hold back";
  EXPECT_EQ(exit_code(RunState::parked), 0);
  EXPECT_EQ(exit_code(RunState::waiting), 4);
  EXPECT_EQ(exit_code(RunState::untrusted), 5);
  EXPECT_EQ(exit_code(RunState::transient), 6);
  EXPECT_EQ(exit_code(RunState::declined), 6);
  EXPECT_EQ(exit_code(RunState::bug), 70);
  EXPECT_EQ(exit_code(RunState::config), 78);
}

TEST(RunState, EveryNameLeadsBack) {
  for (const RunState state : {RunState::done, RunState::done_held_back, RunState::preview, RunState::parked,
                               RunState::waiting, RunState::transient, RunState::untrusted,
                               RunState::declined, RunState::config, RunState::bug, RunState::interrupted})
    EXPECT_EQ(run_state(name(state)), state);
  EXPECT_THROW(run_state("well"), Error);
}

TEST(RunState, EveryErrorHasOne) {
  EXPECT_EQ(run_state(Code::untrusted), RunState::untrusted);
  EXPECT_EQ(run_state(Code::transient), RunState::transient);
  EXPECT_EQ(run_state(Code::declined), RunState::declined);
  EXPECT_EQ(run_state(Code::config), RunState::config);
  EXPECT_EQ(run_state(Code::bug), RunState::bug);
}

}  // namespace
}  // namespace tilts::pull
