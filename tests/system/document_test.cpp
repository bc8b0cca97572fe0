// A signed document that an adapter hands to the host: what its signature covered comes back, or the run
// ends.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "tests/attack/peer.h"
#include "tests/system/city.h"
#include "tests/system/wayward.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

Plan reader(const char* operation) {
  Plan plan = wayward(operation);
  plan.snapshot = false;
  plan.keys = support::KeyKind::rsa;
  return plan;
}

attack::Key key(const std::string& file) {
  const Handle<BIO, BIO_free_all> bio(BIO_new_file(file.c_str(), "r"));
  return attack::Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

// A plain XML-DSig document, as section 7 of the verification policy takes them: signed as a whole, the
// signer's certificate inside.
std::string signed_by(const support::KeyFiles& signer, const std::string& code) {
  std::string certificate = support::read_file(signer.certificate);
  certificate = certificate.substr(certificate.find('\n') + 1);
  certificate.resize(certificate.find("-----"));
  return attack::sign(
      "<p:Person xmlns:p='urn:proof'>" + code +
          "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo>"
          "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>"
          "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>"
          "<ds:Reference URI=''><ds:Transforms>"
          "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>" +
          attack::exclusive() +
          "</ds:Transforms><ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>"
          "<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/>"
          "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
          certificate + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></p:Person>",
      key(signer.key).get());
}

void give(City& city, const std::string& document) {
  std::string escaped;
  for (const char c : document.substr(document.find("<p:Person")))
    escaped += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  const std::string text = support::read_file(city.file("tilts.xml"));
  const size_t begin = text.find("<!--document-->"), end = text.find("</registry>");
  const std::string before = begin > end ? "" : text.substr(begin, end - begin);
  city.edit_configuration(before + "</registry>",
                          "<!--document--><setting name=\"document\">" + escaped + "</setting></registry>");
}

// The codes of the first two of the roster.
std::pair<std::string, std::string> two_people(City& city) {
  const std::string roster = city.registry().get("/roster.csv");
  const size_t first = roster.find("K-000001;") + 9, second = roster.find("K-000002;") + 9;
  return {roster.substr(first, 11), roster.substr(second, 11)};
}

TEST(Document, WhatASignatureCoversIsReadAndWhatWasChangedIsNot) {
  City city(reader("proven"));
  const auto [one, other] = two_people(city);
  give(city, signed_by(city.pki().registry_sign, one));
  const pull::RunReport report = city.night(initial());
  EXPECT_TRUE(report.fetched) << report.sentence;
  EXPECT_EQ(report.counts.records, 1);
  const auto table = city.table("residents");
  ASSERT_EQ(table.size(), 1u);
  EXPECT_THAT(table.begin()->first, HasSubstr("K-000001"));
}

struct Untrusted {
  const char* what;
  std::function<std::string(const City&, const std::string& one, const std::string& other)> make;
  const char* sentence;
};

const Untrusted untrusted[] = {
    {"another person's code in it",
     [](const City& city, const std::string& one, const std::string& other) {
       return attack::replaced(signed_by(city.pki().registry_sign, one), one, other);
     },
     "verify_document: the signature does not verify: the message was changed"},
    {"signed by a stranger",
     [](const City& city, const std::string& one, const std::string&) {
       return signed_by(city.pki().stranger, one);
     },
     "verify_document: the signer's certificate has no valid path to a trust anchor"},
    {"not signed",
     [](const City&, const std::string& one, const std::string&) {
       return "<p:Person xmlns:p='urn:proof'>" + one + "</p:Person>";
     },
     "verify_document: the document is not signed; nothing was taken"},
};

// Also when the adapter catches the failure and goes on: nothing it emits then is kept.
TEST(Document, AnUntrustedOneEndsTheRunWhateverTheAdapterCatches) {
  for (const char* operation : {"proven", "trusting"}) {
    City city(reader(operation));
    const auto [one, other] = two_people(city);
    for (const Untrusted& document : untrusted) {
      SCOPED_TRACE(testing::Message() << document.what << ", " << operation);
      give(city, document.make(city, one, other));
      const pull::RunReport report = city.night(initial());
      EXPECT_EQ(name(report.state), name(RunState::untrusted)) << report.sentence;
      EXPECT_EQ(pull::exit_code(report.state), 5);
      EXPECT_THAT(report.sentence, HasSubstr(document.sentence));
      EXPECT_EQ(report.counts.records, 0);
      EXPECT_TRUE(city.deliveries("residents").empty());
    }
  }
}

}  // namespace
}  // namespace tilts::system_test
