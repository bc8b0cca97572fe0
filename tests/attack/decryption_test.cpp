// XML encryption (verification policy, section 6, last sentences): what opens, what is refused in words that
// tell what stands in clear, and what is refused with the one sentence because a key decides it.
#include "gateway/exchange/decryption.h"

#include <cstdlib>
#include <set>

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <openssl/x509v3.h>

#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/xml/base64.h"
#include "tests/attack/encrypted.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

const std::string plain = "<p:Secret xmlns:p='urn:p'>Jānis</p:Secret>";

// Another pair of ours, of the same authority.
struct Pair {
  Key key = rsa_key();
  X509Handle certificate =
      make({.common_name = "Older", .issuer = world().root.get(), .issuer_key = world().root_key.get()},
           key.get());
};

const Pair& older() {
  static const Pair pair;
  return pair;
}

exchange::DecryptionKeys ours() {
  return exchange::DecryptionKeys({identity("ours", world().certificate.get(), world().key.get())});
}

exchange::DecryptionKeys both() {
  return exchange::DecryptionKeys({identity("older", older().certificate.get(), older().key.get()),
                                   identity("ours", world().certificate.get(), world().key.get())});
}

std::string serial(const X509* certificate) {
  char* text = i2s_ASN1_INTEGER(nullptr, const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(certificate)));
  std::string number = text;
  OPENSSL_free(text);
  return number;
}

std::string by_issuer_and_serial(const X509* certificate) {
  return "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=Root,C=LV</ds:X509IssuerName>"
         "<ds:X509SerialNumber>" +
         serial(certificate) + "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>";
}

std::string by_certificate(const X509* certificate) {
  return "<ds:X509Data><ds:X509Certificate>" + xml::base64_encode(der(certificate)) +
         "</ds:X509Certificate></ds:X509Data>";
}

std::string referred(const std::string& name) {
  return "<o:SecurityTokenReference xmlns:o='" + std::string(exchange::names::wsse) + "'>" + name +
         "</o:SecurityTokenReference>";
}

struct Verdict {
  std::string rule;
  std::string sentence;
  std::string bytes;  // what was decrypted
};

Verdict decrypted(const std::string& text, const exchange::DecryptionKeys& keys,
                  const std::set<std::string>& legacy = {}, const xml::Limits& limits = {}) {
  const xml::Document document = xml::parse("<all>" + text + "</all>", {});
  const auto all = xml::elements(xmlDocGetRootElement(document.get()));
  try {
    return {"", "",
            exchange::decrypt(all.at(0), all.size() > 1 ? all[1] : nullptr, keys, legacy, limits).bytes};
  } catch (const exchange::Refusal& refusal) {
    return {refusal.rule(), refusal.what(), ""};
  }
}

std::string for_us(const Encryption& how = {}, const std::string& text = plain) {
  return encrypted(text, world().key.get(), how);
}

std::set<std::string> words(std::initializer_list<const char*> names) {
  std::set<std::string> uris;
  for (const char* name : names) uris.insert(exchange::legacy_uri(name));
  return uris;
}

const std::string cbc = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
const std::string mgf1p = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

TEST(Decryption, OpensWhatThePolicyTakes) {
  for (const auto& [size, octets] : {std::pair{"128", 16u}, std::pair{"192", 24u}, std::pair{"256", 32u}})
    EXPECT_EQ(decrypted(for_us({.cipher = std::string("http://www.w3.org/2009/xmlenc11#aes") + size + "-gcm",
                                .key_octets = octets}),
                        ours())
                  .bytes,
              plain)
        << size;
  for (const auto& [digest, mask] : {std::pair{"http://www.w3.org/2001/04/xmldsig-more#sha384", "sha384"},
                                     std::pair{"http://www.w3.org/2001/04/xmlenc#sha512", "sha512"}})
    EXPECT_EQ(decrypted(for_us({.digest = digest,
                                .mask = std::string("http://www.w3.org/2009/xmlenc11#mgf1") + mask}),
                        ours())
                  .bytes,
              plain)
        << mask;
  EXPECT_EQ(decrypted(for_us({.label = "a label"}), ours()).bytes, plain);
  EXPECT_EQ(decrypted(for_us({.beside = true}), ours()).bytes, plain);
}

