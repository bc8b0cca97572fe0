// `tilts verify`: one message judged offline, and what each of its words changes about the verdict.
#include <filesystem>
#include <memory>
#include <optional>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include "gateway/exchange/document_signer.h"
#include "gateway/exchange/libraries.h"
#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "tests/attack/encrypted.h"
#include "tests/attack/sts.h"
#include "tests/attack/world.h"
#include "tests/unit/cli/desk.h"

namespace tilts::cli {
namespace {

using attack::Draft;
using attack::World;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const World& world() { return World::get(); }

// The command starts and stops the libraries itself: a message is signed before it runs.
std::string signed_by(const Draft& draft, EVP_PKEY* key) {
  const exchange::Libraries libraries;
  return attack::sign(attack::text(draft), key);
}

Draft draft() { return attack::honest(world().certificate.get()); }

struct Pair {
  attack::Key key;
  attack::X509Handle certificate;
};

Pair issued(attack::Wish wish) {
  Pair pair{attack::ec_key(), {}};
  wish.issuer = world().root.get();
  wish.issuer_key = world().root_key.get();
  pair.certificate = attack::make(wish, pair.key.get());
  return pair;
}

Pair of_its_own(const std::string& name) {
  Pair pair{attack::ec_key(), {}};
  pair.certificate = attack::make({.common_name = name}, pair.key.get());
  return pair;
}

std::string signed_with(const Pair& pair) {
  return signed_by(attack::honest(pair.certificate.get(), true), pair.key.get());
}

std::string named_by_thumbprint() {
  const std::string bytes = attack::der(world().certificate.get());
  std::string thumbprint(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(thumbprint.data()));
  Draft named = draft();
  named.token.clear();
  named.key_info = "<o:SecurityTokenReference><o:KeyIdentifier ValueType='" +
                   std::string(exchange::names::thumbprint_sha1) + "'>" + xml::base64_encode(thumbprint) +
                   "</o:KeyIdentifier></o:SecurityTokenReference>";
  return signed_by(named, world().key.get());
}

std::string document() {
  const exchange::Libraries libraries;
  return attack::sign(
      "<p:Order xmlns:p='urn:p' Id='order'><p:Name>Jā<!-- no -->nis</p:Name><ds:Signature "
      "xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo><ds:CanonicalizationMethod "
      "Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/><ds:SignatureMethod "
      "Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/><ds:Reference URI=''>"
      "<ds:Transforms><ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>"
      "<ds:Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/></ds:Transforms>"
      "<ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><ds:DigestValue/>"
      "</ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
          xml::base64_encode(attack::der(world().certificate.get())) +
          "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></p:Order>",
      world().key.get());
}

Poco::JSON::Object::Ptr json(const std::string& text) {
  return Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
}

std::string part(const Poco::JSON::Object::Ptr& verdict, const std::string& name, const std::string& what) {
  const auto parts = verdict->getArray("parts");
  for (unsigned i = 0; i < parts->size(); ++i)
    if (parts->getObject(i)->getValue<std::string>("name") == name)
      return parts->getObject(i)->getValue<std::string>(what);
  return "no part " + name;
}

class Verify : public testing::Test {
 protected:
  // Judges the message; `words` stand before FILE.
  int judge(const std::string& message, std::vector<std::string> words) {
    words.insert(words.begin(), "verify");
    words.push_back(file("message.xml", message));
    return desk.type(std::move(words));
  }

  std::string file(const std::string& name, const std::string& content) {
    return desk.house.write(name, content);
  }

  void expect_refused(const std::string& sentence) {
    EXPECT_THAT(desk.out, IsEmpty());
    EXPECT_THAT(desk.err, AllOf(StartsWith("tilts: refused: "), HasSubstr(sentence)));
    EXPECT_EQ(lines(desk.err).size(), 1u) << desk.err;
  }

  void expect_asked_wrongly(const std::string& sentence) {
    EXPECT_THAT(desk.out, IsEmpty());
    EXPECT_THAT(desk.err, AllOf(StartsWith("tilts: "), HasSubstr(sentence)));
    EXPECT_EQ(desk.err.find("refused"), std::string::npos) << desk.err;
  }

