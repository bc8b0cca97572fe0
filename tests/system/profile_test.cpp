// Registries whose profile loosens something: the registry does as its profile says, and so does a night.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

constexpr const char* signed_answers = "<answer signature=\"required\"";
constexpr const char* unsigned_answers = "<answer signature=\"unsigned\" because=\"it does not sign yet\"";
constexpr const char* says_to_what = "relates-to=\"required\"";
constexpr const char* says_not_to_what = "relates-to=\"absent\"";

Plan loosened(std::vector<std::pair<std::string, std::string>> profile) {
  Plan plan;
  plan.profile = std::move(profile);
  return plan;
}

std::string checked_online(const City& city) {
  Command check(city, {"check", "--online", "population"});
  EXPECT_EQ(check.end(), 0) << check.err();
  return check.out();
}

TEST(Profile, UnsignedAnswersAreTakenOnTheWordOfTls) {
  City city(loosened({{signed_answers, unsigned_answers}}));
  EXPECT_THAT(checked_online(city),
              HasSubstr("ok      one harmless call an answer that only TLS vouches for came back"));
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
  // The rest of the policy stands.
  city.registry().advance(3);
  city.quiet_days(3);
  for (const auto& [fault, sentence] :
       {std::pair{R"({"kind":"stale","operation":"SubmitSync"})", "the message is stale"},
        {R"({"kind":"replayed","operation":"SubmitSync"})", "(RelatesTo)"}}) {
    city.registry().fault(fault);
    const pull::RunReport refused = city.night();
    EXPECT_EQ(name(refused.state), name(RunState::untrusted)) << refused.sentence;
    EXPECT_THAT(refused.sentence, HasSubstr(sentence));
    city.registry().remove("/faults");
  }
}

TEST(Profile, AnAnswerThatDoesNotSayToWhatIsTakenOnItsConnection) {
  City city(loosened({{says_to_what, says_not_to_what}}));
  EXPECT_THAT(checked_online(city), HasSubstr("signed by "));
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
  // An answer to an earlier question on the same connection: the adapter knows whom it asked about.
  city.registry().fault(R"({"kind":"replayed","operation":"SubmitSync","nth":5})");
  const pull::RunReport refused = city.night();
  EXPECT_EQ(city.registry().counter("faults"), 1);
  EXPECT_FALSE(refused.fetched);
  EXPECT_THAT(refused.sentence, HasSubstr("the answer names a person whom the request did not ask about"));
}

TEST(Profile, BothAtOnce) {
  City city(loosened({{signed_answers, unsigned_answers}, {says_to_what, says_not_to_what}}));
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

// What a registry leaves out is missed wherever the profile does not say so.
TEST(Profile, WhatTheProfileDoesNotLoosenIsMissed) {
  City city(loosened({{signed_answers, unsigned_answers}, {says_to_what, says_not_to_what}}));
  city.edit_profile(unsigned_answers, signed_answers);
  const pull::RunReport unsigned_one = city.night(initial());
  EXPECT_EQ(name(unsigned_one.state), name(RunState::untrusted)) << unsigned_one.sentence;
  EXPECT_THAT(unsigned_one.sentence, HasSubstr("the message is not signed"));
  city.edit_profile(signed_answers, unsigned_answers);
  city.edit_profile(says_not_to_what, says_to_what);
  const pull::RunReport silent = city.night(initial());
  EXPECT_EQ(name(silent.state), name(RunState::untrusted)) << silent.sentence;
  EXPECT_THAT(silent.sentence, HasSubstr("RelatesTo"));
  EXPECT_TRUE(city.deliveries("residents").empty());
}

}  // namespace
}  // namespace tilts::system_test