TEST(Decryption, LegacyAlgorithmsOnlyByWords) {
  struct Case {
    const char* what;
    Encryption how;
    std::set<std::string> words;
  };
  const Case cases[] = {
      {"CBC", {.cipher = cbc}, words({"aes256-cbc"})},
      {"the old OAEP", {.transport = mgf1p, .digest = "", .mask = ""}, words({"rsa-oaep-mgf1p"})},
      {"the old OAEP with SHA-256 masks with SHA-1 all the same",
       {.transport = mgf1p, .mask = ""},
       words({"rsa-oaep-mgf1p"})},
      {"the new OAEP that does not say its mask", {.mask = ""}, words({"rsa-oaep-mgf1p"})},
      {"the new OAEP that does not say its digest", {.digest = ""}, words({"rsa-oaep-mgf1p"})},
      {"what the state hub sends",
       {.cipher = cbc, .transport = mgf1p, .digest = "", .mask = ""},
       words({"rsa-oaep-mgf1p", "aes256-cbc"})},
  };
  for (const Case& each : cases) {
    const std::string message = for_us(each.how);
    EXPECT_EQ(decrypted(message, ours()).rule, "decryption-method") << each.what;
    EXPECT_EQ(decrypted(message, ours(), words({"sha1", "aes128-cbc"})).rule, "decryption-method")
        << each.what;
    EXPECT_EQ(decrypted(message, ours(), each.words).bytes, plain) << each.what;
    setenv("TILTS_SKIP_RULE", "decryption-method", 1);
    EXPECT_EQ(decrypted(message, ours()).bytes, plain) << each.what << ": nothing else stands in the way";
    unsetenv("TILTS_SKIP_RULE");
  }
  for (const char* unknown : {"http://www.w3.org/2001/04/xmlenc#tripledes-cbc", "", "urn:null"})
    EXPECT_EQ(
        decrypted(replaced(for_us(), "http://www.w3.org/2009/xmlenc11#aes256-gcm", unknown), ours()).rule,
        "decryption-method")
        << unknown;
  for (const char* unknown :
       {"http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#kw-aes128"})
    EXPECT_EQ(decrypted(replaced(for_us(), "http://www.w3.org/2009/xmlenc11#rsa-oaep", unknown), ours(),
                        words({"rsa-oaep-mgf1p"}))
                  .rule,
              "decryption-method")
        << unknown;
}

TEST(Decryption, TheKeyIsTheOneThatIsNamedOrTheOnlyOne) {
  const X509* certificate = world().certificate.get();
  for (const std::string& name :
       {by_issuer_and_serial(certificate), referred(by_issuer_and_serial(certificate)),
        by_certificate(certificate), "<ds:KeyValue/>" + by_certificate(certificate)})
    EXPECT_EQ(decrypted(for_us({.recipient = name}), both()).bytes, plain) << name;
  EXPECT_EQ(decrypted(for_us({.recipient = by_issuer_and_serial(older().certificate.get())}), ours()).rule,
            "decryption-key")
      << "named, and not held";
  EXPECT_EQ(decrypted(for_us(), both()).rule, "decryption-key") << "two could be meant";
  for (const char* name : {"<ds:KeyName>ours</ds:KeyName>", "<ds:RetrievalMethod URI='#encrypted'/>",
                           "<ds:KeyValue/>", "<ds:X509Data/>"})
    EXPECT_EQ(decrypted(for_us({.recipient = name}), ours()).rule, "decryption-key") << name;
}

TEST(Decryption, WhatIsNotFormedIsNotTried) {
  const std::string message = for_us();
  const auto spoilt = [&](const std::string& pattern, const std::string& with) {
    return decrypted(replaced(message, pattern, with), ours()).rule;
  };
  EXPECT_EQ(spoilt("<x:CipherData>", "<x:CipherData><x:CipherReference URI='http://127.0.0.1/'/>"),
            "decryption-form");
  const std::string reference = "<x:CipherData><x:CipherReference URI='#x'/></x:CipherData>";
  const size_t last = message.rfind("<x:CipherData>");
  EXPECT_EQ(decrypted(message.substr(0, last) + reference + "</x:EncryptedData>", ours()).rule,
            "decryption-form");
  const size_t first = message.find("<x:CipherData>");
  const size_t end = message.find("</x:CipherData>") + 15;
  EXPECT_EQ(decrypted(message.substr(0, first) + reference + message.substr(end), ours()).rule,
            "decryption-form")
      << "of the key";
  EXPECT_EQ(spoilt("xmlenc#Element'", "xmlenc#Content'"), "decryption-form");
  EXPECT_EQ(spoilt("<x:EncryptedKey xmlns", "<ds:KeyName>us</ds:KeyName><x:EncryptedKey xmlns"),
            "decryption-form");
  EXPECT_EQ(spoilt("<x:CipherValue>", "<x:CipherValue>*"), "decryption-form");
  EXPECT_EQ(decrypted(message + message, ours()).rule, "decryption-form") << "a key inside, and one beside";
  const std::string apart = for_us({.beside = true});
  EXPECT_EQ(decrypted(apart.substr(0, apart.find("<x:EncryptedKey")), ours()).rule, "decryption-form")
      << "no key at all";
}