  Desk desk;
  const std::string root = desk.house.write("root.pem", attack::pem(world().root.get()));
};

TEST_F(Verify, AcceptsAndSaysWhoSignedWhat) {
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), {"--anchor", root}), 0) << desk.err;
  EXPECT_EQ(desk.out,
            "accepted: signed by CN=Registry,C=LV\n  Body\n  Timestamp\n  Action\n  MessageID\n  RelatesTo\n"
            "  To\n");
  EXPECT_THAT(desk.err, IsEmpty());
}

TEST_F(Verify, RefusesWithOneSentenceOnStandardError) {
  const std::string changed = attack::replaced(signed_by(draft(), world().key.get()), "J&#x101;nis", "Anna");
  EXPECT_EQ(judge(changed, {"--anchor", root}), 1);
  expect_refused("the signature does not verify");
  EXPECT_EQ(judge("<a/>", {"--anchor", root}), 1);
  expect_refused("not a SOAP 1.1 or 1.2 envelope");
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), {}), 1) << "nobody is trusted by default";
  expect_refused("no trust anchor is configured");
}

TEST_F(Verify, JsonTellsTheWholeTextOfEachPart) {
  Draft commented = draft();
  commented.body =
      "<p:A xmlns:p='urn:p'>admin<!-- no --><p:B>is</p:B><?stop here?><![CDATA[tra]]>tor&amp;</p:A>";
  EXPECT_EQ(judge(signed_by(commented, world().key.get()), {"--json", "--anchor", root}), 0) << desk.err;
  const auto verdict = json(desk.out);
  EXPECT_EQ(verdict->getValue<std::string>("verdict"), "accepted");
  EXPECT_TRUE(verdict->isNull("reason"));
  EXPECT_EQ(verdict->getValue<std::string>("assurance"), "signed");
  EXPECT_EQ(verdict->getValue<std::string>("signer"), "CN=Registry,C=LV");
  EXPECT_EQ(verdict->getValue<std::string>("signer_sha256").size(), 64u);
  EXPECT_EQ(verdict->getArray("parts")->size(), 6u);
  EXPECT_EQ(part(verdict, "Body", "text"), "administrator&");
  EXPECT_EQ(part(verdict, "To", "text"), "urn:example:us");
  EXPECT_EQ(part(verdict, "Timestamp", "text"), "2026-11-21T11:59:00Z2026-11-21T12:04:00Z");
  EXPECT_THAT(part(verdict, "Body", "xml"), AllOf(StartsWith("<s:Body "), HasSubstr("<p:B>is</p:B>")));
  EXPECT_THAT(desk.err, IsEmpty());
}

TEST_F(Verify, JsonTellsWhyItWasRefused) {
  Draft open = draft();
  open.references.erase(open.references.begin());
  EXPECT_EQ(judge(signed_by(open, world().key.get()), {"--anchor", root, "--json"}), 1);
  const auto verdict = json(desk.out);
  EXPECT_EQ(verdict->getValue<std::string>("verdict"), "refused");
  EXPECT_EQ(verdict->getValue<std::string>("rule"), "body-signed");
  EXPECT_EQ(verdict->getValue<std::string>("reason"),
            "Body is not signed; nothing was taken (docs/refusals.md#body-signed)");
  EXPECT_TRUE(verdict->isNull("signer"));
  EXPECT_EQ(verdict->getArray("parts")->size(), 0u);
  EXPECT_EQ(desk.err,
            "tilts: refused: Body is not signed; nothing was taken (docs/refusals.md#body-signed)\n");
}

TEST_F(Verify, AtIsTheMomentOfTheJudgement) {
  const std::string message = signed_by(draft(), world().key.get());
  EXPECT_EQ(judge(message, {"--anchor", root, "--at", "2026-11-21T12:04:59Z"}), 0) << desk.err;
  EXPECT_EQ(judge(message, {"--anchor", root, "--at", "2026-11-21T12:06:00Z"}), 1);
  expect_refused("has expired");
  EXPECT_EQ(judge(message, {"--anchor", root, "--at", "2026-11-21T11:57:00Z"}), 1);
  expect_refused("created in the future");
  desk.now = parse_time("2026-11-22T12:00:00Z");
  EXPECT_EQ(judge(message, {"--anchor", root}), 1) << "without --at it is now";
  EXPECT_EQ(judge(message, {"--anchor", root, "--at", "2026-11-21T12:00:00Z"}), 0);
}

