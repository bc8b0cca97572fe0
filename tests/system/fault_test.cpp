// What the registry does wrong, and what the run then says. Whatever it is: nothing is half delivered, and
// the next night carries on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"
#include "tests/system/tables.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::AnyOf;
using testing::HasSubstr;

struct Fault {
  const char* json;
  RunState state;
  const char* sentence;
  const char* on_a_kept_connection = sentence;  // which one meets the fault nobody can say
};

// `count` 0: every request, so that repeating does not help. `nth`: some pages are stored when it comes.
constexpr Fault faults[] = {
    {R"({"kind":"reset-before","count":0})", RunState::transient,
     "the connection broke before the answer was complete"},
    {R"({"kind":"reset-after","operation":"SubmitSync","nth":5,"count":0})", RunState::transient,
     "the connection broke before the answer was complete", "a kept connection was closed without an answer"},
    {R"({"kind":"truncated","operation":"SubmitSync","nth":5,"count":0})", RunState::transient,
     "the answer is shorter than it said"},
    {R"({"kind":"http-status","value":503,"count":0})", RunState::transient, "HTTP status 503"},
    {R"({"kind":"http-status","value":502,"operation":"EndTransaction","count":0})", RunState::transient,
     "HTTP status 502"},
    {R"({"kind":"oversized","operation":"SubmitSync","nth":5,"count":0})", RunState::untrusted,
     "the answer is larger than 4194304 bytes"},
    {R"({"kind":"malformed","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the document is not well-formed XML (an element is not closed)"},
    {R"({"kind":"entities","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the document has a DOCTYPE; none is taken"},
    {R"({"kind":"nested","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the document has elements nested deeper than 256"},
    {R"({"kind":"stuffed","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the document has more attributes on one element than 256"},
    {R"({"kind":"wrong-encoding","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the document is not namespace-well-formed XML in UTF-8"},
    {R"({"kind":"unsigned","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the message is not signed; nothing was taken"},
    {R"({"kind":"wrong-signer","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "no valid path to a trust anchor (unable to get local issuer certificate)"},
    {R"({"kind":"expired-certificate","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "no valid path to a trust anchor (certificate has expired)"},
    {R"({"kind":"wrapped","operation":"SubmitSync","nth":5})", RunState::untrusted,
     ": Body is not signed; nothing was taken"},
    {R"({"kind":"replayed","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "does not answer the request that is outstanding (RelatesTo)"},
    {R"({"kind":"stale","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the Timestamp has expired: the message is stale"},
    {R"({"kind":"missing-page","operation":"SubmitSync","nth":5})", RunState::untrusted,
     "the answer's TotalCount is 25 but 12 people follow"},
    {R"({"kind":"ivis-error","value":13,"operation":"SubmitSync","nth":5})", RunState::config,
     "the registry answered error 13 DestinationUserRightToLow"},
    {R"({"kind":"ivis-error","value":22,"operation":"SubmitSync","nth":5})", RunState::bug,
     "the registry answered error 22 BodyWrongFormat"},
    {R"({"kind":"ivis-error","operation":"StartTransaction","count":0})", RunState::config,
     "StartTransaction: the hub gave no transaction for URN:IVIS:100001:EP.DA-DA29-V1-0"},
    {R"({"kind":"signed-fault","count":0})", RunState::transient,
     "the registry answered with a fault (Receiver)"},
    {R"({"kind":"unsigned-fault","count":0})", RunState::transient,
     "which counts for nothing: the message is not signed"},
};

// What the fault costs a night, and that the night after has it all: the registry lives on in between, and
// City::table() takes no row that is told twice.
class Faulty : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    city = new City(years());
    faults_done = 0;  // this registry's
    city->night(initial());
  }
  static void TearDownTestSuite() {
    delete city;
    city = nullptr;
  }

  static Plan years() {
    Plan plan;
    plan.certificate_days = 1000;
    return plan;
  }
  // Something happens to somebody, more or less.
  static void live(City& some) {
    some.registry().advance(nights);
    some.quiet_days(nights);
  }

  static void expect(const Fault& fault) {
    SCOPED_TRACE(fault.json);
    live(*city);
    city->registry().fault(fault.json);
    const pull::RunReport report = city->night();
    EXPECT_GT(city->registry().counter("faults"), faults_done) << report.sentence;
    faults_done = city->registry().counter("faults");
    city->registry().remove("/faults");
    EXPECT_EQ(name(report.state), name(fault.state)) << report.sentence;
    EXPECT_THAT(report.sentence, AnyOf(HasSubstr(fault.sentence), HasSubstr(fault.on_a_kept_connection)));
    EXPECT_FALSE(report.fetched);
    EXPECT_EQ(city->table("residents").size(), 300u);
    const pull::RunReport after = city->night();
    EXPECT_TRUE(after.fetched) << after.sentence;
    EXPECT_EQ(after.counts.asked, 300);
    EXPECT_EQ(city->table("residents").size(), 300u);
  }

  static constexpr int nights = 15;
  static City* city;
  static long faults_done;
};
City* Faulty::city = nullptr;
long Faulty::faults_done = 0;

TEST_F(Faulty, EveryFaultHasItsSentenceAndTheNextNightIsWell) {
  ASSERT_EQ(city->table("residents").size(), 300u);
  for (const Fault& fault : faults) expect(fault);

  City undisturbed(years());
  undisturbed.night(initial());
  // Not so seldom that there are too many changes for one night.
  for (size_t i = 1; i <= std::size(faults); ++i) {
    live(undisturbed);
    if (i % 4 == 0 || i == std::size(faults)) undisturbed.night();
  }
  for (const char* target : {"residents", "addresses", "cards"})
    EXPECT_EQ(difference(city->table(target), undisturbed.table(target)), "") << target;
}

TEST_F(Faulty, AnAnswerThatDoesNotComeIsNotWaitedForLongerThanTheProfileSays) {
  city->edit_profile("answer-seconds=\"60\"", "answer-seconds=\"1\"");
  city->registry().fault(R"({"kind":"slow","value":5000,"operation":"StartTransaction","count":2})");
  const pull::RunReport report = city->night();
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("no whole answer within 1000 ms"));
  city->registry().remove("/faults");
  city->edit_profile("answer-seconds=\"1\"", "answer-seconds=\"60\"");
  const pull::RunReport after = city->night();
  EXPECT_TRUE(after.fetched) << after.sentence;
}

TEST_F(Faulty, WhatIsRepeatedIsNotToldTwice) {
  for (const char* once : {R"({"kind":"reset-before"})", R"({"kind":"close-reused"})",
                           R"({"kind":"slow","value":50})", R"({"kind":"truncated"})"}) {
    SCOPED_TRACE(once);
    const long before = city->registry().counter("faults");
    city->registry().fault(once);
    const pull::RunReport report = city->night();
    city->registry().remove("/faults");
    EXPECT_EQ(city->registry().counter("faults"), before + 1);
    EXPECT_TRUE(report.fetched) << report.sentence;
    EXPECT_EQ(report.counts.asked, 300);
  }
}

TEST_F(Faulty, ARegistryThatIsAwayIsTransient) {
  City away;
  away.night(initial());
  away.stop_registry();
  const pull::RunReport report = away.night();
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("from what was stored as of "));
  EXPECT_EQ(away.table("residents").size(), 300u);
}

}  // namespace
}  // namespace tilts::system_test
