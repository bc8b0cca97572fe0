// A registry behind tokens: the whole way from the token service, over the registry, to a municipal file.
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/system/city.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* audience = "urn:test:hub";

struct Wish {
  const char* confirmation = "holder-of-key";
  bool encrypted = true;
  int lifetime = 300;
};

Plan plan_of(const Wish& wish) {
  Plan plan;
  plan.residents = 60;
  plan.page_size = 10;
  const std::string token =
      fmt::format(R"(<token audience="{}" confirmation="{}"/>)", audience, wish.confirmation);
  plan.profile = {{"<timestamp lifetime=\"300\"/>", "<timestamp lifetime=\"300\"/>" + token}};
  if (wish.encrypted)
    plan.simulator = [](const std::filesystem::path& folder) {
      return std::vector<std::string>{"--token-key", support::encryption_pair(folder).key};
    };
  return plan;
}

class Tokens : public testing::Test {
 protected:
  void open(const Wish& wish) {
    city_ = std::make_unique<City>(plan_of(wish));
    const std::string profile = std::string(TILTS_SOURCE) + "/adapters/vdaa/token-service.xml";
    std::vector<std::string> words = city_->pki().simulator_arguments();
    for (const std::string& word :
         {std::string("--profile"), profile, std::string("--token-lifetime"), std::to_string(wish.lifetime)})
      words.push_back(word);
    if (wish.encrypted)
      for (const std::string& word :
           {std::string("--token-recipient"), city_->file("encryption.pem").string()})
        words.push_back(word);
    service_ = std::make_unique<support::Simulator>(TILTS_SIMULATOR, words);
    const std::string anchor = city_->pki().anchor;
    city_->edit_configuration(
        "<setting name=\"page-size\"",
        fmt::format(R"(<token-service profile="{}" endpoint="https://127.0.0.1:{}/token"><tls anchor="{}"/>)"
                    R"(<trust anchor="{}"/></token-service><setting name="page-size")",
                    profile, service_->port(), anchor, anchor));
  }

  void went_through() {
    const pull::RunReport report = city_->night(initial());
    EXPECT_TRUE(report.fetched) << report.sentence;
    EXPECT_EQ(city_->table("residents").size(), 60u);
  }

  std::unique_ptr<City> city_;
  std::unique_ptr<support::Simulator> service_;
};

TEST_F(Tokens, ANightGoesThroughUnderOneHolderOfKeyToken) {
  open({});
  went_through();
  EXPECT_EQ(service_->counter("Issue"), 1);
  EXPECT_EQ(city_->registry().counter("refused"), 0);
}

TEST_F(Tokens, OneInClearAndABearerGoThroughToo) {
  open({.encrypted = false});
  went_through();
  open({.confirmation = "bearer"});
  went_through();
  EXPECT_EQ(city_->registry().counter("refused"), 0);
}

// Shorter than what is kept back before its end: whoever does not wait for one asks for his own.
TEST_F(Tokens, AShortLifeIsRenewedOnTheWay) {
  open({.lifetime = 30});
  went_through();
  EXPECT_GT(service_->counter("Issue"), 1);
}

// What the service got wrong only the registry finds out: its refusal brings another token.
TEST_F(Tokens, OneThatTheRegistryDoesNotTakeIsReplaced) {
  for (const char* kind : {"other-audience", "ended-token", "token-from-the-future"}) {
    open({});
    service_->fault(fmt::format(R"({{"kind":"{}"}})", kind));
    went_through();
    EXPECT_EQ(service_->counter("Issue"), 2) << kind;
    EXPECT_EQ(city_->registry().counter("refused"), 1) << kind;
  }
}

