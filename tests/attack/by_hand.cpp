#include "tests/attack/by_hand.h"

#include <array>
#include <stdexcept>

#include <libxml/parser.h>
#include <openssl/evp.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"

namespace tilts::attack {
namespace {

namespace names = exchange::names;

xml::Document parsed(const std::string& text) {
  return xml::Document(
      xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, XML_PARSE_NONET));
}

xmlNode* with_id(const xml::Document& tree, std::string_view id) {
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::attribute(node, names::wsu, "Id") == id) return node;
  return nullptr;
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
  return {reinterpret_cast<const char*>(value.data()), size};
}

xmlNode* assertion_of(const xml::Document& tree) {
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, names::saml2, "Assertion")) return node;
  throw std::runtime_error("the draft has no token");
}

// 8.3: the token in exclusive canonical form, its apex showing xmlns="".
std::string form_of_token(const xml::Document& tree) {
  xmlNode* token = with_id(tree, "token");
  std::string form = xml::canonicalize(token != nullptr ? token : assertion_of(tree));
  return form.insert(form.find_first_of(" >"), " xmlns=\"\"");
}

std::string form_of(const xml::Document& tree, const Signed& part) {
  if (part.transforms == str_transform) return form_of_token(tree);
  xmlNode* node = with_id(tree, std::string_view(part.uri).substr(1));
  return node == nullptr ? std::string() : xml::canonicalize(node);
}

}  // namespace

const std::string str_transform =
    "<ds:Transform Algorithm=\"http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-soap-message-security-1.0#STR-Transform\"><o:TransformationParameters>"
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
    "</o:TransformationParameters></ds:Transform>";

std::string signed_by_hand(const Draft& draft, const std::function<std::string(const std::string&)>& value) {
  std::string message = text(draft);
  for (const Signed& part : draft.references)
    message = replaced(message, "<ds:DigestValue></ds:DigestValue>",
                       "<ds:DigestValue>" + digest(form_of(parsed(message), part)) + "</ds:DigestValue>");
  const xml::Document tree = parsed(message);
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, names::ds, "SignedInfo") &&
        xml::text(xml::elements(node->parent, names::ds, "SignatureValue").at(0)).empty())
      return replaced(message, "<ds:SignatureValue></ds:SignatureValue>",
                      "<ds:SignatureValue>" + xml::base64_encode(value(xml::canonicalize(node))) +
                          "</ds:SignatureValue>");
  throw std::runtime_error("the draft has no SignedInfo");
}

std::string signed_by_hand(const Draft& draft, EVP_PKEY* key) {
  return signed_by_hand(draft, [key](const std::string& bytes) { return signature_of(bytes, key); });
}

}  // namespace tilts::attack