// A sender who learns which of these it was could read a cipher text, octet by octet.
TEST(Decryption, WhateverTheKeyDecidesReadsTheSame) {
  const auto flipped = [](const std::string& message, size_t from_the_end) {
    const size_t last = message.rfind("</x:CipherValue>");
    std::string octets;
    const size_t begin = message.rfind("<x:CipherValue>") + 15;
    octets = *xml::base64_decode(message.substr(begin, last - begin));
    octets.at(octets.size() - from_the_end) ^= 1;
    return message.substr(0, begin) + xml::base64_encode(octets) + message.substr(last);
  };
  const std::set<std::string> legacy = words({"aes256-cbc"});
  const std::string in_cbc = for_us({.cipher = cbc});
  const std::string failures[] = {
      encrypted(plain, older().key.get()),                   // to another key that nobody names
      encrypted(plain, older().key.get(), {.cipher = cbc}),  // the same, where nothing authenticates
      flipped(for_us(), 1),                                  // the tag of GCM
      flipped(for_us(), 30),                                 // a cipher text under GCM
      flipped(in_cbc, 1),                                    // the padding's block
      for_us({.cipher = cbc, .padding = 0}),                 // no padding
      for_us({.cipher = cbc, .padding = 17}),                // more than a block
      for_us({.cipher = cbc}, "<p:Secret>"),                 // well padded, not well-formed
      for_us({}, "<!DOCTYPE x><x/>"),                        // what section 1 does not take
      for_us({}, "<p:Secret/>"),                             // a prefix from the outside
      for_us({}, ""),                                        // nothing
      for_us({.key_octets = 16}),                            // a session key of another length
      replaced(for_us({.label = "a label"}), "<x:OAEPparams>YSBsYWJlbA==</x:OAEPparams>", ""),
  };
  std::set<std::string> sentences;
  for (const std::string& message : failures) {
    const Verdict verdict = decrypted(message, ours(), legacy);
    EXPECT_EQ(verdict.rule, "signature-value") << verdict.sentence << message;
    sentences.insert(verdict.sentence);
  }
  EXPECT_EQ(sentences.size(), 1u);
  const exchange::Verifier verifier(policy(), std::make_shared<exchange::Trust>(world().trust()),
                                    Clock::fixed(Time{std::chrono::seconds{now}}));
  const std::string message = sign(text(honest(world().certificate.get())), world().key.get());
  try {
    verifier.message(replaced(message, "J&#x101;nis", "Anna"), expectation());
    ADD_FAILURE();
  } catch (const exchange::Refusal& refusal) {
    EXPECT_TRUE(sentences.contains(refusal.what())) << "nor is a changed signature told apart";
  }
}

TEST(Decryption, WhatWasBadlyPaddedIsRefusedThoughItCouldBeRead) {
  // White space behind the element would be XML all the same.
  std::string readable = plain;
  readable.append(16 - (readable.size() + 1) % 16, ' ');
  const std::string message = for_us({.cipher = cbc, .padding = ' '}, readable);
  EXPECT_EQ(decrypted(message, ours(), words({"aes256-cbc"})).rule, "signature-value");
}

TEST(Decryption, TheLimitsHoldInside) {
  std::string deep = plain;
  for (int i = 0; i < 8; ++i) deep = "<a>" + deep + "</a>";
  EXPECT_EQ(decrypted(for_us({}, deep), ours()).bytes, deep);
  xml::Limits tight;
  tight.depth = 5;
  EXPECT_EQ(decrypted(for_us({}, deep), ours(), {}, tight).rule, "signature-value");
}

TEST(Decryption, OnlyRsaKeysAreHeld) {
  const auto held = identity("ec", world().ec_certificate.get(), world().ec.get());
  EXPECT_THROW(exchange::DecryptionKeys({held}), Error);
}

}  // namespace
}  // namespace tilts::attack
