// XAdES documents (verification policy, section 10): each signed by a trusted peer while doing what is
// forbidden.
#include <cstdlib>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/sha.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

std::string sha256(const std::string& bytes) {
  unsigned char octets[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), octets);
  return xml::base64_encode({reinterpret_cast<const char*>(octets), sizeof octets});
}

std::string sha1(const std::string& bytes) {
  unsigned char octets[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), octets);
  return xml::base64_encode({reinterpret_cast<const char*>(octets), sizeof octets});
}

std::string serial_of(const X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* text = BN_bn2dec(number);
  const std::string serial = text;
  OPENSSL_free(text);
  BN_free(number);
  return serial;
}

// The pieces of an honest signature, each open to be spoilt before it is signed.
struct Draft {
  const X509* certificate = world().certificate.get();
  std::string document = "#doc";
  std::string properties = "#props";
  std::string part_digest = "sha256";
  std::string type = " Type='http://uri.etsi.org/01903#SignedProperties'";
  std::string more_references;
  bool document_first = true;
  std::string target = "#sig";
  std::string digest_method{exchange::names::sha256};
  std::string digest = sha256(der(certificate));
  std::string issuer = "CN=Root,C=LV";
  std::string serial = serial_of(certificate);
  std::string properties_name = "SignedProperties";
  std::string certificates;  // further Cert elements, before the signer's
  std::string object_of;     // properties standing elsewhere: in the document
};

std::string reference(const std::string& uri, const std::string& type = {},
                      const std::string& digest = "sha256") {
  return "<ds:Reference URI='" + uri + "'" + type + "><ds:Transforms>" + exclusive() +
         "</ds:Transforms><ds:DigestMethod Algorithm='http://www.w3.org/" +
         (digest == "sha1" ? "2000/09/xmldsig#" : "2001/04/xmlenc#") + digest +
         "'/><ds:DigestValue/></ds:Reference>";
}

std::string properties(const Draft& draft) {
  return "<x:QualifyingProperties xmlns:x='http://uri.etsi.org/01903/v1.3.2#' "
         "xmlns:ds='http://www.w3.org/2000/09/xmldsig#' Target='" +
         draft.target + "'><x:" + draft.properties_name +
         " Id='props'><x:SignedSignatureProperties><x:SigningTime>2026-11-21T11:00:00Z</x:SigningTime>"
         "<x:SigningCertificate>" +
         draft.certificates + "<x:Cert><x:CertDigest><ds:DigestMethod Algorithm='" + draft.digest_method +
         "'/><ds:DigestValue>" + draft.digest +
         "</ds:DigestValue></x:CertDigest><x:IssuerSerial><ds:X509IssuerName>" + draft.issuer +
         "</ds:X509IssuerName><ds:X509SerialNumber>" + draft.serial +
         "</ds:X509SerialNumber></x:IssuerSerial></x:Cert></x:SigningCertificate></"
         "x:SignedSignatureProperties></x:" +
         draft.properties_name + "></x:QualifyingProperties>";
}

std::string document(const Draft& draft) {
  const std::string of_document =
      draft.document.empty() ? "" : reference(draft.document, {}, draft.part_digest);
  const std::string of_properties =
      draft.properties.empty() ? "" : reference(draft.properties, draft.type, draft.part_digest);
  const std::string object = "<ds:Object>" + properties(draft) + "</ds:Object>";
  return sign("<p:Envelope xmlns:p='urn:p'><p:Document Id='doc'><p:Name>Jānis</p:Name></p:Document>" +
                  draft.object_of +
                  "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#' Id='sig'><ds:SignedInfo>"
                  "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>"
                  "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>" +
                  (draft.document_first ? of_document + of_properties : of_properties + of_document) +
                  draft.more_references +
                  "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
                  xml::base64_encode(der(world().certificate.get())) +
                  "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>" +
                  (draft.object_of.empty() ? object : "") + "</ds:Signature></p:Envelope>",
              world().key.get());
}

exchange::Policy demanding() {
  exchange::Policy policy = attack::policy();
  policy.xades = true;
  return policy;
}

std::string refused(const Draft& draft, const exchange::Policy& policy = demanding()) {
  return document_refused_by(document(draft), policy);
}

std::string refused_but_for(const std::string& rule, const Draft& draft) {
  setenv("TILTS_SKIP_RULE", rule.c_str(), 1);
  const std::string by = refused(draft);
  unsetenv("TILTS_SKIP_RULE");
  return by;
}

// With its rule skipped nothing else stands in the way, or the rule that is named.
void expect_only(const std::string& rule, const Draft& draft, const std::string& then = "") {
  EXPECT_EQ(refused(draft), rule);
  EXPECT_EQ(refused_but_for(rule, draft), then);
}

TEST(Xades, AnHonestOneIsAccepted) {
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({}, attack::policy()), "");
}

