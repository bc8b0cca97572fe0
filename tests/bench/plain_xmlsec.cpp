#include "tests/bench/plain_xmlsec.h"

#include <stdexcept>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "gateway/xml/document.h"

namespace tilts::bench {

PlainXmlsec::PlainXmlsec(EVP_PKEY* key) : key_(xmlSecKeyCreate()) {
  EVP_PKEY_up_ref(key);
  xmlSecKeySetValue(key_.get(), xmlSecOpenSSLEvpKeyAdopt(key));
}

void PlainXmlsec::verify(std::string_view message) const {
  const xml::Document document(
      xmlReadMemory(message.data(), static_cast<int>(message.size()), nullptr, nullptr, XML_PARSE_NONET));
  xmlNode* root = xmlDocGetRootElement(document.get());
  static const xmlChar* ids[] = {reinterpret_cast<const xmlChar*>("Id"), nullptr};
  xmlSecAddIDs(document.get(), root, ids);
  const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = xmlSecKeyDuplicate(key_.get());
  xmlNode* signature = xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs);
  if (xmlSecDSigCtxVerify(context.get(), signature) < 0 || context->status != xmlSecDSigStatusSucceeded)
    throw std::runtime_error("plain xmlsec does not verify the message");
}

}  // namespace tilts::bench
