// What an honest peer sends is accepted: without these, every attack below would prove nothing.
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

std::string signed_honestly() { return sign(text(honest(world().certificate.get())), world().key.get()); }

TEST(Control, RsaIsAccepted) { EXPECT_EQ(refused_by(signed_honestly()), ""); }

TEST(Control, EcdsaIsAccepted) {
  EXPECT_EQ(refused_by(sign(text(honest(world().ec_certificate.get(), true)), world().ec.get())), "");
}

Draft with_method(const X509* signer, const std::string& name, const std::string& digest) {
  Draft draft = honest(signer);
  draft.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#" + name + "'/>";
  for (Signed& part : draft.references) part.digest = digest;
  return draft;
}

TEST(Control, LongerHashesAreAccepted) {
  const std::string sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
  const std::string sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
  for (const auto& [method, digest] : {std::pair{"rsa-sha384", sha384}, std::pair{"rsa-sha512", sha512}})
    EXPECT_EQ(
        refused_by(sign(text(with_method(world().certificate.get(), method, digest)), world().key.get())), "")
        << method;
  for (const auto& [curve, method, digest] :
       {std::tuple{"P-384", "ecdsa-sha384", sha384}, std::tuple{"P-521", "ecdsa-sha512", sha512},
        std::tuple{"P-256", "ecdsa-sha512", sha512}}) {
    const Key key = ec_key(curve);
    const X509Handle certificate =
        make({.common_name = "Longer", .issuer = world().root.get(), .issuer_key = world().root_key.get()},
             key.get());
    EXPECT_EQ(refused_by(sign(text(with_method(certificate.get(), method, digest)), key.get())), "")
        << curve << ' ' << method;
  }
}

TEST(Control, ACertificateForNonRepudiationAloneIsAccepted) {
  const X509Handle certificate = make({.common_name = "Seal",
                                       .issuer = world().root.get(),
                                       .issuer_key = world().root_key.get(),
                                       .key_usage = "nonRepudiation"},
                                      world().key.get());
  EXPECT_EQ(refused_by(sign(text(honest(certificate.get())), world().key.get())), "");
}

TEST(Control, Soap11IsAccepted) {
  Draft draft = honest(world().certificate.get());
  draft.soap = "http://schemas.xmlsoap.org/soap/envelope/";
  EXPECT_EQ(refused_by(sign(text(draft), world().key.get())), "");
}

TEST(Control, PrefixListAndEnvelopedSignatureAreTolerated) {
  Draft draft = honest(world().certificate.get());
  for (Signed& part : draft.references)
    part.transforms = R"(<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>)" +
                      exclusive("s u #default");
  EXPECT_EQ(refused_by(sign(text(draft), world().key.get())), "");
}

TEST(Control, TheTokenItselfMayBeSigned) {
  Draft draft = honest(world().certificate.get());
  draft.references.push_back({"#token", exclusive()});
  EXPECT_EQ(refused_by(sign(text(draft), world().key.get())), "");
}

TEST(Control, ASecurityHeaderForAnotherIsNotOurs) {
  Draft draft = honest(world().certificate.get());
  draft.more_headers = R"(<o:Security s:role="urn:example:elsewhere" s:mustUnderstand="1"><x/></o:Security>)";
  EXPECT_EQ(refused_by(sign(text(draft), world().key.get())), "");
}

TEST(Control, WhatIsHandedOnIsWhatWasDigested) {
  Draft draft = honest(world().certificate.get());
  draft.body = R"(<p:A xmlns:p="urn:p">admin<!-- no --><p:B/>istrator</p:A>)";
  const exchange::Verifier verifier(policy(), std::make_shared<exchange::Trust>(world().trust()),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  const exchange::Verified verified = verifier.message(sign(text(draft), world().key.get()), expectation());
  EXPECT_EQ(verified.assurance(), exchange::Assurance::message_signed);
  EXPECT_EQ(
      verified.part("Body"),
      R"(<s:Body xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="body"><p:A xmlns:p="urn:p">admin<p:B></p:B>istrator</p:A></s:Body>)");
  EXPECT_EQ(verified.signer(), "CN=Registry,C=LV");
  EXPECT_EQ(verified.relates_to(), "urn:uuid:1");
  EXPECT_EQ(verified.message_id(), "urn:uuid:2");
  EXPECT_EQ(verified.action(), "urn:example:Answer");
  EXPECT_EQ(verified.parts().size(), 6u);
  EXPECT_FALSE(verified.fault());
}

TEST(Control, AChangedByteIsRefused) {
  const std::string message = signed_honestly();
  EXPECT_EQ(refused_by(replaced(message, "J&#x101;nis", "J&#x101;nus")), "signature-value");
  EXPECT_EQ(refused_by(replaced(message, "urn:example:Answer", "urn:example:Other")), "signature-value");
  const size_t value = message.find("<ds:SignatureValue>") + 25;
  std::string changed = message;
  changed[value] = changed[value] == 'A' ? 'B' : 'A';
  EXPECT_EQ(refused_by(changed), "signature-value");
}

TEST(Control, KnownCertificatesAreFoundByEveryKindOfName) {
  const X509* certificate = world().certificate.get();
  exchange::TrustFiles trust = world().trust();
  trust.certificates = {world().file("known.pem", pem(certificate))};
  const auto with = [&](const std::string& name) {
    Draft draft = honest(certificate);
    draft.token.clear();
    draft.key_info = "<o:SecurityTokenReference>" + name + "</o:SecurityTokenReference>";
    return sign(text(draft), world().key.get());
  };
  char* serial = i2s_ASN1_INTEGER(nullptr, const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(certificate)));
  const std::string number = serial;
  OPENSSL_free(serial);
  for (const char* issuer : {"CN=Root,C=LV", "C=LV, CN=Root", "c=lv,2.5.4.3=root"})
    EXPECT_EQ(
        refused_by(
            with("<ds:X509Data "
                 "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509IssuerSerial><ds:X509IssuerName>" +
                 std::string(issuer) + "</ds:X509IssuerName><ds:X509SerialNumber>" + number +
                 "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"),
            policy(), trust),
        "")
        << issuer;
}

}  // namespace
}  // namespace tilts::attack
