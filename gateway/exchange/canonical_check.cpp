#include "gateway/exchange/canonical_check.h"

#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "gateway/base/error.h"
#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/digest_method.h"
#include "gateway/xml/document.h"
#include "gateway/xml/xop.h"

namespace tilts::exchange {
namespace {

[[noreturn]] void differ(std::string_view what) {
  throw Error(Code::bug, fmt::format("a message that was signed is not canonical: {}; report this", what));
}

std::vector<std::string> words(const std::string& list) {
  std::istringstream stream(list);
  return {std::istream_iterator<std::string>(stream), {}};
}

xmlNode* first(const xmlNode* root, std::string_view uri, std::string_view local) {
  xmlNode* node = const_cast<xmlNode*>(root);
  while (node != nullptr && !xml::is(node, uri, local)) node = xml::next_element(node, root);
  if (node == nullptr) differ("an element is missing");
  return node;
}

// The message's own: an assertion in the Security header brings one along.
xmlNode* message_signature(const xmlNode* root) {
  xmlNode* node = first(root, names::ds, "Signature");
  while (node != nullptr &&
         !(xml::is(node, names::ds, "Signature") && xml::is(node->parent, names::wsse, "Security")))
    node = xml::next_element(node, root);
  if (node == nullptr) differ("the signature is missing");
  return node;
}

bool is_token(const xmlNode* node) { return xml::is(node, names::saml2, "Assertion"); }

xmlNode* by_id(const xmlNode* root, std::string_view id) {
  xmlNode* node = const_cast<xmlNode*>(root);
  while (node != nullptr && xml::attribute(node, names::wsu, "Id") != id &&
         !(is_token(node) && xml::attribute(node, {}, "ID") == id))
    node = xml::next_element(node, root);
  if (node == nullptr) differ("a reference leads nowhere");
  return node;
}

std::string digest(const std::string& bytes, const std::string& uri) {
  const EVP_MD* algorithm = uri == names::sha1 ? EVP_sha1() : xml::digest_method(uri);
  if (algorithm == nullptr) differ("an unknown digest");
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), octets, &size, algorithm, nullptr) != 1) differ("no digest");
  return std::string(reinterpret_cast<const char*>(octets), size);
}

}  // namespace

void check_canonical(std::string_view message, const std::vector<Attachment>& attachments) {
  xml::Limits limits;
  limits.bytes = std::numeric_limits<int>::max();
  limits.text = limits.attribute_value = limits.nodes = limits.bytes;
  const xml::Document document = xml::parse(message, limits);
  const xmlNode* root = xmlDocGetRootElement(document.get());
  xmlNode* signed_info = first(message_signature(root), names::ds, "SignedInfo");
  if (message.find(xml::canonicalize(signed_info)) == std::string_view::npos) differ("SignedInfo");
  for (const xmlNode* reference : xml::elements(signed_info, names::ds, "Reference")) {
    const std::string id = xml::attribute(reference, {}, "URI").substr(1);
    std::string prefixes;
    for (const xmlNode* node = reference; node != nullptr;
         node = xml::next_element(const_cast<xmlNode*>(node), reference))
      if (xml::is(node, names::exclusive_c14n, "InclusiveNamespaces"))
        prefixes = xml::attribute(node, {}, "PrefixList");
    xmlNode* const part = by_id(root, id);
    std::string bytes = xml::canonicalize(part, words(prefixes));
    // A token stands as its issuer wrote it, and is canonical only for the digest.
    if (!is_token(part) && message.find(bytes) == std::string_view::npos) differ(id);
    for (const Attachment& one : attachments) {
      const std::string include = xml::xop_include(one.id);
      if (const size_t at = bytes.find(include); at != std::string::npos)
        bytes.replace(at, include.size(), xml::base64_encode(*one.bytes));
    }
    const std::string method = xml::attribute(first(reference, names::ds, "DigestMethod"), {}, "Algorithm");
    const std::string value = xml::text(first(reference, names::ds, "DigestValue"));
    if (xml::base64_decode(value) != digest(bytes, method)) differ(id + " has another digest");
  }
}

}  // namespace tilts::exchange
