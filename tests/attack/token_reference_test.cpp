// STR-Transform (WS-Security 1.1, 8.3): a Reference to a SecurityTokenReference signs the token that it
// names. xmlsec has no such transform, so the peer here signs by hand: libxml2 for the form, OpenSSL for the
// rest.
#include <array>
#include <stdexcept>

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

namespace names = exchange::names;
const World& world() { return World::get(); }

constexpr const char* str_transform =
    "<ds:Transform Algorithm=\"http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-soap-message-security-1.0#STR-Transform\"><o:TransformationParameters>"
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
    "</o:TransformationParameters></ds:Transform>";

xml::Document parsed(const std::string& text) {
  return xml::Document(
      xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, XML_PARSE_NONET));
}

xmlNode* with_id(const xml::Document& tree, std::string_view id) {
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::attribute(node, names::wsu, "Id") == id) return node;
  throw std::runtime_error("the draft has no " + std::string(id));
}

std::string digest(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return xml::base64_encode({reinterpret_cast<const char*>(hash.data()), size});
}

std::string signature_of(const std::string& bytes, EVP_PKEY* key) {
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  std::array<unsigned char, 1024> value{};
  size_t size = value.size();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), value.data(), &size, data, bytes.size()) != 1)
    throw std::runtime_error("cannot sign");
  return xml::base64_encode({reinterpret_cast<const char*>(value.data()), size});
}

// 8.3: the token in exclusive canonical form, its apex showing xmlns="".
std::string form_of_token(const xml::Document& tree, std::string_view id) {
  std::string form = xml::canonicalize(with_id(tree, id));
  return form.insert(form.find_first_of(" >"), " xmlns=\"\"");
}

std::string signed_by_hand(const Draft& draft) {
  std::string message = text(draft);
  for (const Signed& part : draft.references) {
    const xml::Document tree = parsed(message);
    const std::string id = part.uri.substr(1);
    const std::string bytes = part.transforms == str_transform ? form_of_token(tree, "token")
                                                               : xml::canonicalize(with_id(tree, id));
    message = replaced(message, "<ds:DigestValue></ds:DigestValue>",
                       "<ds:DigestValue>" + digest(bytes) + "</ds:DigestValue>");
  }
  const xml::Document tree = parsed(message);
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, names::ds, "SignedInfo"))
      return replaced(message, "<ds:SignatureValue></ds:SignatureValue>",
                      "<ds:SignatureValue>" + signature_of(xml::canonicalize(node), world().key.get()) +
                          "</ds:SignatureValue>");
  throw std::runtime_error("the draft has no SignedInfo");
}

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

}  // namespace
}  // namespace tilts::attack