// Signed as they stand, line breaks and all: long values are written so by Java and by xmlsec.
TEST(Xades, ADigestBrokenIntoLinesIsTheSame) {
  const std::string broken = document({.part_digest = "sha512"});
  const size_t value = broken.find("<ds:DigestValue>");
  EXPECT_NE(broken.substr(value, broken.find("</ds:DigestValue>") - value).find('\n'), std::string::npos)
      << broken;
  EXPECT_EQ(document_refused_by(broken, demanding()), "");
}

// The order in which a live system writes the name, and spaces in it, do not count: the serial and the digest
// do.
TEST(Xades, AnIssuerWrittenTheOtherWayRoundIsTheSame) { EXPECT_EQ(refused({.issuer = "C=LV, CN=Root"}), ""); }

TEST(Xades, APlainSignatureIsNotEnoughWhereTheyAreDemanded) {
  const std::string plain = sign(
      "<p:Envelope xmlns:p='urn:p'><p:Document Id='doc'/><ds:Signature "
      "xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>"
      "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>"
      "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>" +
          reference("#doc") +
          "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
          xml::base64_encode(der(world().certificate.get())) +
          "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></p:Envelope>",
      world().key.get());
  EXPECT_EQ(document_refused_by(plain, demanding()), "xades-missing");
  setenv("TILTS_SKIP_RULE", "xades-missing", 1);
  EXPECT_EQ(document_refused_by(plain, demanding()), "xades-properties") << "said in other words: both stay";
  unsetenv("TILTS_SKIP_RULE");
  EXPECT_EQ(document_refused_by(plain), "");
}

TEST(Xades, PropertiesThatNoReferenceOfTheTypeCovers) {
  expect_only("xades-properties", {.properties = ""});
  expect_only("xades-properties", {.type = ""});
  expect_only("xades-properties", {.type = " Type='http://uri.etsi.org/01903#Other'"});
}

TEST(Xades, TwoReferencesOfTheType) {
  expect_only("xades-properties",
              {.more_references = reference("#props", " Type='http://uri.etsi.org/01903#SignedProperties'")});
}

TEST(Xades, AReferenceOfTheTypeToSomethingElse) {
  expect_only("xades-properties", {.document = "#props", .properties = "#doc"}, "xades-document");
  Draft other;
  other.properties_name = "UnsignedProperties";
  expect_only("xades-properties", other);
}

TEST(Xades, PropertiesOfAnotherSignature) {
  expect_only("xades-properties", {.target = "#other"});
  expect_only("xades-properties", {.target = "sig"});
}

TEST(Xades, PropertiesThatStandInTheDocument) {
  Draft moved;
  moved.object_of = "<p:Aside>" + properties(moved) + "</p:Aside>";
  expect_only("xades-properties", moved);
}

// Whoever takes the first part for the document would be handed the signer's own words about himself.
TEST(Xades, TheFirstReferenceIsTheDocument) { expect_only("xades-document", {.document_first = false}); }

TEST(Xades, ACertificateNamedBySha1OnlyByLegacyWords) {
  Draft old{.digest_method = std::string(exchange::names::sha1)};
  old.digest = sha1(der(world().certificate.get()));
  expect_only("xades-digest", old);
  exchange::Policy legacy = demanding();
  legacy.legacy = {std::string(exchange::names::sha1)};
  EXPECT_EQ(refused(old, legacy), "");
  legacy.legacy = {std::string(exchange::names::sha1_of_certificate)};
  EXPECT_EQ(refused(old, legacy), "");
  // Whoever prepares what the signer signs would have two documents with one signature.
  old.part_digest = "sha1";
  EXPECT_EQ(refused(old, legacy), "digest-method") << "the word is for the certificate alone";
}

TEST(Xades, AnotherCertificateThanTheSigners) {
  expect_only("xades-certificate", {.digest = sha256(der(world().ec_certificate.get()))});
  expect_only("xades-certificate", {.digest = ""});
}

TEST(Xades, OnlyTheFirstCertificateIsTheSigners) {
  const std::string other =
      "<x:Cert><x:CertDigest><ds:DigestMethod "
      "Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><ds:DigestValue>" +
      sha256(der(world().ec_certificate.get())) +
      "</ds:DigestValue></x:CertDigest><x:IssuerSerial><ds:X509IssuerName>CN=Root,C=LV</ds:X509IssuerName>"
      "<ds:X509SerialNumber>" +
      serial_of(world().certificate.get()) + "</ds:X509SerialNumber></x:IssuerSerial></x:Cert>";
  expect_only("xades-certificate", {.certificates = other});
}

TEST(Xades, AnotherIssuerOrSerial) {
  expect_only("xades-issuer", {.issuer = "CN=Other,C=LV"});
  expect_only("xades-issuer", {.serial = "1"});
}

}  // namespace
}  // namespace tilts::attack
