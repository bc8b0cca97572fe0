// Documents that go out by e-address: what is taken and what is refused.
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/e_address_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every octet there is, with what looks like a boundary. Digests of these are sha256sum's.
std::string awkward() {
  std::string bytes = "\r\n--=_edge\r\n\r\n";
  for (int octet = 0; octet < 256; ++octet) bytes += static_cast<char>(octet);
  return bytes;
}

Document with_files() {
  Document document;
  document.files = {{"atzinums.pdf", "file-1", awkward()}, {"pielikums \"2\".txt", "file-2", "otrais"}};
  return document;
}

TEST_F(EAddressTest, ADocumentWithAttachmentsIsTakenAndKept) {
  start_e_address();
  const Reception reception = send(with_files());
  ASSERT_EQ(reception.status, 200U) << reception.body;
  const std::string id = element(reception.body, "m:MessageId");
  EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f-]{36}"));
  EXPECT_EQ(
      simulator().get("/sent"),
      fmt::format(
          R"([{{"message_id":"{}","reference":"SD-2026-0117","recipient":"_DEFAULT@99000000001","recipients":["_DEFAULT@99000000001"],)"
          R"("kind":"DOC_EMPTY","title":"Atzinums par \"A & B\" <1>","files":[)"
          R"({{"name":"atzinums.pdf","sha256":"{}","size":270}},)"
          R"({{"name":"pielikums \"2\".txt","sha256":"{}","size":6}}]}}])"
          "\n",
          id, "5933ba6da3ba3ea2130f90536864175d8fe8c1989e023274565828f9622256f3",
          "081130656f2c5866d4ab131ff53520c6cf8312a5b7b3369828b8d1156a2e9356"));
}

TEST_F(EAddressTest, ADocumentWithoutAttachmentsNeedsNoMtom) {
  start_e_address();
  EXPECT_EQ(send({}).status, 200U);
  EXPECT_THAT(simulator().get("/sent"), HasSubstr(R"("files":[])"));
}

TEST_F(EAddressTest, AttachmentsMayAlsoStandInTheMessage) {
  start_e_address();
  const Document document = with_files();
  EXPECT_EQ(ask(send_message(document)).status, 200U);
  EXPECT_THAT(simulator().get("/sent"), HasSubstr(R"("size":270)"));
}

TEST_F(EAddressTest, TheSameReferenceTwiceIsTwoMessages) {
  start_e_address();
  const std::string first = element(send(with_files()).body, "m:MessageId");
  const std::string second = element(send(with_files()).body, "m:MessageId");
  EXPECT_NE(first, second);
  EXPECT_EQ(count(simulator().get("/sent"), R"("reference":"SD-2026-0117")"), 2U);
}

TEST_F(EAddressTest, AMessageThatComesTwiceIsAReplay) {
  start_e_address();
  const MtomMessage message = with_parts(sign(send_message(with_files())), {awkward(), "otrais"});
  EXPECT_EQ(post(message).status, 200U);
  const Reception again = post(message);
  EXPECT_EQ(again.status, 400U);
  EXPECT_THAT(again.body, HasSubstr("a replay"));
  EXPECT_EQ(count(simulator().get("/sent"), "message_id"), 1U);
}

TEST_F(EAddressTest, WhatIsDeliveredIsToldWhereThatWasAsked) {
  start_e_address();
  Document document;
  send(document);
  EXPECT_EQ(simulator().get("/mailbox"), "[]\n");
  document.notify = true;
  document.reference = "SD-2026-0118";
  send(document);
  const std::string list = call("GetMessageList", "<m:MaxResultCount>10</m:MaxResultCount>").body;
  EXPECT_EQ(element(list, "m:DocumentKindCode"), "DELIVERY_NOTICE");
  EXPECT_EQ(element(list, "m:SenderEAddress"), "_SERVICE@99000000000");
  EXPECT_EQ(element(list, "m:SenderRefNumber"), "SD-2026-0118");
  const std::string notice = get_message(element(list, "m:MessageId")).body;
  EXPECT_EQ(wrong_with(envelope_in(notice), pki().anchor), "");
  EXPECT_EQ(element(notice, "d:SenderRefNumber"), "SD-2026-0118");
}