TEST_F(Tokens, AServiceThatIsAwayOrNotToBeTrustedEndsTheRunBeforeTheRegistryIsAsked) {
  open({});
  service_->fault(R"({"kind":"wrong-signer","count":0})");
  Command untrusted(*city_, {"run", "residents", "--initial"});
  EXPECT_EQ(untrusted.end(), 5) << untrusted.err();
  EXPECT_THAT(untrusted.err(), HasSubstr("a token for the request: registry population's token service"));
  service_->stop();
  Command away(*city_, {"run", "residents", "--initial"});
  EXPECT_EQ(away.end(), 6) << away.err();
  EXPECT_EQ(city_->registry().counter("received"), 0);
}

// What we send passes what we demand: the policy's section 9, which shares no line with what writes a
// request.
TEST_F(Tokens, OurOwnVerifierTakesWhatWeSend) {
  for (const bool encrypted : {false, true}) {
    open({.encrypted = encrypted});
    const pull::RunReport report = city_->night(initial());
    city_->with([&](pull::JobRunner&, store::Store& store) {
      const auto kept =
          store.read([&](store::Session& session) { return store.evidence().of_run(session, report.run); });
      ASSERT_FALSE(kept.empty());
      std::ofstream(city_->file("request.xml"), std::ios::binary) << kept.front().proof.request;
    });
    std::vector<std::string> words{"verify",
                                   "--anchor",
                                   city_->pki().anchor,
                                   "--sts",
                                   city_->pki().registry_sign.certificate,
                                   "--sts-issuer",
                                   "urn:tilts:simulator:token-service",
                                   "--audience",
                                   audience};
    if (encrypted) {
      std::ofstream(city_->file("decryption.pem")) << support::read_file(city_->file("encryption.key"))
                                                   << support::read_file(city_->file("encryption.pem"));
      std::filesystem::permissions(city_->file("decryption.pem"), std::filesystem::perms::owner_read);
      for (const char* word :
           {"--decryption-key", "decryption.pem", "--allow", "aes256-cbc", "--allow", "rsa-oaep-mgf1p"})
        words.emplace_back(word == std::string("decryption.pem") ? city_->file(word).string() : word);
    }
    words.push_back(city_->file("request.xml").string());
    Command verify(*city_, words);
    EXPECT_EQ(verify.end(), 0) << verify.err();
    words[8] = "urn:test:elsewhere";
    Command elsewhere(*city_, words);
    EXPECT_EQ(elsewhere.end(), 1) << elsewhere.out();
  }
}

TEST_F(Tokens, CheckAsksForOneToo) {
  open({});
  Command check(*city_, {"check", "--online", "population"});
  EXPECT_EQ(check.end(), 0) << check.out();
  EXPECT_THAT(check.out(), AllOf(HasSubstr("its token service at https://127.0.0.1:"),
                                 HasSubstr("issued; it lives until "), HasSubstr("one harmless call")));
  service_->fault(R"({"kind":"wrong-signer","count":0})");
  Command untrusted(*city_, {"check", "--online", "population"});
  EXPECT_EQ(untrusted.end(), 5) << untrusted.out();
}

TEST_F(Tokens, ARegistryThatWantsNoneIsTold) {
  City city;
  const std::string anchor = city.pki().anchor;
  city.edit_configuration(
      "<setting name=\"page-size\"",
      fmt::format(R"(<token-service profile="{}/adapters/vdaa/token-service.xml" )"
                  R"(endpoint="https://127.0.0.1:9/token"><tls anchor="{}"/></token-service>)"
                  R"(<setting name="page-size")",
                  TILTS_SOURCE, anchor));
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_EQ(run.end(), 78);
  EXPECT_THAT(run.err(), HasSubstr("its profile wants no token"));
}

TEST_F(Tokens, OneThatWantsOneNeedsAService) {
  City city(plan_of({.encrypted = false}));
  Command run(city, {"run", "residents", "--initial"});
  EXPECT_EQ(run.end(), 78);
  EXPECT_THAT(run.err(), HasSubstr("name the token-service in the configuration"));
}

}  // namespace
}  // namespace tilts::system_test
