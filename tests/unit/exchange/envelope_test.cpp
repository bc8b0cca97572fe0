#include "gateway/exchange/envelope.h"

#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/exchange/canonical_check.h"
#include "gateway/exchange/verifier.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::vector<std::string> every_part = {"Body", "Timestamp",          "Action", "MessageID", "ReplyTo",
                                             "To",   "BinarySecurityToken"};

// xmlsec's own command line tool, which shares nothing with the writer.
bool xmlsec_verifies(const std::string& message, const std::string& certificate) {
  const support::TemporaryFolder folder;
  std::string command = "xmlsec1 --verify --pubkey-cert-pem '" + certificate + "'";
  for (const std::string& part : every_part) command += " --id-attr:Id " + part;
  return std::system((command + " '" + folder.write("message.xml", message) + "' >/dev/null 2>&1").c_str()) ==
         0;
}

SignedMessage request(const Profile& profile, const Identity& signer, const Content& content) {
  return sign_message(profile, signer,
                      {"urn:test/Ask", fresh_message_id(profile), "https://registry.example/ask", {}},
                      content, Clock::system().now());
}

struct Variant {
  std::string key;
  SoapVersion soap;
  Hash signature;
  Hash digest;
};

class SignedRequest : public testing::TestWithParam<Variant> {};

TEST_P(SignedRequest, is_verified_by_xmlsec_and_refused_when_changed) {
  const Variant& variant = GetParam();
  Profile profile;
  profile.soap = variant.soap;
  profile.request.parts = every_part;
  profile.request.signature = variant.signature;
  profile.request.digest = variant.digest;
  const std::string message =
      request(profile, *identity(variant.key), text_content("Jānis <&> Bērziņš\r\n")).bytes;
  const std::string certificate = pki(variant.key + ".pem");
  EXPECT_TRUE(xmlsec_verifies(message, certificate)) << message;
  EXPECT_FALSE(xmlsec_verifies(message, pki("stranger/client.pem")));

  // One changed character in each signed part.
  for (const std::string part : {"Text", "Created", "Action", "MessageID", "Address", "To"}) {
    std::string changed = message;
    const size_t at = changed.find('>', changed.find(":" + part)) + 5;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_FALSE(xmlsec_verifies(changed, certificate)) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Keys, SignedRequest,
    testing::Values(Variant{"gateway", SoapVersion::v1_2, Hash::sha256, Hash::sha256},
                    Variant{"gateway", SoapVersion::v1_1, Hash::sha384, Hash::sha512},
                    Variant{"gateway", SoapVersion::v1_2, Hash::sha512, Hash::sha384},
                    Variant{"gateway", SoapVersion::v1_2, Hash::sha1, Hash::sha1},
                    Variant{"gateway-ecdsa", SoapVersion::v1_2, Hash::sha256, Hash::sha256},
                    Variant{"gateway-ecdsa", SoapVersion::v1_1, Hash::sha256, Hash::sha512}));

TEST(Envelope, is_accepted_by_our_own_verifier) {
  const Profile profile = population();
  Policy policy = profile.answer;
  policy.relates_to = false;
  const auto trust = std::make_shared<const Trust>(TrustFiles{{pki("trust/gateway-ca.pem")}, {}, {}, {}});
  for (const std::string key : {"gateway", "gateway-ecdsa"}) {
    const std::string message = request(profile, *identity(key), text_content("Ābele")).bytes;
    const Verified verified = Verifier(policy, trust, Clock::system()).message(message, {});
    EXPECT_THAT(std::string(verified.part("Body")), HasSubstr("<t:Text xmlns:t=\"urn:test\">Ābele</t:Text>"));
    EXPECT_EQ(verified.message_id(), inside(message, "MessageID"));
  }
}

TEST(Envelope, says_when_it_was_made_in_whole_seconds) {
  const Profile profile = population();
  const SignedMessage message =
      sign_message(profile, *identity("gateway"), {"urn:a", "urn:uuid:1", "urn:to", {}}, text_content("x"),
                   parse_time("2026-11-21T02:30:00.789Z"));
  EXPECT_EQ(inside(message.bytes, "Created"), "2026-11-21T02:30:00Z");
  EXPECT_EQ(inside(message.bytes, "Expires"), "2026-11-21T02:35:00Z");
  EXPECT_EQ(to_text(message.expires), "2026-11-21T02:35:00.000Z");
}

TEST(Envelope, signs_the_parts_of_the_profile_and_no_other) {
  Profile profile = population();
  profile.request.parts = {"Body", "Timestamp"};
  const std::string message = request(profile, *identity("gateway"), text_content("x")).bytes;
  EXPECT_THAT(message, HasSubstr("URI=\"#id-Body\""));
  EXPECT_THAT(message, HasSubstr("URI=\"#id-Timestamp\""));
  EXPECT_THAT(message, Not(HasSubstr("id-To")));
  EXPECT_TRUE(xmlsec_verifies(message, pki("gateway.pem")));
}

TEST(Envelope, keeps_prefixes_that_only_content_uses) {
  const std::string ready =
      "<?xml version='1.0'?><!-- no --><r:Ask xmlns:r='urn:r' xmlns:t='urn:t' xmlns:wsu='urn:mine' "
      "xmlns='urn:d'>"
      "<r:v xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='t:Person' a='1&#10;2'/>"
      "<![CDATA[<&>]]><!-- gone --><d>ā</d><r:n xmlns=''><plain/></r:n></r:Ask>";
  const std::string message = request(population(), *identity("gateway"), ready).bytes;
  EXPECT_THAT(message, HasSubstr("PrefixList=\"#default t"));
  EXPECT_THAT(message, HasSubstr("xmlns:t=\"urn:t\""));
  EXPECT_THAT(message, HasSubstr("&lt;&amp;&gt;"));
  EXPECT_THAT(message, Not(HasSubstr("gone")));
  EXPECT_TRUE(xmlsec_verifies(message, pki("gateway.pem"))) << message;
}

TEST(Envelope, refuses_ready_content_that_is_no_document) {
  for (const std::string ready : {"<a", "<a/><b/>", "text", "<!DOCTYPE a><a/>", "<a><?act now?></a>",
                                  "<p:a/>", "<a xmlns='relative'/>"}) {
    try {
      request(population(), *identity("gateway"), ready);
      ADD_FAILURE() << ready;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::bug) << ready;
    }
  }
}