TEST_F(Verify, ACertificateThatHasExpiredSinceWasGoodThen) {
  // A document has no freshness of its own: the certificates alone depend on the day.
  const std::string order = document();
  EXPECT_EQ(judge(order, {"--any-element", "--anchor", root, "--at", "2026-11-21T12:00:00Z"}), 0) << desk.err;
  EXPECT_EQ(judge(order, {"--any-element", "--anchor", root, "--at", "2028-01-01T00:00:00Z"}), 1);
  expect_refused("certificate has expired");
}

TEST_F(Verify, PinnedNeedsNoAnchor) {
  const Pair alone = of_its_own("Alone");
  const std::string message = signed_with(alone);
  EXPECT_EQ(judge(message, {"--anchor", root}), 1);
  expect_refused("no valid path to a trust anchor");
  EXPECT_EQ(judge(message, {"--pinned", file("alone.pem", attack::pem(alone.certificate.get()))}), 0)
      << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("signed by CN=Alone,C=LV"));
}

TEST_F(Verify, AListThatIsGivenIsAsked) {
  const Pair revoked = issued({.common_name = "Revoked"});
  const Pair other = issued({.common_name = "Other"});
  const std::string list = file("list.crl", attack::make_crl(world().root.get(), world().root_key.get(),
                                                             {revoked.certificate.get()}, 10));
  EXPECT_EQ(judge(signed_with(revoked), {"--anchor", root}), 0) << desk.err;
  EXPECT_EQ(judge(signed_with(revoked), {"--anchor", root, "--crl", list}), 1);
  expect_refused("revoked");
  EXPECT_EQ(judge(signed_with(other), {"--anchor", root, "--crl", list}), 0) << desk.err;
}

TEST_F(Verify, TheProfileSaysWhatIsDemanded) {
  const std::string profile =
      file("profile.xml",
           "<profile xmlns='urn:tilts:profile:1' id='x' title='X'><soap version='1.1'/>"
           "<addressing message-id='uuid:' relates-to='required'/><request><timestamp lifetime='120'/>"
           "<signature><part>Body</part><part>Timestamp</part></signature></request>"
           "<answer signature='required'/><limits answer-depth='8'/>"
           "<operations><operation name='Ask' action='urn:ask'/></operations></profile>");
  Draft old = draft();
  old.soap = "http://schemas.xmlsoap.org/soap/envelope/";
  EXPECT_EQ(judge(signed_by(old, world().key.get()), {"--profile", profile, "--anchor", root}), 0)
      << desk.err;
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), {"--profile", profile, "--anchor", root}), 1);
  expect_refused("of another SOAP version than the profile says");
  EXPECT_EQ(judge("<a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a>",
                  {"--profile", profile, "--anchor", root}),
            1);
  expect_refused("nested deeper");
  const std::string broken = file("broken.xml", "<profile>");
  EXPECT_EQ(judge("<a/>", {"--profile", broken, "--anchor", root}), 2);
  expect_asked_wrongly("broken.xml:1: ");
}

TEST_F(Verify, CertificatesAreWhatAKeyReferenceMayName) {
  const std::string message = named_by_thumbprint();
  EXPECT_EQ(judge(message, {"--anchor", root}), 1);
  expect_refused("names a certificate that is not known here");
  const std::string known = file("known.pem", attack::pem(world().certificate.get()));
  EXPECT_EQ(judge(message, {"--anchor", root, "--certificates", known}), 0) << desk.err;
  EXPECT_EQ(judge(message, {"--certificates", known}), 1) << "known is not trusted";
}

TEST_F(Verify, AnyElementIsADocumentWithoutSoap) {
  const std::string order = document();
  EXPECT_EQ(judge(order, {"--any-element", "--json", "--anchor", root}), 0) << desk.err;
  EXPECT_EQ(part(json(desk.out), "{urn:p}Order", "text"), "Jānis");
  EXPECT_EQ(judge(order, {"--anchor", root}), 1);
  expect_refused("not a SOAP 1.1 or 1.2 envelope");
}

TEST_F(Verify, OfAXadesDocumentItSaysWhenItsSignerSaysHeSigned) {
  const exchange::DocumentSigning signing{
      .element = "{urn:p}Order", .into = "{urn:p}Signatures", .id = "signature"};
  const std::string order = exchange::sign_document(
      "<p:Letter xmlns:p='urn:p'><p:Order Id='order'>Jānis</p:Order><p:Signatures/></p:Letter>", signing,
      *attack::identity("signer", world().certificate.get(), world().key.get()),
      parse_time("2026-11-21T11:00:00Z"));
  EXPECT_EQ(judge(order, {"--any-element", "--anchor", root}), 0) << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("signed at 2026-11-21T11:00:00.000Z, by the signer's own word"));
  EXPECT_EQ(judge(order, {"--any-element", "--json", "--anchor", root}), 0) << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("\"signing_time\": \"2026-11-21T11:00:00.000Z\""));
}

