// STR-Transform (WS-Security 1.1, 8.3): a Reference to a SecurityTokenReference signs the token that it
// names. xmlsec has no such transform, so the peer here signs by hand.
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "tests/attack/by_hand.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

const World& world() { return World::get(); }

std::string signed_by_hand(const Draft& draft) { return attack::signed_by_hand(draft, world().key.get()); }

Draft with_its_token_signed() {
  Draft draft = honest(world().certificate.get());
  draft.key_info =
      replaced(draft.key_info, "<o:SecurityTokenReference>", "<o:SecurityTokenReference u:Id=\"str\">");
  draft.references.push_back({"#str", str_transform});
  return draft;
}

TEST(TokenReference, SignsTheTokenThatItNames) {
  EXPECT_EQ(refused_by(signed_by_hand(with_its_token_signed())), "");
}

TEST(TokenReference, AnotherCertificateOfTheSameKeyIsRefused) {
  // The peer's key, certified again: the signature value alone would verify.
  const X509Handle again = make({.common_name = "Registry again",
                                 .issuer = world().root.get(),
                                 .issuer_key = world().root_key.get(),
                                 .key_usage = "digitalSignature"},
                                world().key.get());
  Draft draft = with_its_token_signed();
  const std::string honest_one = signed_by_hand(draft);
  EXPECT_EQ(
      refused_by(replaced(honest_one, binary_token(world().certificate.get()), binary_token(again.get()))),
      "signature-value");
  draft.token = binary_token(again.get());
  EXPECT_EQ(refused_by(signed_by_hand(draft)), "") << "signed with it, it is the token that was meant";
}

TEST(TokenReference, ATokenThatIsNotInTheMessageIsRefused) {
  Draft draft = with_its_token_signed();
  const std::string message = signed_by_hand(draft);
  const size_t from = draft.key_info.find("<o:Reference");
  const std::string named = draft.key_info.substr(from, draft.key_info.find("/>", from) + 2 - from);
  exchange::TrustFiles trust = world().trust();
  trust.certificates = {world().file("known.pem", pem(world().certificate.get()))};
  char* serial =
      i2s_ASN1_INTEGER(nullptr, const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(world().certificate.get())));
  const std::string number = serial;
  OPENSSL_free(serial);
  const std::string outside =
      replaced(message, named,
               "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=Root,C=LV</ds:X509IssuerName>"
               "<ds:X509SerialNumber>" +
                   number + "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>");
  EXPECT_EQ(refused_by(outside, policy(), trust), "str-transform");
}

// Nobody has judged the key by then: it could be anybody's message.
TEST(TokenReference, ATokenThatWouldBeWrittenOutForGigabytesIsNot) {
  Draft draft = with_its_token_signed();
  std::string children;
  for (int i = 0; i < 50; ++i) children += "<big:b/>";
  draft.token = replaced(draft.token, "</o:BinarySecurityToken>", children + "</o:BinarySecurityToken>");
  draft.envelope_attributes = " xmlns:big='urn:" + std::string(20'000, 'x') + "'";
  EXPECT_EQ(refused_by(signed_by_hand(draft)), "canonicalization-cost");
}

}  // namespace
}  // namespace tilts::attack