TEST(Envelope, gives_an_empty_body_for_empty_content) {
  const std::string message = request(population(), *identity("gateway"), std::string()).bytes;
  EXPECT_THAT(message, HasSubstr("wsu:Id=\"id-Body\"></soap:Body></soap:Envelope>"));
}

TEST(Envelope, has_another_message_id_each_time) {
  const Profile profile = population();
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(fresh_message_id(profile));
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_THAT(*seen.begin(),
              MatchesRegex("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Envelope, refuses_a_signature_that_the_key_cannot_make) {
  Profile profile = population();
  profile.request.signature = Hash::sha512;
  try {
    request(profile, *identity("gateway-ecdsa"), text_content("x"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), HasSubstr("ECDSA P-256 key signs with SHA-256"));
  }
}

TEST(CanonicalCheck, sees_what_is_not_canonical) {
  const std::string message = request(population(), *identity("gateway"), text_content("x")).bytes;
  EXPECT_NO_THROW(check_canonical(message));
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"<t:Text xmlns", "<t:Text  xmlns"},
        {"<t:Text xmlns:t=\"urn:test\">x</t:Text>", "<t:Text xmlns:t=\"urn:test\">y</t:Text>"},
        {"<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">", "<ds:SignedInfo>"}}) {
    std::string changed = message;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_THROW(check_canonical(changed), Error) << to;
  }
}

TEST(MediaType, says_the_action_where_soap_puts_it) {
  EXPECT_EQ(media_type(SoapVersion::v1_1, "urn:a"), "text/xml; charset=utf-8");
  EXPECT_EQ(media_type(SoapVersion::v1_2, "urn:a"), "application/soap+xml; charset=utf-8; action=\"urn:a\"");
}

}  // namespace
}  // namespace tilts::exchange