TEST_F(Verify, AllowTakesWhatItNamesAndNoMore) {
  Draft weak = draft();
  weak.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2000/09/xmldsig#rsa-sha1'/>";
  for (attack::Signed& each : weak.references) each.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
  const std::string message = signed_by(weak, world().key.get());
  EXPECT_EQ(judge(message, {"--anchor", root}), 1);
  expect_refused("the signature algorithm is not one the policy takes");
  EXPECT_EQ(judge(message, {"--anchor", root, "--allow", "rsa-sha1"}), 1);
  expect_refused("digested with an algorithm the policy does not take");
  EXPECT_EQ(judge(message, {"--anchor", root, "--allow", "rsa-sha1", "--allow", "sha1"}), 0) << desk.err;
}

TEST_F(Verify, OptionsThatStandAgainLeaveTheFile) {
  const Pair alone = of_its_own("Alone");
  const std::string stranger = file("stranger.pem", attack::pem(of_its_own("Stranger").certificate.get()));
  const std::string pinned = file("alone.pem", attack::pem(alone.certificate.get()));
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), {"--anchor", stranger, "--anchor", root}), 0)
      << desk.err;
  EXPECT_EQ(judge(signed_with(alone), {"--pinned", pinned, "--pinned", stranger}), 0) << desk.err;
}

TEST_F(Verify, WhatCannotBeJudgedWasAskedWrongly) {
  const std::string message = signed_by(draft(), world().key.get());
  const std::string broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  EXPECT_EQ(desk.type({"verify", "--anchor", root, "/nowhere/message.xml"}), 2);
  expect_asked_wrongly("/nowhere/message.xml: cannot be read; check the path and its rights");
  EXPECT_EQ(desk.type({"verify", "--anchor", root, desk.house.path("secrets")}), 2) << "a folder";
  expect_asked_wrongly("secrets: cannot be read");
  EXPECT_EQ(judge(message, {"--anchor", root, "--at", "yesterday"}), 2);
  expect_asked_wrongly("--at yesterday: not a date and time with a zone");
  EXPECT_EQ(judge(message, {"--anchor", root, "--allow", "md5"}), 2);
  expect_asked_wrongly("--allow md5: no such legacy algorithm is built in (rsa-sha1, ");
  for (const char* option : {"--anchor", "--pinned", "--certificates", "--crl"}) {
    EXPECT_EQ(judge(message, {option, broken}), 2) << option;
    expect_asked_wrongly("broken.pem: is not ");
  }
  EXPECT_EQ(judge(message, {"--anchor", "/nowhere/ca.pem"}), 2);
  expect_asked_wrongly("/nowhere/ca.pem: cannot be read");
  EXPECT_EQ(desk.type({"verify", "--anchor", root}), 2) << "FILE is missing";
}

// A message whose signer holds the key that an STS confirms.
struct Handed {
  Pair sts = of_its_own("STS");
  attack::Key ours = attack::rsa_key();
  attack::X509Handle our_certificate = attack::make({.common_name = "Us"}, ours.get());
  attack::Claim claim;

  Handed() {
    claim.key_info = attack::by_certificate(world().certificate.get());
    claim.signature_method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    claim.signer = attack::by_certificate(sts.certificate.get());
  }

  // By its KeyInfo the message names its signer's own certificate, and signs the assertion too.
  std::string message(const attack::Encryption* how = nullptr) const {
    const exchange::Libraries libraries;
    Draft carrying = draft();
    carrying.more_security = attack::issued(claim, sts.key.get());
    if (how != nullptr)
      carrying.more_security = "<a2:EncryptedAssertion xmlns:a2='urn:oasis:names:tc:SAML:2.0:assertion'>" +
                               attack::encrypted(carrying.more_security, ours.get(), *how) +
                               "</a2:EncryptedAssertion>";
    carrying.references.push_back({how == nullptr ? "#_a1" : "#encrypted", attack::exclusive()});
    return attack::sign(attack::text(carrying), world().key.get());
  }
};

