// Plain XML-DSig documents (verification policy, section 7, second part): no SOAP, no freshness.
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

const std::string enveloped =
    "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>";
const std::string inclusive = "<ds:Transform Algorithm='http://www.w3.org/TR/2001/REC-xml-c14n-20010315'/>";

struct Plain {
  std::string uri;
  std::string transforms = enveloped + exclusive();
  std::string canonicalization = std::string(exchange::names::exclusive_c14n);
  std::string key_info = "";
  std::string content = "<p:Name>Jānis</p:Name>";
  std::string object;
  std::string root_attributes;
  std::string signature_attributes;
};

std::string x509_data(const std::string& more = "") {
  return "<ds:X509Data>" + more + "<ds:X509Certificate>" +
         xml::base64_encode(der(world().certificate.get())) + "</ds:X509Certificate></ds:X509Data>";
}

std::string signature(const Plain& plain) {
  return "<ds:Signature "
         "xmlns:ds='http://www.w3.org/2000/09/xmldsig#'" +
         plain.signature_attributes +
         "><ds:SignedInfo><ds:CanonicalizationMethod "
         "Algorithm='" +
         plain.canonicalization +
         "'/><ds:SignatureMethod "
         "Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/><ds:Reference URI='" +
         plain.uri + "'>" +
         (plain.transforms.empty() ? "" : "<ds:Transforms>" + plain.transforms + "</ds:Transforms>") +
         "<ds:DigestMethod "
         "Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><ds:DigestValue/></ds:Reference></"
         "ds:SignedInfo><ds:SignatureValue/>" +
         (plain.key_info.empty() ? "" : "<ds:KeyInfo>" + plain.key_info + "</ds:KeyInfo>") + plain.object +
         "</ds:Signature>";
}

std::string document(const Plain& plain) {
  return sign("<p:Document xmlns:p='urn:p' Id='doc'" + plain.root_attributes + ">" + plain.content +
                  signature(plain) + "</p:Document>",
              world().key.get());
}

TEST(Document, EnvelopedEnvelopingAndByIdAreAccepted) {
  EXPECT_EQ(document_refused_by(document({.key_info = x509_data()})), "");
  EXPECT_EQ(document_refused_by(document({.uri = "#doc", .key_info = x509_data()})), "");
  EXPECT_EQ(document_refused_by(document({.transforms = enveloped, .key_info = x509_data()})), "");
  EXPECT_EQ(
      document_refused_by(document({.transforms = enveloped + inclusive,
                                    .canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
                                    .key_info = x509_data()})),
      "");
  EXPECT_EQ(document_refused_by(sign(signature({.uri = "#object",
                                                .transforms = exclusive(),
                                                .key_info = x509_data(),
                                                .object = "<ds:Object Id='object'><x/></ds:Object>"}),
                                     world().key.get())),
            "");
}

TEST(Document, AKeyValueBesideX509DataIsIgnored) {
  EXPECT_EQ(document_refused_by(document(
                {.key_info = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</"
                             "ds:Exponent></ds:RSAKeyValue></ds:KeyValue>" +
                             x509_data()})),
            "");
}

TEST(Document, AKeyValueAloneIsNeverAKey) {
  EXPECT_EQ(document_refused_by(document(
                {.key_info = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</"
                             "ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"})),
            "key-reference");
  EXPECT_EQ(document_refused_by(document({.key_info = "<ds:KeyName>Registry</ds:KeyName>"})),
            "key-reference");
}

TEST(Document, WithoutKeyInfoOnlyTheOnePinnedCertificateIsTried) {
  exchange::TrustFiles trust = world().trust();
  EXPECT_EQ(document_refused_by(document({}), policy(), trust), "key-reference");
  trust.pinned = {world().file("one.pem", pem(world().certificate.get()))};
  EXPECT_EQ(document_refused_by(document({}), policy(), trust), "");
  trust.pinned.push_back(world().file("two.pem", pem(world().ec_certificate.get())));
  EXPECT_EQ(document_refused_by(document({}), policy(), trust), "key-reference");
}

TEST(Document, TheCertificateThatSignedIsTheLeafWhateverTheOrder) {
  const std::string root =
      "<ds:X509Certificate>" + xml::base64_encode(der(world().root.get())) + "</ds:X509Certificate>";
  EXPECT_EQ(document_refused_by(document({.key_info = x509_data(root)})), "");
  const std::string other = "<ds:X509Certificate>" + xml::base64_encode(der(world().ec_certificate.get())) +
                            "</ds:X509Certificate>";
  EXPECT_EQ(document_refused_by(document({.key_info = x509_data(other)})), "key-reference");
}

TEST(Document, AChangedByteIsRefused) {
  EXPECT_EQ(document_refused_by(replaced(document({.key_info = x509_data()}), "J&#x101;nis", "J&#x101;nus")),
            "signature-value");
}

