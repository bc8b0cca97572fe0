// What the registry does wrong, and what the run then says. Whatever it is: nothing is half delivered, and
// the next night carries on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

struct Fault {
  const char* json;
  RunState state;
  const char* sentence;
};

// `count` 0: every request, so that repeating does not help.
constexpr Fault faults[] = {
    {R"({"kind":"reset-before","count":0})", RunState::transient, "registry population"},
    {R"({"kind":"reset-after","count":0})", RunState::transient, "registry population"},
    {R"({"kind":"truncated","count":0})", RunState::transient, "registry population"},
    {R"({"kind":"http-status","value":503,"count":0})", RunState::transient, "503"},
    {R"({"kind":"unsigned","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"wrong-signer","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"expired-certificate","operation":"SubmitSync"})", RunState::untrusted,
     "registry population"},
    {R"({"kind":"wrapped","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"replayed","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"stale","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"wrong-encoding","operation":"SubmitSync"})", RunState::untrusted, "registry population"},
    {R"({"kind":"missing-page","operation":"SubmitSync"})", RunState::untrusted, "adapter population"},
    {R"({"kind":"ivis-error","value":13,"operation":"SubmitSync"})", RunState::config, "13"},
    {R"({"kind":"ivis-error","value":22,"operation":"SubmitSync"})", RunState::bug, "22"},
    {R"({"kind":"ivis-error","operation":"StartTransaction","count":0})", RunState::config,
     "StartTransaction"},
    {R"({"kind":"signed-fault","count":0})", RunState::transient, "registry population"},
    {R"({"kind":"unsigned-fault","count":0})", RunState::transient, "registry population"},
};

class Faulty : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    city = new City;
    pull::RunOptions initial;
    initial.initial = true;
    city->night(initial);
  }
  static void TearDownTestSuite() {
    delete city;
    city = nullptr;
  }
  static City* city;
};
City* Faulty::city = nullptr;

TEST_F(Faulty, EveryFaultHasItsStateAndTheNextNightIsWell) {
  const auto table = city->table("residents");
  ASSERT_EQ(table.size(), 300u);
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.json);
    city->registry().fault(fault.json);
    const pull::RunReport report = city->night();
    city->registry().remove("/faults");
    EXPECT_EQ(name(report.state), name(fault.state)) << report.sentence;
    EXPECT_THAT(report.sentence, HasSubstr(fault.sentence));
    EXPECT_FALSE(report.fetched);
    EXPECT_EQ(city->table("residents"), table);
    const pull::RunReport after = city->night();
    EXPECT_TRUE(after.fetched) << after.sentence;
  }
}

TEST_F(Faulty, WhatIsRepeatedIsNotToldTwice) {
  for (const char* once : {R"({"kind":"reset-before"})", R"({"kind":"close-reused"})",
                           R"({"kind":"slow","value":50})", R"({"kind":"truncated"})"}) {
    SCOPED_TRACE(once);
    city->registry().fault(once);
    const pull::RunReport report = city->night();
    city->registry().remove("/faults");
    EXPECT_TRUE(report.fetched) << report.sentence;
    EXPECT_EQ(report.counts.asked, 300);
  }
}

TEST_F(Faulty, ARegistryThatIsAwayIsTransient) {
  City away;
  pull::RunOptions initial;
  initial.initial = true;
  away.night(initial);
  away.stop_registry();
  const pull::RunReport report = away.night();
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("from what was stored as of "));
  EXPECT_EQ(away.table("residents").size(), 300u);
}

}  // namespace
}  // namespace tilts::system_test
