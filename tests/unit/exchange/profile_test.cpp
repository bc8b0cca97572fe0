#include "gateway/exchange/profile.h"

#include <cstring>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A profile whose `request` and `answer` a test replaces.
std::string profile_text(
    const std::string& signature = "<signature><part>Body</part><part>Timestamp</part></signature>",
    const std::string& answer = "<answer signature='required'/>", const std::string& more = "") {
  return "<profile xmlns='urn:tilts:profile:1' id='x' title='X'>\n<soap version='1.1'/>\n"
         "<addressing message-id='uuid:' relates-to='required' to='urn:hub'/>\n"
         "<request><timestamp lifetime='120'/>\n" +
         signature + "\n</request>\n" + answer + "\n" + more +
         "<operations><operation name='Ask' action='urn:ask'/></operations></profile>";
}

std::string refusal(const std::string& text) {
  try {
    parse_profile(text, "p.xml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    return error.what();
  }
  return "accepted";
}

TEST(Profile, a_settle_time_is_known_only_when_it_is_said) {
  const std::string signature = "<signature><part>Body</part><part>Timestamp</part></signature>";
  const std::string answer = "<answer signature='required'/>";
  EXPECT_FALSE(parse_profile(profile_text(), "p.xml").settle);
  const Profile said =
      parse_profile(profile_text(signature, answer, "<submission settle-seconds='300'/>\n"), "p.xml");
  EXPECT_EQ(said.settle, std::chrono::seconds{300});
  EXPECT_THAT(refusal(profile_text(signature, answer, "<submission settle-seconds='0'/>\n")),
              HasSubstr("settle"));
}

TEST(Profile, reads_the_shipped_one) {
  const Profile profile = population();
  EXPECT_EQ(profile.id, "population");
  EXPECT_EQ(profile.soap, SoapVersion::v1_2);
  EXPECT_EQ(profile.message_id_prefix, "urn:uuid:");
  EXPECT_EQ(profile.request.lifetime.count(), 300);
  EXPECT_EQ(profile.request.parts.size(), 6u);
  EXPECT_TRUE(profile.answer.signature);
  EXPECT_TRUE(profile.answer.relates_to);
  EXPECT_EQ(profile.answer.lifetime.count(), 600);
  EXPECT_EQ(profile.answer.skew.count(), 60);
  EXPECT_EQ(profile.answer.limits.bytes, 4194304u);
  EXPECT_EQ(profile.limits.concurrency, 4u);
  EXPECT_EQ(profile.limits.requests_per_second, 50);
  EXPECT_EQ(profile.limits.attempts, 4u);
  EXPECT_EQ(profile.names.at("eservice"), "URN:IVIS:100001:EP.DA-DA29-V1-0");
  EXPECT_THAT(profile.loosened, IsEmpty());
  ASSERT_NE(profile.operation("SubmitSync"), nullptr);
  EXPECT_EQ(profile.operation("SubmitSync"), profile.operation(profile.operation("SubmitSync")->action));
  EXPECT_EQ(profile.operation("Delete"), nullptr);
}

TEST(Profile, reads_what_differs_from_it) {
  const Profile profile = parse_profile(
      profile_text(
          "<signature digest='sha512' method='sha384'><part>Body</part><part> Timestamp </part></signature>",
          "<answer signature='required' revocation='yes'><timestamp lifetime='500' skew='5'/>"
          "<also-signed element='{urn:b}Token'/></answer>",
          "<limits answer-bytes='5000' concurrency='+7' requests-per-second='0.5' connect-seconds='3' "
          "answer-seconds='4' keep-alive-seconds='9' attempts='1' request-bytes='6000' answer-depth='20' "
          "answer-attributes='21' answer-name-bytes='22' answer-attribute-bytes='23' answer-text-bytes='24' "
          "answer-nodes='25'/>"),
      "p.xml");
  EXPECT_EQ(profile.soap, SoapVersion::v1_1);
  EXPECT_EQ(profile.answer.soap, SoapVersion::v1_1);
  EXPECT_EQ(profile.message_id_prefix, "uuid:");
  EXPECT_EQ(profile.to, "urn:hub");
  EXPECT_EQ(profile.request.digest, Hash::sha512);
  EXPECT_EQ(profile.request.signature, Hash::sha384);
  EXPECT_THAT(profile.request.parts, ElementsAre("Body", "Timestamp"));
  EXPECT_TRUE(profile.answer.revocation);
  EXPECT_EQ(profile.answer.skew.count(), 5);
  EXPECT_THAT(profile.answer.also_signed, ElementsAre("{urn:b}Token"));
  EXPECT_EQ(profile.answer.limits.bytes, 5000u);
  EXPECT_EQ(profile.answer.limits.depth, 20u);
  EXPECT_EQ(profile.answer.limits.attributes, 21u);
  EXPECT_EQ(profile.answer.limits.name, 22u);
  EXPECT_EQ(profile.answer.limits.attribute_value, 23u);
  EXPECT_EQ(profile.answer.limits.text, 24u);
  EXPECT_EQ(profile.answer.limits.nodes, 25u);
  EXPECT_EQ(profile.limits.concurrency, 7u);
  EXPECT_EQ(profile.limits.requests_per_second, 0.5);
  EXPECT_EQ(profile.limits.connect.count(), 3);
  EXPECT_EQ(profile.limits.answer.count(), 4);
  EXPECT_EQ(profile.limits.keep_alive.count(), 9);
  EXPECT_EQ(profile.limits.request_bytes, 6000u);
}

TEST(Profile, tightens_limits_and_never_loosens_them) {
  for (const char* looser : {"answer-depth='257'", "answer-attributes='257'", "answer-name-bytes='1025'",
                             "answer-attribute-bytes='1048577'", "answer-text-bytes='10000001'",
                             "answer-nodes='1000001'", "answer-depth='0'"})
    EXPECT_THAT(
        refusal(profile_text("<signature><part>Body</part><part>Timestamp</part></signature>",
                             "<answer signature='required'><timestamp lifetime='500' skew='5'/></answer>",
                             fmt::format("<limits {}/>", looser))),
        HasSubstr(std::string(looser, std::strcspn(looser, "="))))
        << looser;
}

TEST(Profile, tells_every_problem_with_its_line) {
  const std::string text = refusal(
      "<profile xmlns='urn:tilts:profile:1' id='x' title='X' colour='red'>\n<soap version='1.3'/>\n"
      "<addressing message-id='uuid:' relates-to='required'/>\n"
      "<request><timestamp lifetime='601'/><signature><part>Trailer</part></signature></request>\n"
      "<answer signature='required'/>\n<limits speed='9' concurrency='0'/>\n"
      "<operations><operation name='a' action='urn:a'/>\n<operation name='a' "
      "action='urn:b'/></operations></profile>");
  EXPECT_THAT(text, HasSubstr("p.xml:1: "));
  EXPECT_THAT(text, HasSubstr("colour"));
  EXPECT_THAT(text, HasSubstr("p.xml:2: "));
  EXPECT_THAT(text, HasSubstr("p.xml:4: "));
  EXPECT_THAT(text, HasSubstr("601"));
  EXPECT_THAT(text, HasSubstr("Trailer"));
  EXPECT_THAT(text, HasSubstr("p.xml:6: "));
  EXPECT_THAT(text, HasSubstr("speed"));
  EXPECT_THAT(text, HasSubstr("p.xml:8: "));
  EXPECT_THAT(text, Not(HasSubstr("{urn:tilts")));
}

TEST(Profile, wants_a_reason_for_whatever_it_loosens) {
  const std::string body_only = "<signature><part>Body</part></signature>";
  EXPECT_THAT(refusal(profile_text(body_only)), HasSubstr("p.xml:5: Timestamp is not signed: say why"));
  EXPECT_THAT(refusal(profile_text("<signature><part>To</part></signature>")),
              HasSubstr("Body is not signed"));
  const std::string old = "<part>Body</part><part>Timestamp</part></signature>";
  EXPECT_THAT(refusal(profile_text("<signature digest='sha1'>" + old)),
              HasSubstr("p.xml:5: digest is sha1: say why"));
  EXPECT_THAT(refusal(profile_text("<signature method='sha1'>" + old)),
              HasSubstr("p.xml:5: method is sha1: say why"));
  EXPECT_THAT(parse_profile(
                  profile_text("<signature digest='sha1' method='sha1' because='it is live so'>" + old), "p")
                  .loosened,
              ElementsAre("requests go out signed with SHA-1 as digest, because it is live so",
                          "requests go out signed with SHA-1 as method, because it is live so"));
  const std::string good = "<signature><part>Body</part><part>Timestamp</part></signature>";
  EXPECT_THAT(refusal(profile_text(good, "<answer signature='unsigned'/>")),
              HasSubstr("p.xml:7: answers without a signature: say why"));
  EXPECT_THAT(refusal(profile_text(good, "<answer signature='required' because='no'/>")),
              HasSubstr("nothing to explain"));
  EXPECT_THAT(refusal(profile_text(good, "<answer signature='required'><legacy algorithm='sha1'/></answer>")),
              HasSubstr("because"));
  EXPECT_THAT(refusal(profile_text(good, "<answer signature='required'><left-out part='To'/></answer>")),
              HasSubstr("because"));
}

TEST(Profile, takes_legacy_algorithms_by_name_or_uri_and_no_others) {
  const std::string good = "<signature><part>Body</part><part>Timestamp</part></signature>";
  const auto with = [&](const std::string& algorithm) {
    return profile_text(good, "<answer signature='required'>\n<legacy algorithm='" + algorithm +
                                  "' because='their library is old'/></answer>");
  };
  for (const auto& [written, uri] :
       {std::pair{"sha1", "http://www.w3.org/2000/09/xmldsig#sha1"},
        std::pair{"ecdsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"},
        std::pair{"inclusive-c14n", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
        std::pair{"aes256-cbc", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"},
        std::pair{"rsa-oaep-mgf1p", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"},
        std::pair{"http://www.w3.org/2000/09/xmldsig#rsa-sha1",
                  "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}})
    EXPECT_THAT(parse_profile(with(written), "p.xml").answer.legacy, ElementsAre(uri)) << written;
  for (const char* unknown : {"urn:sha1", "md5", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "SHA1"})
    EXPECT_THAT(refusal(with(unknown)), HasSubstr("p.xml:8: legacy algorithm " + std::string(unknown) +
                                                  " is not one that is built in"));
}

TEST(Profile, lists_what_it_loosens_in_its_own_words) {
  const Profile profile = parse_profile(
      profile_text("<signature because='their WCF rejects it'><part>Timestamp</part></signature>",
                   "<answer signature='unsigned' because='the 2021 guideline'>"
                   "<legacy algorithm='rsa-sha1' because='their library is old'/>"
                   "<left-out part='To' because='they do not sign it'/></answer>"),
      "p.xml");
  EXPECT_FALSE(profile.answer.signature);
  EXPECT_THAT(profile.answer.legacy, ElementsAre("http://www.w3.org/2000/09/xmldsig#rsa-sha1"));
  EXPECT_THAT(profile.answer.left_out, ElementsAre("To"));
  EXPECT_THAT(profile.loosened,
              ElementsAre("requests go out with Body unsigned, because their WCF rejects it",
                          HasSubstr("TLS alone, because the 2021 guideline"),
                          "answers may use the legacy algorithm rsa-sha1, because their library is old",
                          "answers may come with To unsigned, because they do not sign it"));
}

TEST(Profile, reads_what_a_token_is_asked_for) {
  const auto with = [](const std::string& token, const std::string& part = "") {
    return profile_text(token + "<signature><part>Body</part><part>Timestamp</part>" + part + "</signature>");
  };
  EXPECT_FALSE(parse_profile(profile_text(), "p.xml").request.token);
  const Profile profile = parse_profile(
      with("<token audience='urn:hub' confirmation='holder-of-key' renew-before-seconds='30'/>"), "p.xml");
  ASSERT_TRUE(profile.request.token);
  EXPECT_EQ(profile.request.token->audience, "urn:hub");
  EXPECT_EQ(profile.request.token->confirmation, Confirmation::holder_of_key);
  EXPECT_EQ(profile.request.token->renew_before.count(), 30);
  EXPECT_THAT(refusal(with("<token audience='urn:hub' confirmation='holder-of-key'/>",
                           "<part>BinarySecurityToken</part>")),
              HasSubstr("no BinarySecurityToken is sent"));
  EXPECT_THAT(refusal(with("", "<part>Token</part>")), HasSubstr("no token is asked for"));
  EXPECT_THAT(refusal(with("<token audience='urn:hub' confirmation='sender-vouches'/>")),
              HasSubstr("confirmation"));
}

TEST(Profile, reads_how_documents_are_signed) {
  const auto with = [](const std::string& more, const std::string& certificate = "sha512") {
    return profile_text("<signature><part>Body</part><part>Timestamp</part></signature>",
                        "<answer signature='required'/>",
                        "<document><signature element='{urn:d}Sender' into='{urn:d}Signatures' id='S' "
                        "digest='sha512' method='sha256' certificate-digest='" +
                            certificate + "'" + more + "/></document>\n");
  };
  const Profile profile = parse_profile(with(" canonicalization='inclusive'"), "p.xml");
  ASSERT_TRUE(profile.document);
  EXPECT_EQ(profile.document->element, "{urn:d}Sender");
  EXPECT_EQ(profile.document->into, "{urn:d}Signatures");
  EXPECT_EQ(profile.document->digest, Hash::sha512);
  EXPECT_EQ(profile.document->signature, Hash::sha256);
  EXPECT_TRUE(profile.document->inclusive);
  EXPECT_TRUE(profile.answer.xades) << "what arrives is demanded to be such a one too";
  EXPECT_THAT(profile.loosened, IsEmpty());
  EXPECT_THAT(refusal(with("", "sha1")), HasSubstr("say why with because"));
  EXPECT_THAT(refusal(with(" because='no'")), HasSubstr("has nothing to explain here"));
  EXPECT_THAT(parse_profile(with(" because='the peer wants it'", "sha1"), "p.xml").loosened,
              ElementsAre(HasSubstr("named by SHA-1, because the peer wants it")));
}

TEST(Profile, refuses_what_is_no_profile) {
  EXPECT_THAT(refusal("<profile"), HasSubstr("p.xml:1: "));
  EXPECT_THAT(refusal("<!DOCTYPE profile>" + profile_text()), HasSubstr("DOCTYPE"));
  EXPECT_THAT(refusal("<other/>"), HasSubstr("p.xml:1: "));
  EXPECT_EQ(refusal(profile_text()), "accepted");
  EXPECT_THROW(load_profile("/nowhere/profile.xml"), Error);
}

}  // namespace
}  // namespace tilts::exchange
