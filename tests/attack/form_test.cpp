// What is refused before any rule: documents, envelopes and signatures that are not formed as they should be.
#include <gtest/gtest.h>

#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

std::string message() { return sign(text(honest(world().certificate.get())), world().key.get()); }

TEST(Form, DocumentRulesAreRefusalsOfTheMessage) {
  EXPECT_EQ(refused_by(replaced(message(), "<s:Envelope", "<!DOCTYPE s:Envelope><s:Envelope")),
            "document-doctype");
  EXPECT_EQ(refused_by(replaced(message(), "<?xml version=\"1.0\"?>",
                                "<?xml version=\"1.0\" encoding=\"windows-1257\"?>")),
            "document-encoding");
  EXPECT_EQ(refused_by("<s:Envelope"), "document-well-formed");
  exchange::Policy small = policy();
  small.limits.bytes = 100;
  EXPECT_EQ(refused_by(message(), small), "document-size");
}

TEST(Form, WhatIsNoEnvelopeIsRefused) {
  EXPECT_EQ(refused_by("<a/>"), "envelope-shape");
  EXPECT_EQ(refused_by("<s:Envelope xmlns:s='urn:x'><s:Header/><s:Body/></s:Envelope>"), "envelope-shape");
  EXPECT_EQ(
      refused_by("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>"),
      "envelope-shape");
  EXPECT_EQ(
      refused_by(
          "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Header/><s:Body/></s:Envelope>"),
      "security-single");
}

TEST(Form, AnUnsignedMessageIsRefused) {
  std::string bare = message();
  const size_t begin = bare.find("<ds:Signature ");
  bare.erase(begin, bare.find("</ds:Signature>") + 15 - begin);
  EXPECT_EQ(refused_by(bare), "message-signed");
}

// What no Reference names is canonicalised all the same: a long namespace name, written out fifty times.
TEST(Form, WhatNobodySignedMayNotCostMoreThanAnHonestMessage) {
  Draft draft = honest(world().certificate.get());
  draft.references.erase(draft.references.begin());  // Body's
  draft.body = "<p:A xmlns:p='urn:p'>";
  for (int i = 0; i < 50; ++i) draft.body += "<big:b/>";
  draft.body += "</p:A>";
  exchange::Policy unsigned_answers = policy(), bodiless = policy();
  unsigned_answers.signature = false;
  bodiless.left_out = {"Body"};
  for (const exchange::Policy& loose : {unsigned_answers, bodiless}) {
    draft.envelope_attributes = " xmlns:big='urn:" + std::string(20'000, 'x') + "'";
    const std::string message = sign(text(draft), world().key.get());
    EXPECT_EQ(refused_by(message, loose), "canonicalization-cost");
    EXPECT_EQ(refused_without("canonicalization-cost", message, loose), "");
    draft.envelope_attributes = " xmlns:big='urn:x'";
    EXPECT_EQ(refused_by(sign(text(draft), world().key.get()), loose), "");
  }
}

TEST(Form, WhatTheSchemaHasNoPlaceForIsRefused) {
  for (const auto& [pattern, with] :
       {std::pair{"<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>"},
        std::pair{"<ds:SignatureValue>", "<x/><ds:SignatureValue>"},
        std::pair{"<ds:SignedInfo>", "<ds:SignedInfo>text"},
        std::pair{"</ds:SignedInfo>", "<x/></ds:SignedInfo>"},
        std::pair{"<ds:DigestValue>", "<x/><ds:DigestValue>"},
        std::pair{"<ds:SignatureValue>", "<ds:SignatureValue>!"},
        std::pair{"</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>"},
        std::pair{"</ds:Transforms>", "<x/></ds:Transforms>"},
        std::pair{"<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>",
                  "<ds:DigestMethod/>"}})
    EXPECT_EQ(refused_by(replaced(message(), pattern, with)), "signature-form") << with;
}

TEST(Form, WhatIsEncryptedIsSaidInWords) {
  Draft draft = honest(world().certificate.get());
  draft.body = "<x:EncryptedData xmlns:x='http://www.w3.org/2001/04/xmlenc#'/>";
  const exchange::Verifier verifier(policy(), std::make_shared<exchange::Trust>(world().trust()),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  try {
    verifier.message(sign(text(draft), world().key.get()), expectation());
    ADD_FAILURE();
  } catch (const exchange::Refusal& refusal) {
    EXPECT_STREQ(refusal.what(),
                 "the Body, or a part of it, is encrypted and this gateway does not decrypt yet; nothing was "
                 "taken, ask the registry to send it in clear over TLS (docs/refusals.md#encrypted)");
  }
  // An answer that needs no signature is no reason to take it.
  exchange::Policy words = policy();
  words.signature = false;
  EXPECT_EQ(refused_by(text(draft), words), "encrypted");
}

// The profile's words loosen exactly what they name.
TEST(Form, LegacyAlgorithmsOnlyByWords) {
  Draft draft = honest(world().certificate.get());
  draft.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2000/09/xmldsig#rsa-sha1'/>";
  for (Signed& part : draft.references) part.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
  const std::string old = sign(text(draft), world().key.get());
  exchange::Policy words = policy();
  words.legacy = {"http://www.w3.org/2000/09/xmldsig#rsa-sha1"};
  EXPECT_EQ(refused_by(old, words), "digest-method");
  words.legacy.insert("http://www.w3.org/2000/09/xmldsig#sha1");
  EXPECT_EQ(refused_by(old, words), "");
}

TEST(Form, PartsLeftOutByWordsMakeLessOfTheAssurance) {
  Draft draft = honest(world().certificate.get());
  draft.references.erase(draft.references.begin());
  const std::string bodiless = sign(text(draft), world().key.get());
  exchange::Policy words = policy();
  words.left_out = {"Body"};
  const exchange::Verifier verifier(words, std::make_shared<exchange::Trust>(world().trust()),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  EXPECT_EQ(verifier.message(bodiless, expectation()).assurance(), exchange::Assurance::tls_only);
}

TEST(Form, AnswersThatAreNeverSignedAreTlsOnlyByWords) {
  exchange::Policy words = policy();
  words.signature = false;
  std::string bare = message();
  const size_t begin = bare.find("<ds:Signature ");
  bare.erase(begin, bare.find("</ds:Signature>") + 15 - begin);
  const exchange::Verifier verifier(words, std::make_shared<exchange::Trust>(exchange::TrustFiles{}),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  const exchange::Verified verified = verifier.message(bare, expectation());
  EXPECT_EQ(verified.assurance(), exchange::Assurance::tls_only);
  EXPECT_NE(verified.part("Body"), "");
  EXPECT_EQ(verified.signer(), "");
}

}  // namespace
}  // namespace tilts::attack
