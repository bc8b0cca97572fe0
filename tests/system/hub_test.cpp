// The state hub answers later: Submit, GetStatus as often as it wishes, and the result. Every night is a
// process of its own, so a restart lies between the question and its answer.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

Plan later() {
  Plan plan;
  plan.residents = 40;
  plan.profile = {{"<name key=\"list-destination\">",
                   "<name key=\"list-call\">async</name><name key=\"list-destination\">"}};
  return plan;
}

TEST(Hub, AnAnswerOfMinutesSurvivesARestartInBetween) {
  City city(later());
  city.registry().post("/patience", R"({"ready":600,"poll":300,"strict":true})");
  EXPECT_EQ(city.night_in_a_child(initial()), 0);
  EXPECT_EQ(city.registry().counter("Submit"), 2) << "40 people in lists of 25";
  EXPECT_TRUE(city.deliveries("residents").empty());

  const pull::RunReport early = city.night(initial());
  EXPECT_EQ(early.state, RunState::parked) << early.sentence;
  EXPECT_EQ(city.registry().counter("GetStatus"), 0) << "the hub is not asked before its time";

  city.quiet_days(1);
  EXPECT_EQ(city.night_in_a_child(initial()), 0);
  EXPECT_EQ(city.table("residents").size(), 40u);
  EXPECT_EQ(city.registry().counter("Submit"), 2) << "asked once";
  EXPECT_EQ(city.registry().counter("GetResponse"), 2);
  EXPECT_EQ(city.registry().counter("StartTransaction"), 1) << "the transaction went on";
  EXPECT_EQ(city.registry().counter("EndTransaction"), 1);
  EXPECT_EQ(city.registry().counter("refused"), 0);

  const pull::RunReport next = city.night();
  EXPECT_EQ(next.state, RunState::parked) << "the next question is one of its own: " << next.sentence;
}

TEST(Hub, AShortPollIsWaitedForInsideTheRun) {
  City city(later());
  city.registry().post("/patience", R"({"ready":3,"poll":2,"strict":true})");
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 40u);
  EXPECT_EQ(city.registry().counter("refused"), 0) << "PollInterval is honoured";
}

TEST(Hub, ALostTransactionIsAskedAnewAndAForgottenQuestionEndsTheCall) {
  City city(later());
  city.registry().post("/patience", R"({"ready":60,"poll":300})");
  EXPECT_EQ(city.night(initial()).state, RunState::parked);
  city.quiet_days(1);
  city.registry().fault(R"({"kind":"ivis-error","value":5,"operation":"GetStatus","count":1})");
  EXPECT_EQ(city.night(initial()).state, RunState::parked);
  EXPECT_EQ(city.registry().counter("StartTransaction"), 2);
  EXPECT_EQ(city.registry().counter("Submit"), 4);
  city.quiet_days(1);
  city.registry().fault(R"({"kind":"ivis-error","value":7,"operation":"GetStatus","count":1})");
  const pull::RunReport report = city.night(initial());
  EXPECT_EQ(report.state, RunState::declined) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("error 7 CorrelationIDNotFound"));
}

TEST(Hub, APersonWhoJoinedMeanwhileIsAskedAboutWithTheOthersAnew) {
  City city(later());
  const std::string roster = support::read_file(city.file("roster.csv"));
  const auto write = [&](const std::string& text) {
    std::filesystem::permissions(city.file("roster.csv"), std::filesystem::perms::owner_all);
    std::ofstream(city.file("roster.csv")) << text;
  };
  write(roster.substr(0, roster.rfind('\n', roster.size() - 2) + 1));
  city.registry().post("/patience", R"({"ready":60,"poll":300})");
  EXPECT_EQ(city.night(initial()).state, RunState::parked);
  write(roster);
  city.quiet_days(1);
  EXPECT_EQ(city.night(initial()).state, RunState::parked);
  EXPECT_EQ(city.registry().counter("GetStatus"), 0) << "what was asked fits nobody's place any more";
  city.quiet_days(1);
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 40u);
}

}  // namespace
}  // namespace tilts::system_test