class VerifyAssertion : public Verify {
 protected:
  Handed handed;
  const std::string sts = file("sts.pem", attack::pem(handed.sts.certificate.get()));
  std::vector<std::string> words() const {
    return {"--anchor", root, "--sts", sts, "--sts-issuer", attack::saml_issuer, "--audience", "urn:us"};
  }
  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> all = words();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string key_file(const std::string& name, const std::string& content) {
    const std::string path = file(name, content);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    return path;
  }
};

TEST_F(VerifyAssertion, IsAcceptedAndSaysWhomItIsAbout) {
  handed.claim.data_attributes.clear();
  EXPECT_EQ(judge(handed.message(), words()), 0) << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("accepted: signed by CN=Registry,C=LV\n"));
  EXPECT_THAT(desk.out, HasSubstr("\nassertion: jana, issued by https://sts.test/, holder-of-key\n"));
  handed.claim.conditions += "<a2:OneTimeUse/>";
  EXPECT_EQ(judge(handed.message(), words({"--json"})), 0) << desk.err;
  const auto said = json(desk.out)->getObject("assertion");
  ASSERT_FALSE(said.isNull());
  EXPECT_EQ(said->getValue<std::string>("issuer"), attack::saml_issuer);
  EXPECT_EQ(said->getValue<std::string>("subject"), "jana");
  EXPECT_EQ(said->getValue<std::string>("method"), "holder-of-key");
  EXPECT_EQ(said->getValue<std::string>("until"), "2026-11-21T12:30:00.000Z");
  EXPECT_TRUE(said->getValue<bool>("one_time_use"));
  EXPECT_EQ(said->getArray("attributes")->getObject(0)->getArray("values")->getElement<std::string>(1),
            "administrator");
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), {"--anchor", root, "--json"}), 0);
  EXPECT_FALSE(json(desk.out)->has("assertion"));
}

TEST_F(VerifyAssertion, EachWordIsAsked) {
  EXPECT_EQ(judge(handed.message(), words()), 1);
  expect_refused("nobody said which address is ours");
  EXPECT_EQ(judge(handed.message(), words({"--recipient", "https://them.test/in"})), 1);
  expect_refused("is to be handed in elsewhere (Recipient)");
  const std::vector<std::string> here = {"--recipient", "https://us.test/in"};
  EXPECT_EQ(judge(handed.message(), words(here)), 0) << desk.err;
  EXPECT_EQ(judge(handed.message(), {"--anchor", root}), 1);
  expect_refused("no STS is registered");
  EXPECT_EQ(judge(signed_by(draft(), world().key.get()), words()), 1);
  expect_refused("holds no SAML assertion");
  std::vector<std::string> other = words(here);
  other[5] = "https://other.test/";
  EXPECT_EQ(judge(handed.message(), other), 1);
  expect_refused("another Issuer");
  other = words(here);
  other[7] = "urn:them";
  EXPECT_EQ(judge(handed.message(), other), 1);
  expect_refused("is not meant for us");
  other = words(here);
  other[3] = root;
  EXPECT_EQ(judge(handed.message(), other), 1);
  expect_refused("the assertion: ");

  handed.claim.method = attack::bearer;
  handed.claim.key_info.clear();
  EXPECT_EQ(judge(handed.message(), words()), 1) << "a bearer's, and nobody says where";
  expect_refused("another method");
  EXPECT_EQ(judge(handed.message(), words(here)), 0) << desk.err;
}

TEST_F(VerifyAssertion, AnAnchorIsNoSts) {
  // Below the anchor, and good for messages: nobody registered it as an STS.
  handed.claim.signature_method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  handed.claim.signer = attack::by_certificate(world().certificate.get());
  const std::string message = [&] {
    const exchange::Libraries libraries;  // and ended before the command starts its own
    Draft carrying = draft();
    carrying.more_security = attack::issued(handed.claim, world().key.get());
    return attack::sign(attack::text(carrying), world().key.get());
  }();
  EXPECT_EQ(judge(message, words({"--recipient", "https://us.test/in"})), 1);
  expect_refused("not signed by the certificate of a registered STS");
}