TEST_F(EAddressTest, Sha1IsTakenOnlyWhereTheProfileSaysSo) {
  start_e_address({}, true);
  EXPECT_EQ(send(with_files()).status, 200U);
  for (const bool digest : {true, false}) {
    Message message = send_message(with_files());
    if (digest) message.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
    message.sha1_method = !digest;
    const Reception reception = ask(message);
    EXPECT_EQ(reception.status, 400U);
    EXPECT_THAT(reception.body, HasSubstr(digest ? "digest is not SHA-2" : "the signature does not verify"));
  }
}

TEST_F(EAddressTest, RsaIsTakenAsEcdsaIs) {
  start_e_address({}, false, support::KeyKind::rsa);
  EXPECT_EQ(send(with_files()).status, 200U);
}

// What the sender's envelope declares itself is counted by inclusive C14N; what stands around it is not.
TEST_F(EAddressTest, ADocumentIsVerifiedStandingAlone) {
  start_e_address();
  Document document;
  document.further_declaration = R"( xmlns:unused="urn:unused")";
  EXPECT_EQ(send(document).status, 200U);
  // as if it inherited its own prefix: it could not stand alone
  std::string envelope = envelope_of({});
  const std::string declared = fmt::format(R"( xmlns:d="{}")", document_space);
  envelope.replace(envelope.find(declared), declared.size(), "");
  Message message = send_message(envelope, {});
  message.body.insert(message.body.find('>'), declared);
  const Reception reception = ask(message);
  EXPECT_EQ(reception.status, 400U);
  EXPECT_THAT(reception.body, HasSubstr("cannot stand alone"));
}

struct WrongDocument {
  const char* name;
  std::function<void(Document&)> spoil;
  const char* reason;
};

class RefusedDocument : public EAddressTest, public testing::WithParamInterface<WrongDocument> {};

