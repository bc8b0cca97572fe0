// One exchange judged years later: what its reader has to bring, and what the bundle may not bring for
// itself.
#include <fstream>
#include <iterator>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/evidence/verify.h"
#include "gateway/exchange/envelope.h"
#include "gateway/exchange/libraries.h"
#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "tests/attack/certificates.h"
#include "tests/attack/peer.h"

namespace tilts::evidence {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class LibrariesEnvironment : public testing::Environment {
 public:
  void SetUp() override { libraries_ = std::make_unique<exchange::Libraries>(); }
  void TearDown() override { libraries_.reset(); }

 private:
  std::unique_ptr<exchange::Libraries> libraries_;
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new LibrariesEnvironment);

// Every certificate ends half a minute after the exchange.
constexpr Time exchanged{std::chrono::seconds{attack::now - 30}};

struct Pair {
  attack::Key key = attack::ec_key();
  attack::X509Handle certificate{};
};

Pair authority(const std::string& name, const Pair* issuer = nullptr) {
  Pair made;
  made.certificate = attack::make({.common_name = name,
                                   .issuer = issuer == nullptr ? nullptr : issuer->certificate.get(),
                                   .issuer_key = issuer == nullptr ? nullptr : issuer->key.get(),
                                   .days_until = 0,
                                   .basic_constraints = "critical,CA:TRUE",
                                   .key_usage = "critical,keyCertSign,cRLSign"},
                                  made.key.get());
  return made;
}

Pair signer(const std::string& name, const Pair& issuer) {
  Pair made;
  made.certificate = attack::make({.common_name = name,
                                   .issuer = issuer.certificate.get(),
                                   .issuer_key = issuer.key.get(),
                                   .days_until = 0,
                                   .key_usage = "digitalSignature"},
                                  made.key.get());
  return made;
}

std::string profile_with(const std::string& answer) {
  std::ifstream file(std::string(TILTS_SOURCE_DIR) + "/adapters/rehabilitation_queue/profile.xml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return attack::replaced(text, R"(<answer signature="required">)", answer);
}

class ExchangeYearsLater : public testing::Test {
 protected:
  ExchangeYearsLater() { keep(R"(<answer signature="required">)", attack::pem(root.certificate.get())); }

  void keep(const std::string& answer, const std::string& trust) {
    const std::string profile = profile_with(answer);
    bundle.terms = {{hash(profile), profile}, {hash(trust), trust}};
    kept.id = "urn:uuid:1";
    kept.proof.at = exchanged;
    kept.proof.outcome = "answered";
    kept.proof.profile = hash(profile);
    kept.proof.trust = hash(trust);
    kept.proof.salt = std::string(16, 's');
    kept.sealed = std::string(32, 'k');
    kept.proof.request = request(exchange::parse_profile(profile, "profile.xml"));
    if (kept.proof.response.empty()) answer_by(registry);
  }

  void answer_by(const Pair& pair) {
    kept.proof.response =
        attack::sign(attack::text(attack::honest(pair.certificate.get(), true)), pair.key.get());
  }

  std::string request(const exchange::Profile& profile) const {
    exchange::Identity identity;
    identity.key.reset(ours.key.get());
    EVP_PKEY_up_ref(ours.key.get());
    identity.certificate.reset(ours.certificate.get());
    X509_up_ref(ours.certificate.get());
    identity.certificate_base64 = xml::base64_encode(attack::der(ours.certificate.get()));
    return exchange::sign_message(profile, identity, {"urn:a", kept.id, "urn:to", {}},
                                  std::string("<q xmlns='urn:q'>asked</q>"), exchanged)
        .bytes;
  }

  static std::string hash(const std::string& bytes) { return store::hex(store::sha256(bytes)); }

  std::vector<std::string> told(Verdict::Kind kind) {
    kept.digest = store::evidence_digest(store::commitment_of(kept.id, kept.proof), kept.sealed);
    Verdict verdict;
    judged = verify_exchange(bundle, kept, {anchors, {}}, verdict);
    std::vector<std::string> sentences;
    for (const Verdict::Line& line : verdict.lines())
      if (line.kind == kind) sentences.push_back(line.text);
    return sentences;
  }
  std::vector<std::string> refusals() { return told(Verdict::Kind::refused); }

  const Pair root = authority("Root");
  const Pair registry = signer("Registry", root);
  const Pair nobody = authority("Nobody we trust");
  const Pair ours = signer("Gateway", nobody);
  std::string anchors = attack::pem(root.certificate.get());
  Bundle bundle;
  store::KeptExchange kept;
  Judged judged;
};

TEST_F(ExchangeYearsLater, HoldsAfterEveryCertificateHasEnded) {
  EXPECT_THAT(refusals(), IsEmpty());
  EXPECT_THAT(judged.sent, HasSubstr("asked"));
  EXPECT_THAT(judged.answered, HasSubstr("Jānis"));
}

TEST_F(ExchangeYearsLater, AfterTheCertificateHadEndedItIsRefused) {
  kept.proof.at = exchanged + std::chrono::seconds{60};
  EXPECT_THAT(refusals(), Contains(HasSubstr("certificate has expired")));
}

TEST_F(ExchangeYearsLater, AnAnchorInTheBundleIsNone) {
  anchors = attack::pem(nobody.certificate.get());
  EXPECT_THAT(refusals(), Contains(HasSubstr("refusals.md#signer-trusted")));
}

TEST_F(ExchangeYearsLater, AnIntermediateMayBeInTheBundle) {
  const Pair intermediate = authority("Intermediate", &root);
  const Pair below = signer("Registry below", intermediate);
  answer_by(below);
  EXPECT_THAT(refusals(), Contains(HasSubstr("unable to get local issuer certificate")));
  keep(R"(<answer signature="required">)", attack::pem(intermediate.certificate.get()));
  EXPECT_THAT(refusals(), IsEmpty());
}

TEST_F(ExchangeYearsLater, TheListsOfThatTimeAreAsked) {
  const auto with_list = [&](const std::vector<const X509*>& revoked) {
    keep(R"(<answer signature="required" revocation="yes">)",
         attack::pem(root.certificate.get()) +
             attack::make_crl(root.certificate.get(), root.key.get(), revoked, 1));
  };
  with_list({});
  EXPECT_THAT(refusals(), IsEmpty());
  EXPECT_THAT(told(Verdict::Kind::holds), Contains(HasSubstr("not revoked by the lists of that time")));
  with_list({registry.certificate.get()});
  EXPECT_THAT(refusals(), Contains(HasSubstr("certificate revoked")));
  keep(R"(<answer signature="required" revocation="yes">)", attack::pem(root.certificate.get()));
  EXPECT_THAT(refusals(), Contains(HasSubstr("unable to get certificate CRL")));
}

// The profile is in the bundle: whoever made that could have made it say anything.
TEST_F(ExchangeYearsLater, AProfileThatDemandsNoSignatureProvesNothing) {
  kept.proof.response.clear();
  keep(R"(<answer signature="unsigned" because="a test">)", "");
  EXPECT_THAT(told(Verdict::Kind::note), Contains(HasSubstr("only the connection vouched for it")));
  EXPECT_THAT(judged.answered, IsEmpty()) << "nothing is said by it";
}

// What was not kept is missing, not tampered with.
TEST_F(ExchangeYearsLater, FilesThatWereNotKeptAreANote) {
  const exchange::ReceivedPart file{
      .id = "f", .media_type = "a/b", .sha256 = "00", .size = 10, .covered = true};
  kept.proof.response = exchange::kept_form({kept.proof.response, {file}}, 0);
  EXPECT_THAT(refusals(), IsEmpty());
  EXPECT_THAT(told(Verdict::Kind::note), testing::Contains(HasSubstr("were not kept with it")));
  EXPECT_THAT(judged.answered, IsEmpty());
}

TEST_F(ExchangeYearsLater, AnotherPairOfOursSignsAndIsNamed) {
  EXPECT_THAT(told(Verdict::Kind::holds), Contains(HasSubstr("signed by the key of CN=Gateway")));
  kept.proof.request = attack::replaced(kept.proof.request, ">asked<", ">Asked<");
  EXPECT_THAT(refusals(), Contains(HasSubstr("the request: ")));
  EXPECT_THAT(judged.sent, IsEmpty());
}

TEST_F(ExchangeYearsLater, ARequestKeptAsAnotherIsRefused) {
  kept.id = "urn:uuid:9";
  EXPECT_THAT(refusals(), Contains(HasSubstr("another message than the one it is kept as")));
}

}  // namespace
}  // namespace tilts::evidence