TEST_F(VerifyAssertion, IsDecryptedWithTheKeyThatIsGiven) {
  const std::string pem = attack::pem(handed.ours.get()) + attack::pem(handed.our_certificate.get());
  const std::string key = key_file("us.pem", pem);
  const std::vector<std::string> here = {"--recipient", "https://us.test/in"};
  const attack::Encryption good;
  EXPECT_EQ(judge(handed.message(&good), words(here)), 1);
  expect_refused("no key to decrypt it is known here");
  std::vector<std::string> with_key = words(here);
  with_key.insert(with_key.end(), {"--decryption-key", key});
  EXPECT_EQ(judge(handed.message(&good), with_key), 0) << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("assertion: jana"));

  const attack::Encryption hub{.cipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                               .transport = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
                               .digest = "http://www.w3.org/2000/09/xmldsig#sha1",
                               .mask = ""};
  EXPECT_EQ(judge(handed.message(&hub), with_key), 1);
  expect_refused("encrypted with an algorithm");
  with_key.insert(with_key.end(), {"--allow", "aes256-cbc", "--allow", "rsa-oaep-mgf1p"});
  EXPECT_EQ(judge(handed.message(&hub), with_key), 0) << desk.err;
}

TEST_F(VerifyAssertion, WordsThatContradictEachOtherAreAskedWrongly) {
  const std::string message = handed.message();
  for (const auto& [option, value] :
       {std::pair{"--sts-issuer", attack::saml_issuer}, std::pair{"--audience", std::string("urn:us")},
        std::pair{"--recipient", std::string("https://us.test/in")}, std::pair{"--decryption-key", root}}) {
    EXPECT_EQ(judge(message, {"--anchor", root, option, value}), 2) << option;
    expect_asked_wrongly(std::string(option) + ": says something of a SAML assertion, and no --sts");
  }
  EXPECT_EQ(judge(message, {"--anchor", root, "--sts", sts, "--audience", "urn:us"}), 2);
  expect_asked_wrongly("add --sts-issuer NAME");
  EXPECT_EQ(judge(message, {"--anchor", root, "--sts", sts, "--sts-issuer", "x"}), 2);
  expect_asked_wrongly("add --audience NAME");
  EXPECT_EQ(judge(message, words({"--any-element"})), 2);
  expect_asked_wrongly("--sts: a plain document (--any-element)");
  const std::string profile =
      file("unsigned.xml",
           "<profile xmlns='urn:tilts:profile:1' id='x' title='X'><soap version='1.2'/>"
           "<addressing message-id='uuid:' relates-to='required'/><request><timestamp lifetime='120'/>"
           "<signature><part>Body</part><part>Timestamp</part></signature></request>"
           "<answer signature='unsigned' because='it is so'/>"
           "<operations><operation name='Ask' action='urn:ask'/></operations></profile>");
  EXPECT_EQ(judge(message, words({"--profile", profile})), 2);
  expect_asked_wrongly("takes answers without a signature");
}

TEST_F(VerifyAssertion, KeysThatCannotBeUsedWereGivenWrongly) {
  const std::string message = handed.message();
  const std::string both = attack::pem(handed.ours.get()) + attack::pem(handed.our_certificate.get());
  EXPECT_EQ(judge(message, words({"--decryption-key", "/nowhere/us.pem"})), 2);
  expect_asked_wrongly("/nowhere/us.pem: cannot be read");
  const std::string open = file("open.pem", both);
  std::filesystem::permissions(open, std::filesystem::perms::all);
  EXPECT_EQ(judge(message, words({"--decryption-key", open})), 2);
  expect_asked_wrongly("open.pem: others than its owner may read or change it");
  EXPECT_EQ(judge(message, words({"--decryption-key", key_file("bare.pem", attack::pem(handed.ours.get()))})),
            2);
  expect_asked_wrongly("bare.pem: has no certificate beside it");
  const std::string elliptic =
      key_file("ec.pem", attack::pem(world().ec.get()) + attack::pem(world().ec_certificate.get()));
  EXPECT_EQ(judge(message, words({"--decryption-key", elliptic})), 2);
  expect_asked_wrongly("--decryption-key: a decryption key is not RSA");
  EXPECT_EQ(
      judge(message, {"--anchor", root, "--sts", "/nowhere/sts.pem", "--sts-issuer", "x", "--audience", "y"}),
      2);
  expect_asked_wrongly("/nowhere/sts.pem: cannot be read");
}

TEST_F(Verify, AMessageOverTheLimitIsRefusedAndNotReadWhole) {
  EXPECT_EQ(judge(std::string((20u << 20) + 1, ' '), {"--anchor", root}), 1);
  expect_refused("");
}

}  // namespace
}  // namespace tilts::cli
