// The last value that is taken and the first that is not, for each number of the verification policy.
#include <gtest/gtest.h>

#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

Draft draft() { return honest(world().certificate.get()); }
std::string signed_by_peer(const Draft& draft) { return sign(text(draft), world().key.get()); }

std::string stamped(const std::string& created, const std::string& expires) {
  Draft result = draft();
  result.timestamp = "<u:Timestamp u:Id='ts'><u:Created>" + created + "</u:Created><u:Expires>" + expires +
                     "</u:Expires></u:Timestamp>";
  return signed_by_peer(result);
}

// It is 12:00:00.
TEST(Boundary, Freshness) {
  EXPECT_EQ(refused_by(stamped("2026-11-21T11:59:00Z", "2026-11-21T12:09:00Z")), "") << "600 s";
  EXPECT_EQ(refused_by(stamped("2026-11-21T11:59:00Z", "2026-11-21T12:09:01Z")), "timestamp-lifetime");
  EXPECT_EQ(refused_by(stamped("2026-11-21T12:01:00Z", "2026-11-21T12:05:00Z")), "") << "60 s ahead";
  EXPECT_EQ(refused_by(stamped("2026-11-21T12:01:01Z", "2026-11-21T12:05:00Z")), "timestamp-future");
  EXPECT_EQ(refused_by(stamped("2026-11-21T11:55:00Z", "2026-11-21T11:59:00Z")), "") << "60 s past";
  EXPECT_EQ(refused_by(stamped("2026-11-21T11:55:00Z", "2026-11-21T11:58:59Z")), "timestamp-expired");
  EXPECT_EQ(refused_by(stamped("2026-11-21T11:59:59Z", "2026-11-21T12:00:00Z")), "") << "1 s";
  EXPECT_EQ(refused_by(stamped("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z")), "timestamp-order");
}

TEST(Boundary, References) {
  Draft many = draft();
  // A Body large enough to pay for the tokens.
  many.body = "<p:A xmlns:p='urn:p'>" + std::string(30'000, ' ');
  for (int i = 0; i < 600; ++i) many.body += "<p:b/>";
  many.body += "</p:A>";
  while (many.references.size() < 30) many.references.push_back({"#token", exclusive()});
  EXPECT_EQ(refused_by(signed_by_peer(many)), "");
  many.references.push_back({"#token", exclusive()});
  EXPECT_EQ(refused_by(signed_by_peer(many)), "reference-count");
}

TEST(Boundary, Transforms) {
  Draft five = draft();
  for (int i = 0; i < 4; ++i) five.references[0].transforms += exclusive();
  EXPECT_EQ(refused_by(signed_by_peer(five)), "");
  five.references[0].transforms += exclusive();
  EXPECT_EQ(refused_by(signed_by_peer(five)), "transform-count");
}

TEST(Boundary, APartThatTheProfileWantsSigned) {
  exchange::Policy more = policy();
  more.also_signed = {"{urn:x}Token"};
  Draft custom = draft();
  custom.more_headers = "<x:Token xmlns:x='urn:x' u:Id='x' s:mustUnderstand='1'/>";
  custom.references.push_back({"#x", exclusive()});
  EXPECT_EQ(refused_by(signed_by_peer(custom), more), "") << "signed, and understood by being named";
  custom.more_headers += "<x:Token xmlns:x='urn:x'/>";
  EXPECT_EQ(refused_by(signed_by_peer(custom), more), "also-signed") << "a second one that is not signed";
}

TEST(Boundary, To) {
  const std::string message = signed_by_peer(draft());
  const auto ours = [](std::vector<std::string> to) {
    exchange::Expectation expected = expectation();
    expected.to = std::move(to);
    return expected;
  };
  EXPECT_EQ(refused_by(message, policy(), world().trust(), ours({"urn:example:other", "urn:example:us"})),
            "");
  EXPECT_EQ(refused_by(message, policy(), world().trust(), ours({"urn:example:us2", "urn:example:u"})), "to");
}

TEST(Boundary, SoapVersion) {
  Draft old = draft();
  old.soap = "http://schemas.xmlsoap.org/soap/envelope/";
  exchange::Policy v1_1 = policy(), v1_2 = policy();
  v1_1.soap = exchange::SoapVersion::v1_1;
  v1_2.soap = exchange::SoapVersion::v1_2;
  EXPECT_EQ(refused_by(signed_by_peer(draft()), v1_2), "");
  EXPECT_EQ(refused_by(signed_by_peer(draft()), v1_1), "envelope-version");
  EXPECT_EQ(refused_by(signed_by_peer(old), v1_1), "");
  EXPECT_EQ(refused_by(signed_by_peer(old), v1_2), "envelope-version");
}

// RSA 2048 is in every test here; 2047 bits and P-256's smaller sisters are in the table of attacks.
TEST(Boundary, Keys) {
  const auto by = [](Key key) {
    const X509Handle certificate = make({.common_name = "Pinned"}, key.get());
    const exchange::TrustFiles trust{.pinned = {world().file("pinned.pem", pem(certificate.get()))}};
    return refused_by(sign(text(honest(certificate.get())), key.get()), policy(), trust);
  };
  EXPECT_EQ(by(rsa_key(2048)), "");
  EXPECT_EQ(by(rsa_key(2047)), "key-strength");
}

// Section 1 and section 3, word for word: a limit that moves has to move there first.
TEST(Boundary, TheDefaultsAreThePolicysNumbers) {
  const exchange::Policy defaults;
  EXPECT_EQ(defaults.limits.bytes, 20u * 1024 * 1024);
  EXPECT_EQ(defaults.limits.depth, 256u);
  EXPECT_EQ(defaults.limits.attributes, 256u);
  EXPECT_EQ(defaults.limits.name, 1024u);
  EXPECT_EQ(defaults.limits.attribute_value, 1024u * 1024);
  EXPECT_EQ(defaults.limits.text, 10'000'000u);
  EXPECT_EQ(defaults.limits.nodes, 1'000'000u);
  EXPECT_EQ(defaults.lifetime, std::chrono::seconds{600});
  EXPECT_EQ(defaults.skew, std::chrono::seconds{60});
  EXPECT_TRUE(defaults.signature);
  EXPECT_TRUE(defaults.relates_to);
  EXPECT_TRUE(defaults.legacy.empty());
  EXPECT_TRUE(defaults.left_out.empty());
}

}  // namespace
}  // namespace tilts::attack