TEST(Document, NothingOutsideTheDocumentIsReferenced) {
  EXPECT_EQ(document_refused_by(
                replaced(document({.key_info = x509_data()}), "URI=\"\"", "URI=\"file:///etc/hostname\"")),
            "reference-uri");
  EXPECT_EQ(document_refused_by(replaced(document({.key_info = x509_data()}), " URI=\"\"", "")),
            "reference-uri");
}

TEST(Document, AnEmptyPartWhereContentStandsIsRefused) {
  EXPECT_EQ(document_refused_by(
                document({.uri = "#sig", .key_info = x509_data(), .signature_attributes = " Id='sig'"})),
            "empty-part");
}

// Nobody reads a document here: it is handed on as it was signed.
TEST(Document, WhatIsEncryptedIsHandedOnAsItWasSigned) {
  const Plain plain{.key_info = x509_data(),
                    .content = "<x:EncryptedData xmlns:x='http://www.w3.org/2001/04/xmlenc#'/>"};
  EXPECT_EQ(document_refused_by(document(plain)), "");
}

// Section 7, second part: what names a key there, and is known only by --certificates.
TEST(Document, KnownCertificatesMayBeNamed) {
  const X509* certificate = world().certificate.get();
  exchange::TrustFiles known = world().trust();
  known.certificates = {world().file("known-of-documents.pem", pem(certificate))};
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(const_cast<X509*>(certificate));
  const std::string key_id(reinterpret_cast<const char*>(ASN1_STRING_get0_data(id)),
                           static_cast<size_t>(ASN1_STRING_length(id)));
  char* serial = i2s_ASN1_INTEGER(nullptr, const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(certificate)));
  const std::string issuer_serial =
      "<ds:X509IssuerSerial><ds:X509IssuerName>CN=Root,C=LV</ds:X509IssuerName><ds:X509SerialNumber>" +
      std::string(serial) + "</ds:X509SerialNumber></ds:X509IssuerSerial>";
  OPENSSL_free(serial);
  const auto data = [](const std::string& content) { return "<ds:X509Data>" + content + "</ds:X509Data>"; };
  const auto reference = [](const std::string& content) {
    return "<o:SecurityTokenReference xmlns:o='" + std::string(exchange::names::wsse) + "'>" + content +
           "</o:SecurityTokenReference>";
  };
  const std::string ski = xml::base64_encode(key_id);
  for (const std::string& key_info :
       {data(issuer_serial), data("<ds:X509SKI>" + ski + "</ds:X509SKI>"), reference(data(issuer_serial)),
        reference("<o:KeyIdentifier ValueType='" + std::string(exchange::names::x509_key_identifier) + "'>" +
                  ski + "</o:KeyIdentifier>")}) {
    const std::string one = document({.key_info = key_info});
    EXPECT_EQ(document_refused_by(one, policy(), known), "") << key_info;
    EXPECT_EQ(document_refused_by(one), "key-reference") << key_info;
    // Known is not trusted.
    exchange::TrustFiles unanchored = known;
    unanchored.anchors.clear();
    EXPECT_EQ(document_refused_by(one, policy(), unanchored), "signer-trusted") << key_info;
  }
  for (const std::string& key_info :
       {data("<ds:X509SKI>AAAA</ds:X509SKI>"), data("<ds:X509SKI>!</ds:X509SKI>"), data(""),
        data(issuer_serial + issuer_serial),
        data("<ds:X509SubjectName>CN=Registry,C=LV</ds:X509SubjectName>"),
        reference(data("<ds:X509SKI>" + ski + "</ds:X509SKI>"))})
    EXPECT_EQ(document_refused_by(document({.key_info = key_info}), policy(), known), "key-reference")
        << key_info;
}

TEST(Document, SeveralSignaturesAreNotGuessedAmong) {
  const std::string one = document({.key_info = x509_data()});
  const size_t begin = one.find("<ds:Signature ");
  const size_t end = one.find("</ds:Signature>") + 15;
  std::string two = one;
  two.insert(end, one.substr(begin, end - begin));
  EXPECT_EQ(document_refused_by(two), "message-signed");
  EXPECT_EQ(document_refused_by("<a/>"), "message-signed");
}

TEST(Document, OnlyWhatWasSignedIsHandedOn) {
  const exchange::Verifier verifier(policy(), std::make_shared<exchange::Trust>(world().trust()),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  const exchange::Verified verified = verifier.document(
      document({.uri = "#part",
                .transforms = exclusive(),
                .key_info = x509_data(),
                .content = "<p:Part Id='part'>signed</p:Part><p:Other>unsigned</p:Other>"}));
  ASSERT_EQ(verified.parts().size(), 1u);
  EXPECT_EQ(verified.parts()[0].bytes, R"(<p:Part xmlns:p="urn:p" Id="part">signed</p:Part>)");
}

}  // namespace
}  // namespace tilts::attack
