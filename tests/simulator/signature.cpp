#include "tests/simulator/signature.h"

#include <stdexcept>

#include <libxml/valid.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "tests/simulator/names_of_soap.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t most_references = 30;

void demand(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

// Any spelling of an identifier: a second element with the same one is another candidate for "#id".
bool is_identifier(const xmlAttr* attribute) {
  const std::string_view name = reinterpret_cast<const char*>(attribute->name);
  return name == "Id" || name == "ID" || name == "id" || name == "AssertionID";
}

void collect(xmlNode* node, const std::string& id, std::vector<xmlAttr*>& found) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    for (xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
      if (!is_identifier(attribute) || attribute->children == nullptr) continue;
      const xmlNode* value = attribute->children;
      if (value->next == nullptr && reinterpret_cast<const char*>(value->content) == id)
        found.push_back(attribute);
    }
    collect(node->children, id, found);
  }
}

// "#id" is looked up by hand, and its element registered, so that xmlsec can be led nowhere else.
xmlNode* target(xmlDoc* document, const std::string& uri) {
  demand(uri.size() > 1 && uri.front() == '#', "a Reference is not #id");
  const std::string id = uri.substr(1);
  std::vector<xmlAttr*> found;
  collect(xmlDocGetRootElement(document), id, found);
  demand(found.size() == 1, "a Reference names no node, or more than one");
  const auto* value = reinterpret_cast<const xmlChar*>(id.c_str());
  const xmlAttr* registered = xmlGetID(document, value);
  if (registered == nullptr) xmlAddID(nullptr, document, value, found.front());
  demand(xmlGetID(document, value) == found.front(), "a Reference's identifier belongs to another node");
  return found.front()->parent;
}

void demand_digest(const std::string& uri, bool sha1) {
  demand(hash_of_uri(uri) != Hash::sha1 || sha1, "a Reference's digest is not SHA-2");
}

}  // namespace

std::vector<xmlNode*> referenced_nodes(xmlDoc* document, const xmlNode* signature,
                                       const SignatureRules& rules) {
  const xmlNode* info = child(signature, signature_namespace, "SignedInfo");
  demand(
      attribute(child(info, signature_namespace, "CanonicalizationMethod"), "Algorithm") ==
          (rules.inclusive ? inclusive_c14n : exclusive_c14n),
      rules.inclusive ? "SignedInfo is not under inclusive C14N" : "SignedInfo is not under exclusive C14N");
  std::vector<xmlNode*> nodes;
  for (const xmlNode* reference : children(info)) {
    if (!is(reference, signature_namespace, "Reference")) continue;
    demand(nodes.size() < most_references, "too many References");
    auto transforms = children(child(reference, signature_namespace, "Transforms"));
    if (rules.enveloped) {
      demand(!transforms.empty() && attribute(transforms.front(), "Algorithm") == enveloped_transform,
             "the signature is not enveloped");
      transforms.erase(transforms.begin());
    }
    demand(transforms.size() == 1 && attribute(transforms.front(), "Algorithm") == exclusive_c14n,
           "a Reference is not under exclusive C14N alone");
    demand_digest(attribute(child(reference, signature_namespace, "DigestMethod"), "Algorithm"), rules.sha1);
    nodes.push_back(target(document, attribute(reference, "URI")));
  }
  demand(!nodes.empty(), "the signature covers nothing");
  return nodes;
}

std::string assertion_named_by(const xmlNode* signature) {
  const auto info = children(child(signature, signature_namespace, "KeyInfo"));
  demand(info.size() == 1 && is(info.front(), security_namespace, "SecurityTokenReference"),
         "KeyInfo is not a SecurityTokenReference");
  const xmlNode* identifier = child(info.front(), security_namespace, "KeyIdentifier");
  demand(attribute(identifier, "ValueType") == saml_id, "KeyInfo names no assertion");
  return text(identifier);
}

std::string token_of(const xmlNode* security, const xmlNode* signature) {
  const auto info = children(child(signature, signature_namespace, "KeyInfo"));
  demand(info.size() == 1 && is(info.front(), security_namespace, "SecurityTokenReference"),
         "KeyInfo is not a SecurityTokenReference");
  const xmlNode* reference = child(info.front(), security_namespace, "Reference");
  const std::string uri = attribute(reference, "URI");
  demand(uri.size() > 1 && uri.front() == '#', "the SecurityTokenReference names no token");
  for (const xmlNode* token : children(security)) {
    if (!is(token, security_namespace, "BinarySecurityToken") ||
        attribute(token, "Id", utility_namespace) != uri.substr(1))
      continue;
    demand(attribute(token, "ValueType") == x509_token, "the token is not X509v3");
    return text(token);
  }
  throw std::runtime_error("the BinarySecurityToken is missing");
}

void demand_signature(xmlNode* signature, const Signer& signer, std::size_t references,
                      const SignatureRules& rules) {
  const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
  demand(context != nullptr, "xmlsec cannot start");
  context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  context->signKey = xmlSecKeyDuplicate(signer.key.get());  // adopted; KeyInfo is not read then
  xmlSecDSigCtx* raw = context.get();
  for (const xmlSecTransformId id :
       {rules.inclusive ? xmlSecTransformInclC14NId : xmlSecTransformExclC14NId,
        xmlSecOpenSSLTransformRsaSha256Id, xmlSecOpenSSLTransformRsaSha384Id,
        xmlSecOpenSSLTransformRsaSha512Id, xmlSecOpenSSLTransformEcdsaSha256Id,
        xmlSecOpenSSLTransformEcdsaSha384Id, xmlSecOpenSSLTransformEcdsaSha512Id})
    xmlSecDSigCtxEnableSignatureTransform(raw, id);
  for (const xmlSecTransformId id : {xmlSecTransformExclC14NId, xmlSecOpenSSLTransformSha256Id,
                                     xmlSecOpenSSLTransformSha384Id, xmlSecOpenSSLTransformSha512Id})
    xmlSecDSigCtxEnableReferenceTransform(raw, id);
  if (rules.enveloped) xmlSecDSigCtxEnableReferenceTransform(raw, xmlSecTransformEnvelopedId);
  if (rules.sha1) {
    xmlSecDSigCtxEnableSignatureTransform(raw, xmlSecOpenSSLTransformRsaSha1Id);
    xmlSecDSigCtxEnableSignatureTransform(raw, xmlSecOpenSSLTransformEcdsaSha1Id);
    xmlSecDSigCtxEnableReferenceTransform(raw, xmlSecOpenSSLTransformSha1Id);
  }
  const bool done = xmlSecDSigCtxVerify(raw, signature) == 0;
  demand(done && raw->status == xmlSecDSigStatusSucceeded, "the signature does not verify");
  demand(xmlSecPtrListGetSize(&raw->signedInfoReferences) == references, "a Reference was left out");
}

}  // namespace tilts::simulator