TEST_P(RefusedDocument, WithItsReason) {
  start_e_address();
  Document document = with_files();
  GetParam().spoil(document);
  const Reception reception = send(document);
  EXPECT_EQ(reception.status, 400U);
  EXPECT_THAT(reception.body, HasSubstr(GetParam().reason));
  EXPECT_EQ(simulator().get("/sent"), "[]\n");
  EXPECT_EQ(send(with_files()).status, 200U);  // without that one thing
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedDocument,
    testing::Values(
        WrongDocument{"Sender", [](Document& d) { d.sender = "_DEFAULT@99000000002"; },
                      "SenderEAddress is not the mailbox"},
        WrongDocument{"Recipient", [](Document& d) { d.recipients.push_back("_DEFAULT@12"); }, "is nobody's"},
        WrongDocument{"NoRecipient", [](Document& d) { d.recipients.clear(); }, "Recipients is missing"},
        WrongDocument{"LongReference", [](Document& d) { d.reference = std::string(101, 'x'); },
                      "more than 100 characters"},
        WrongDocument{"NoReference", [](Document& d) { d.reference = ""; }, "SenderRefNumber is missing"},
        WrongDocument{"NoTitle", [](Document& d) { d.title = ""; }, "Title is missing"},
        WrongDocument{"Digest", [](Document& d) { d.files[0].digest = digest_of("sha512", "other"); },
                      "DigestValue is not that of the attachment"},
        WrongDocument{"Sha512Only", [](Document& d) { d.hash = "sha256"; },
                      "SignatureMethod has another hash than the registry wants"},
        WrongDocument{"CertDigest", [](Document& d) { d.certificate_hash = "sha256"; },
                      "CertDigest has another digest"},
        WrongDocument{"Exclusive",
                      [](Document& d) { d.canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#"; },
                      "SignedInfo is not under inclusive C14N"},
        WrongDocument{"Target", [](Document& d) { d.target = "SenderSignature"; }, "covers not exactly"}),
    [](const auto& tested) { return std::string(tested.param.name); });

// The message is signed over what is wrong inside of it: only the document's own signature can tell.
struct Edit {
  const char* name;
  const char* what;
  const char* instead;
  const char* reason;
};

class EditedDocument : public EAddressTest, public testing::WithParamInterface<Edit> {};

TEST_P(EditedDocument, IsRefused) {
  start_e_address();
  std::string envelope = envelope_of(with_files());
  const std::string what = GetParam().what;
  ASSERT_NE(envelope.find(what), std::string::npos) << envelope;
  envelope.replace(envelope.find(what), what.size(), GetParam().instead);
  const Reception reception = ask(send_message(envelope, with_files().files));
  EXPECT_EQ(reception.status, 400U);
  EXPECT_THAT(reception.body, HasSubstr(GetParam().reason));
  EXPECT_EQ(simulator().get("/sent"), "[]\n");
}

INSTANTIATE_TEST_SUITE_P(
    Rules, EditedDocument,
    testing::Values(Edit{"Title", "Atzinums", "Otzinums", "the signature does not verify"},
                    Edit{"SigningTime", "T10:00:00Z", "T10:00:01Z", "the signature does not verify"},
                    Edit{"Type", "#SignedProperties\"", "#Other\"", "not of the type SignedProperties"},
                    Edit{"PropertiesTarget", "Target=\"#SenderSignature\"", "Target=\"#Other\"",
                         "the properties are another signature"},
                    Edit{"SignatureId", "Id=\"SenderSignature\"", "Id=\"Other\"",
                         "the signature is not called SenderSignature"},
                    Edit{"Unknown", "<d:Priority>", "<d:Urgency>now</d:Urgency><d:Priority>",
                         "Urgency does not belong there"},
                    Edit{"Reference", ">file-1<", ">file-3<", "ContentReference names no attachment"},
                    Edit{"Date", ">2026-03-02<", ">2026-02-30<", "Date is not a day"},
                    Edit{"Server", "<d:Signatures>",
                         "<d:ServerTransportMetadata></d:ServerTransportMetadata><d:Signatures>",
                         "ServerTransportMetadata does not belong there"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(EAddressTest, ADocumentThatNobodySignedOrAStrangerIsRefused) {
  start_e_address();
  std::string envelope = envelope_of({});
  const std::size_t at = envelope.find("<ds:Signature ");
  envelope.erase(at, envelope.find("</d:Signatures>") - at);
  EXPECT_THAT(ask(send_message(envelope, {})).body, HasSubstr("Signatures is missing"));
  const Reception stranger = ask(send_message(signed_envelope({}, pki().stranger), {}));
  EXPECT_EQ(stranger.status, 400U);
  EXPECT_THAT(stranger.body, HasSubstr("leads to no anchor"));
  // SigningCertificate has to be the one it was signed with, though both are trusted
  std::string mixed = signed_envelope({}, pki().client);
  const std::string other = signed_envelope({}, pki().registry_sign);
  const auto certificate = [](const std::string& xml) { return element(xml, "ds:X509Certificate"); };
  mixed.replace(mixed.find(certificate(mixed)), certificate(mixed).size(), certificate(other));
  EXPECT_THAT(ask(send_message(mixed, {})).body, HasSubstr("the signature does not verify"));
  Document misnamed;
  misnamed.named_certificate = pki().registry_sign.certificate;
  EXPECT_THAT(send(misnamed).body, HasSubstr("SigningCertificate is not the certificate"));
  EXPECT_EQ(simulator().get("/sent"), "[]\n");
}

TEST_F(EAddressTest, AnAttachmentThatNoFileNamesIsRefused) {
  start_e_address();
  const Document document = with_files();
  std::vector<Document::File> files = document.files;
  files.push_back({"more", "file-3", "more"});
  EXPECT_THAT(ask(send_message(envelope_of(document), files)).body,
              HasSubstr("an attachment that no File names"));
}

struct WrongMtom {
  const char* name;
  std::function<void(MtomMessage&)> spoil;
  const char* reason;
};

void replace(std::string& text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("there is no " + what);
  text.replace(at, what.size(), instead);
}

class RefusedMtom : public EAddressTest, public testing::WithParamInterface<WrongMtom> {};

TEST_P(RefusedMtom, WithItsReason) {
  start_e_address();
  const MtomMessage right = with_parts(sign(send_message(with_files())), {awkward(), "otrais"});
  MtomMessage wrong = right;
  GetParam().spoil(wrong);
  const Reception reception = post(wrong);
  EXPECT_EQ(reception.status, 400U);
  EXPECT_THAT(reception.body, HasSubstr(GetParam().reason));
  EXPECT_EQ(simulator().get("/sent"), "[]\n");
  EXPECT_EQ(post(right).status, 200U);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedMtom,
    testing::Values(
        WrongMtom{"PartChanged", [](MtomMessage& m) { m.parts[0].octets[5] ^= 1; },
                  "the signature does not verify"},
        WrongMtom{"PartMissing", [](MtomMessage& m) { m.parts.pop_back(); },
                  "an Include names a part that is not there"},
        WrongMtom{"PartsSwapped", [](MtomMessage& m) { std::swap(m.parts[0].octets, m.parts[1].octets); },
                  "the signature does not verify"},
        WrongMtom{"PartTwice", [](MtomMessage& m) { m.parts.push_back(m.parts[0]); },
                  "two parts have one Content-ID"},
        WrongMtom{"RootTwice",
                  [](MtomMessage& m) {
                    m.parts.push_back({m.root_headers, m.xml});
                  },
                  "two parts have one Content-ID"},
        WrongMtom{"PartUnnamed",
                  [](MtomMessage& m) {
                    m.parts.push_back(m.parts[0]);
                    replace(m.parts[2].headers, "part-1", "part-9");
                  },
                  "a part is named by no Include"},
        WrongMtom{"PartNamedTwice", [](MtomMessage& m) { replace(m.xml, "cid:part-2", "cid:part-1"); },
                  "was named before"},
        WrongMtom{"TextBeside", [](MtomMessage& m) { replace(m.xml, "<xop:Include", "AAAA<xop:Include"); },
                  "not the only child"},
        WrongMtom{"NoCid", [](MtomMessage& m) { replace(m.xml, "cid:part-1", "http:part-1"); },
                  "an Include names no part"},
        WrongMtom{"Cut", [](MtomMessage& m) { m.closing = ""; }, "the closing boundary is missing"},
        WrongMtom{"NotBinary", [](MtomMessage& m) { replace(m.parts[0].headers, "binary", "base64"); },
                  "a part is not binary"},
        WrongMtom{"NoContentId", [](MtomMessage& m) { replace(m.parts[0].headers, "Content-ID", "X-ID"); },
                  "a part has no Content-ID"},
        WrongMtom{"RootType", [](MtomMessage& m) { replace(m.root_headers, "xop+xml", "xml"); },
                  "the root part is not application/xop+xml"},
        WrongMtom{"NoRoot", [](MtomMessage& m) { replace(m.content_type, "<root>", "<part-7@test>"); },
                  "the root part is missing"},
        WrongMtom{"Type", [](MtomMessage& m) { replace(m.content_type, "xop+xml", "xml"); },
                  "type is not application/xop+xml"},
        WrongMtom{"StartInfo", [](MtomMessage& m) { replace(m.content_type, "soap+xml", "xml"); },
                  "start-info is not application/soap+xml"},
        WrongMtom{"ParameterTwice", [](MtomMessage& m) { m.content_type += "; start=\"<other>\""; },
                  "says start twice"}),
    [](const auto& tested) { return std::string(tested.param.name); });

// As WCF names its parts; RFC 2392.
TEST_F(EAddressTest, AContentIdMayBeEscapedInTheInclude) {
  start_e_address();
  MtomMessage message = with_parts(sign(send_message(with_files())), {awkward(), "otrais"});
  replace(message.xml, "cid:part-1@test", "cid:http%3A%2F%2Ftempuri.org%2f1%40test");
  replace(message.parts[0].headers, "part-1@test", "http://tempuri.org/1@test");
  EXPECT_EQ(post(message).status, 200U);
}

TEST_F(EAddressTest, WhereTheProfileHasNoMtomItIsNotSpoken) {
  start();
  MtomMessage message;
  message.xml = sign(start_message());
  EXPECT_EQ(post(message).status, 415U);
}

// Beyond libxml2's own bound of a text.
TEST_F(EAddressTest, AnAttachmentMayBeLarge) {
  start_e_address();
  Document document;
  document.files = {{"liels.bin", "file-1", std::string(20'000'000, 'x')}};
  const Reception reception = send(document);
  EXPECT_EQ(reception.status, 200U) << reception.body;
  EXPECT_THAT(simulator().get("/sent"), HasSubstr(R"("size":20000000)"));
}

}  // namespace
}  // namespace tilts::simulator::tests
