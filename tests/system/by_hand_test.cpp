// `tilts run` as cron or a person starts it, where no daemon keeps a journal or tidies up.
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST(ByHand, WhatTheLogSaysGoesToStandardErrorWithoutNamingAnybody) {
  City city;
  std::ofstream(city.file("roster.csv"), std::ios::app) << "K-999999;123;1\n";
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_EQ(run.end(), 3) << run.err();
  EXPECT_THAT(run.err(), AllOf(HasSubstr(": finding "), Not(HasSubstr("K-999999"))));
}

TEST(ByHand, WhoStartedItStandsInTheAudit) {
  City city;
  Command run(city, {"run", "residents", "--initial"}, {"SUDO_USER=anna"});
  EXPECT_THAT(run.end(), AnyOf(0, 3)) << run.err();
  const std::string roster = support::read_file(city.file("roster.csv"));
  const std::string code = roster.substr(roster.find("K-000001;") + 9, 11);
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto looks =
        store.read([&](store::Session& session) { return store.audit().subject(session, code); });
    ASSERT_EQ(looks.size(), 1u);
    EXPECT_THAT(looks[0].actor, testing::StartsWith("residents by "));
  });
}

TEST(ByHand, WhatIsPastItsDayGoesWithoutADaemonToo) {
  City city;
  const Time now = Clock::system().now();
  city.with([&](pull::JobRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      for (const auto& [id, until] :
           {std::pair{"old", now - std::chrono::hours{1}}, {"new", now + std::chrono::hours{1}}})
        store.evidence().put(transaction,
                             {id, "population", "resident", "r", now, until, "request", "response", 0});
    });
  });
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_THAT(run.end(), AnyOf(0, 3)) << run.err();
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto kept = [&](const char* id) {
      return store.read([&](store::Session& session) { return store.evidence().find(session, id); })
          .has_value();
    };
    EXPECT_FALSE(kept("old"));
    EXPECT_TRUE(kept("new"));
  });
}

// The request that a sentence names: "request urn:uuid:…".
std::string request_named_in(const std::string& sentence) {
  const size_t begin = sentence.find("urn:uuid:");
  return sentence.substr(begin, std::string("urn:uuid:00000000-0000-4000-8000-000000000000").size());
}

TEST(ByHand, ARefusedAnswerIsTakenOutAndRefusedAgainAndWhoLookedIsKept) {
  City city;
  city.registry().fault(R"({"kind":"wrong-signer","count":0,"operation":"SubmitSync"})");
  const pull::RunReport refused = city.night(initial());
  ASSERT_EQ(refused.state, pull::RunState::untrusted) << refused.sentence;
  const std::string message_id = request_named_in(refused.sentence);

  for (const bool served : {false, true}) {
    std::optional<Daemon> daemon;
    if (served) daemon.emplace(city);
    Command proof(city, {"audit", "proof", message_id});
    ASSERT_EQ(proof.end(), 0) << proof.err();
    std::ofstream(city.file("answer.xml"), std::ios::binary) << proof.out();
    Command verify(city, {"verify", "--profile", city.file("profile.xml").string(), "--anchor",
                          city.pki().anchor, city.file("answer.xml").string()});
    EXPECT_EQ(verify.end(), 1);
    EXPECT_THAT(verify.err(), HasSubstr("docs/refusals.md#signer-trusted"));
    Command request(city, {"audit", "proof", message_id, "--request"});
    EXPECT_EQ(request.end(), 0) << request.err();
    EXPECT_THAT(request.out(), HasSubstr(message_id));
  }
  EXPECT_EQ(Command(city, {"audit", "proof", "urn:uuid:none"}).end(), 2);
}

TEST(ByHand, WhoReadTheProofOfOnePersonStandsAmongTheLooksAtThem) {
  Plan plan;
  plan.residents = 40;
  plan.operation = "resident";
  plan.snapshot = false;
  City city(plan);
  city.night(initial());
  const std::string roster = support::read_file(city.file("roster.csv"));
  const std::string code = roster.substr(roster.find("K-000001;") + 9, 11);
  const auto looks = [&] {
    std::vector<store::Look> found;
    city.with([&](pull::JobRunner&, store::Store& store) {
      found = store.read([&](store::Session& session) { return store.audit().subject(session, code); });
    });
    return found;
  };
  ASSERT_EQ(looks().size(), 1u);
  Command proof(city, {"audit", "proof", request_named_in(looks()[0].message_ids)}, {"SUDO_USER=anna"});
  ASSERT_EQ(proof.end(), 0) << proof.err();
  ASSERT_EQ(looks().size(), 2u);
  EXPECT_EQ(looks()[1].operation, "proof read");
}

TEST(ByHand, NobodyIsAskedAboutWhenNothingCouldBeDelivered) {
  City city;
  std::filesystem::remove_all(city.file("out"));
  const pull::RunReport report = city.night(initial());
  EXPECT_EQ(report.state, pull::RunState::transient) << report.sentence;
  EXPECT_EQ(city.registry().counter("received"), 0);
}

TEST(ByHand, TheDaemonDoesNotStartWithAMappingThatIsWrong) {
  City city;
  std::ofstream(city.file("broken.xml")) << "<mapping>\n  <field></mapping>\n";
  city.edit_configuration(TILTS_SOURCE "/mappings/municipal/resident.xml", city.file("broken.xml").string());
  Command serve(city, {"serve"});
  EXPECT_EQ(serve.end(), 78);
  EXPECT_THAT(serve.err(), HasSubstr(city.file("broken.xml").string() + ":"));
}

}  // namespace
}  // namespace tilts::system_test
