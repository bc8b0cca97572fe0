#include "tests/attack/peer.h"

#include <functional>
#include <stdexcept>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"

namespace tilts::attack {
namespace {

namespace names = exchange::names;

void need(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

// What a signing stack without a policy does: every id attribute is an id, the first one of a value counts.
void register_ids(xmlNode* root) {
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    for (xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
      const std::string name(reinterpret_cast<const char*>(attribute->name));
      if (name != "Id" && name != "ID" && name != "id" && name != "AssertionID") continue;
      const std::string id = xml::text(reinterpret_cast<xmlNode*>(attribute));
      if (xmlGetID(node->doc, reinterpret_cast<const xmlChar*>(id.c_str())) == nullptr)
        xmlAddID(nullptr, node->doc, reinterpret_cast<const xmlChar*>(id.c_str()), attribute);
    }
}

bool is_template(const xmlNode* signature) {
  const auto values = xml::elements(signature, names::ds, "SignatureValue");
  return values.size() == 1 && xml::text(values[0]).empty();
}

std::string reference(const Signed& part) {
  return "<ds:Reference" + (part.uri == "-" ? std::string() : " URI=\"" + part.uri + "\"") + ">" +
         (part.transforms.empty() ? std::string()
                                  : "<ds:Transforms>" + part.transforms + "</ds:Transforms>") +
         "<ds:DigestMethod Algorithm=\"" + part.digest +
         "\"/><ds:DigestValue></ds:DigestValue></ds:Reference>";
}

std::string signature(const Draft& draft) {
  std::string result = R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#")";
  result += draft.signature_attributes + "><ds:SignedInfo>" + draft.canonicalization + draft.method;
  for (const Signed& part : draft.references) result += reference(part);
  result += "</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>";
  if (!draft.key_info.empty()) result += "<ds:KeyInfo>" + draft.key_info + "</ds:KeyInfo>";
  return result + draft.objects + "</ds:Signature>";
}

std::string wsa(const std::string& local, const std::string& id, const std::string& content) {
  return "<a:" + local + " xmlns:a=\"http://www.w3.org/2005/08/addressing\" u:Id=\"" + id + "\">" + content +
         "</a:" + local + ">";
}

}  // namespace

std::string exclusive(const std::string& prefixes) {
  if (prefixes.empty()) return R"(<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>)";
  return R"(<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList=")" +
         prefixes + R"("/></ds:Transform>)";
}

std::string binary_token(const X509* certificate, const std::string& id) {
  return "<o:BinarySecurityToken u:Id=\"" + id + "\" EncodingType=\"" + std::string(names::base64_binary) +
         "\" ValueType=\"" + std::string(names::x509_v3) + "\">" + xml::base64_encode(der(certificate)) +
         "</o:BinarySecurityToken>";
}

Draft honest(const X509* signer, bool ecdsa) {
  Draft draft;
  draft.timestamp =
      R"(<u:Timestamp u:Id="ts"><u:Created>2026-11-21T11:59:00Z</u:Created><u:Expires>2026-11-21T12:04:00Z</u:Expires></u:Timestamp>)";
  draft.token = binary_token(signer);
  draft.addressing = wsa("Action", "action", "urn:example:Answer") + wsa("MessageID", "mid", "urn:uuid:2") +
                     wsa("RelatesTo", "rel", "urn:uuid:1") + wsa("To", "to", "urn:example:us");
  for (const char* id : {"#body", "#ts", "#action", "#mid", "#rel", "#to"})
    draft.references.push_back({id, exclusive()});
  draft.key_info = "<o:SecurityTokenReference><o:Reference URI=\"#token\" ValueType=\"" +
                   std::string(names::x509_v3) + "\"/></o:SecurityTokenReference>";
  if (ecdsa)
    draft.method = R"(<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>)";
  return draft;
}

std::string text(const Draft& draft) {
  return draft.prolog + "<s:Envelope xmlns:s=\"" + draft.soap + "\" xmlns:o=\"" + std::string(names::wsse) +
         "\" xmlns:u=\"" + std::string(names::wsu) + "\"" + draft.envelope_attributes + ">" +
         draft.before_header + "<s:Header>" + draft.addressing + "<o:Security s:mustUnderstand=\"1\"" +
         draft.security_attributes + ">" + draft.timestamp + draft.token + draft.more_security +
         signature(draft) + "</o:Security>" + draft.more_headers + "</s:Header><s:Body u:Id=\"body\"" +
         draft.body_attributes + ">" + draft.body + "</s:Body>" + draft.after_body + "</s:Envelope>";
}

std::string sign(const std::string& document, EVP_PKEY* key) {
  const xml::Document tree(xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr,
                                         XML_PARSE_NONET | XML_PARSE_HUGE));
  need(tree != nullptr, "the draft is not XML");
  xmlNode* root = xmlDocGetRootElement(tree.get());
  register_ids(root);
  std::vector<xmlNode*> signatures;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, names::ds, "Signature") && is_template(node))
      signatures.insert(signatures.begin(), node);
  for (xmlNode* node : signatures) {
    const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
    EVP_PKEY_up_ref(key);
    Handle<xmlSecKeyData, xmlSecKeyDataDestroy> data(xmlSecOpenSSLEvpKeyAdopt(key));
    context->signKey = xmlSecKeyCreate();
    need(xmlSecKeySetValue(context->signKey, data.get()) == 0, "no key");
    (void)data.release();
    // Nothing is written into KeyInfo: the draft says what stands there.
    xmlNode* info = xmlSecFindChild(node, xmlSecNodeKeyInfo, xmlSecDSigNs);
    xmlNode* after = info == nullptr ? nullptr : info->next;
    if (info != nullptr) xmlUnlinkNode(info);
    need(xmlSecDSigCtxSign(context.get(), node) == 0, ("xmlsec does not sign " + document).c_str());
    if (info == nullptr) continue;
    if (after != nullptr)
      xmlAddPrevSibling(after, info);
    else
      xmlAddChild(node, info);
  }
  xmlChar* bytes = nullptr;
  int length = 0;
  xmlDocDumpMemory(tree.get(), &bytes, &length);
  std::string result(reinterpret_cast<char*>(bytes), static_cast<size_t>(length));
  xmlFree(bytes);
  return result;
}

std::string replaced(std::string document, const std::string& pattern, const std::string& with) {
  const size_t at = document.find(pattern);
  if (at == std::string::npos) throw std::runtime_error("the message has no " + pattern);
  return document.replace(at, pattern.size(), with);
}

}  // namespace tilts::attack
