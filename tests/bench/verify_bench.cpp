// Verification with every check of the policy, beside plain xmlsec with a cached key: the same message, the
// same parser, ids registered, and no question asked. docs/speed.md has the figures.
#include <memory>
#include <stdexcept>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "gateway/exchange/libraries.h"
#include "gateway/exchange/verifier.h"
#include "gateway/xml/document.h"
#include "tests/attack/peer.h"
#include "tests/attack/world.h"
#include "tests/bench/paired.h"

namespace tilts::bench {
namespace {

std::string message(size_t size) {
  attack::Draft draft = attack::honest(attack::World::get().certificate.get());
  draft.references = {{"#body", attack::exclusive()}, {"#ts", attack::exclusive()}};
  draft.addressing.clear();
  draft.body = R"(<p:Answer xmlns:p="urn:example:p">)";
  while (draft.body.size() + 2800 < size)
    draft.body +=
        "<p:Person><p:PersonCode>99017012345</p:PersonCode><p:GivenName>Janis</p:GivenName>"
        "<p:Surname>Berzins</p:Surname><p:BirthDate>1970-01-01</p:BirthDate><p:Status>active</p:Status>"
        "<p:Address><p:Kind>declared</p:Kind><p:Code>105123456</p:Code></p:Address></p:Person>";
  draft.body += "</p:Answer>";
  return attack::sign(attack::text(draft), attack::World::get().key.get());
}

exchange::Policy policy() {
  exchange::Policy policy;
  policy.relates_to = false;
  return policy;
}

void plain_xmlsec(const std::string& bytes, xmlSecKey* key) {
  const xml::Document document(
      xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, XML_PARSE_NONET));
  xmlNode* root = xmlDocGetRootElement(document.get());
  static const xmlChar* ids[] = {reinterpret_cast<const xmlChar*>("Id"), nullptr};
  xmlSecAddIDs(document.get(), root, ids);
  const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = xmlSecKeyDuplicate(key);
  xmlNode* signature = xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs);
  if (xmlSecDSigCtxVerify(context.get(), signature) < 0 || context->status != xmlSecDSigStatusSucceeded)
    throw std::runtime_error("plain xmlsec does not verify the message");
}

}  // namespace
}  // namespace tilts::bench

int main(int argc, char** argv) {
  using namespace tilts;
  const exchange::Libraries libraries;
  const attack::World& world = attack::World::get();
  const auto verifier =
      std::make_shared<exchange::Verifier>(bench::policy(), std::make_shared<exchange::Trust>(world.trust()),
                                           Clock::fixed(Time{std::chrono::seconds{attack::now}}));
  EVP_PKEY_up_ref(world.key.get());
  const Handle<xmlSecKey, xmlSecKeyDestroy> key(xmlSecKeyCreate());
  xmlSecKeySetValue(key.get(), xmlSecOpenSSLEvpKeyAdopt(world.key.get()));

  for (const auto& [name, size, goal] :
       {std::tuple{"verify 4 KB", size_t{4096}, 1.4}, std::tuple{"verify 100 KB", size_t{100} << 10, 1.15},
        std::tuple{"verify 4 MB", size_t{4} << 20, 1.15}}) {
    const std::string bytes = bench::message(size);
    bench::add({.name = name,
                .reference_name = "plain xmlsec, key cached",
                .ours = [verifier, bytes] { verifier->message(bytes, {}); },
                .reference = [bytes, &key] { bench::plain_xmlsec(bytes, key.get()); },
                .goal = goal});
  }
  return bench::run(argc, argv);
}
