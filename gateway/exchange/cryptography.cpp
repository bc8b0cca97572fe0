#include "gateway/exchange/cryptography.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>

#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/membuf.h>
#include <xmlsec/nodeset.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "gateway/base/handle.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"

namespace tilts::exchange {
namespace {

using Context = Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;
using KeyData = Handle<xmlSecKeyData, xmlSecKeyDataDestroy>;
using Key = Handle<xmlSecKey, xmlSecKeyDestroy>;

// The identifiers are literals, so their views end in a zero.
const xmlChar* as_xml(std::string_view literal) { return reinterpret_cast<const xmlChar*>(literal.data()); }

// Hangs on xmlSecDSigCtx::userData while one signature is verified.
struct Work {
  const Task& task;
  size_t octets = 0;
  bool too_many = false;
  std::deque<Inclusions::Expansion> expansions{};  // one for each Reference, while it is digested
  std::exception_ptr failure{};                    // a file could not be read
};

Work& work_of(const xmlSecDSigCtx* context) { return *static_cast<Work*>(context->userData); }

// xmlsec hands a callback or a transform its transform context alone; that lies inside the Reference's.
const xmlSecDSigCtx* context_of_reference(xmlSecTransformCtxPtr context) {
  return reinterpret_cast<xmlSecDSigReferenceCtx*>(reinterpret_cast<char*>(context) -
                                                   offsetof(xmlSecDSigReferenceCtx, transformCtx))
      ->dsigCtx;
}

Work& work_of_signed_info(xmlSecTransformCtxPtr context) {
  return work_of(reinterpret_cast<xmlSecDSigCtx*>(reinterpret_cast<char*>(context) -
                                                  offsetof(xmlSecDSigCtx, transformCtx)));
}

// A transform that counts what passes, and stops it past the limit: escapes make canonical XML longer than
// what was sent.
int meter_push(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size, int final,
               xmlSecTransformCtxPtr context) {
  Work& work = *static_cast<Work*>(transform->reserved0);
  work.octets += size;
  work.too_many = work.too_many || work.octets > work.task.most_octets;
  if (transform->next == nullptr) return 0;
  // Past the limit nothing goes on but the end: xmlsec loses a buffer when a canonicalisation is cut short.
  if (!work.too_many) return xmlSecTransformPushBin(transform->next, data, size, final, context);
  return final == 0 ? 0 : xmlSecTransformPushBin(transform->next, nullptr, 0, final, context);
}

xmlSecTransformId meter_id() {
  static const xmlSecTransformKlass klass{.klassSize = sizeof(xmlSecTransformKlass),
                                          .objSize = sizeof(xmlSecTransform),
                                          .name = as_xml("meter"),
                                          .usage = xmlSecTransformUsageUnknown,
                                          .getDataType = xmlSecTransformDefaultGetDataType,
                                          .pushBin = meter_push,
                                          .popBin = xmlSecTransformDefaultPopBin};
  return &klass;
}

// A transform that lets the files beside a message pass where their marks stand. It comes after what is kept
// of a Reference, so that no file is kept in memory.
int expansion_push(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size, int final,
                   xmlSecTransformCtxPtr context) {
  Work& work = *static_cast<Work*>(transform->reserved0);
  Inclusions::Expansion& expansion = *static_cast<Inclusions::Expansion*>(transform->reserved1);
  if (transform->next == nullptr) return -1;
  bool failed = false;
  const auto pass = [&](std::string_view bytes) {
    if (failed || bytes.empty() || work.too_many) return;
    failed = xmlSecTransformPushBin(transform->next, reinterpret_cast<const xmlSecByte*>(bytes.data()),
                                    static_cast<xmlSecSize>(bytes.size()), 0, context) < 0;
  };
  const auto pass_file = [&](std::string_view bytes) {  // all else was counted by the meter
    work.octets += bytes.size();
    work.too_many = work.too_many || work.octets > work.task.most_octets;
    pass(bytes);
  };
  try {
    expansion.add({reinterpret_cast<const char*>(data), size}, pass, pass_file);
    if (final != 0) expansion.finish(pass);
  } catch (...) {
    work.failure = std::current_exception();
    return -1;
  }
  if (failed) return -1;
  return final == 0 ? 0 : xmlSecTransformPushBin(transform->next, nullptr, 0, final, context);
}

xmlSecTransformId expansion_id() {
  static const xmlSecTransformKlass klass{.klassSize = sizeof(xmlSecTransformKlass),
                                          .objSize = sizeof(xmlSecTransform),
                                          .name = as_xml("xop-expansion"),
                                          .usage = xmlSecTransformUsageUnknown,
                                          .getDataType = xmlSecTransformDefaultGetDataType,
                                          .pushBin = expansion_push,
                                          .popBin = xmlSecTransformDefaultPopBin};
  return &klass;
}

void insert_behind(xmlSecTransformCtxPtr context, xmlSecTransformPtr at, xmlSecTransformPtr added) {
  added->prev = at;
  added->next = at->next;
  if (at->next != nullptr) at->next->prev = added;
  if (context->last == at) context->last = added;
  at->next = added;
}

// Puts a meter behind every canonicalisation of a chain that is ready to run.
int insert_meters(xmlSecTransformCtxPtr context, Work& work) {
  for (xmlSecTransformPtr at = context->first; at != nullptr; at = at->next) {
    if ((at->id->usage & xmlSecTransformUsageC14NMethod) == 0) continue;
    xmlSecTransformPtr meter = xmlSecTransformCreate(meter_id());
    if (meter == nullptr) return -1;
    meter->reserved0 = &work;
    insert_behind(context, at, meter);
    at = meter;
  }
  return 0;
}

int insert_expansion(xmlSecTransformCtxPtr context, Work& work) {
  xmlSecTransformPtr kept = context->first;
  while (kept != nullptr && kept->id != xmlSecTransformMemBufId) kept = kept->next;
  xmlSecTransformPtr expansion = kept == nullptr ? nullptr : xmlSecTransformCreate(expansion_id());
  if (expansion == nullptr) return -1;
  expansion->reserved0 = &work;
  expansion->reserved1 = &work.expansions.emplace_back(*work.task.inclusions);
  insert_behind(context, kept, expansion);
  return 0;
}

int meter_reference(xmlSecTransformCtxPtr context) {
  Work& work = work_of(context_of_reference(context));
  if (insert_meters(context, work) < 0) return -1;
  return work.task.inclusions == nullptr ? 0 : insert_expansion(context, work);
}
int meter_signed_info(xmlSecTransformCtxPtr context) {
  return insert_meters(context, work_of_signed_info(context));
}

// STR-Transform: the SecurityTokenReference goes in, the token it names comes out, canonical.
int str_push_xml(xmlSecTransformPtr transform, xmlSecNodeSetPtr nodes, xmlSecTransformCtxPtr context) {
  const xmlSecDSigCtx* signature = context_of_reference(context);
  if (signature->userData == nullptr) return -1;  // somebody else in this process is at work with xmlsec
  const Work& work = work_of(signature);
  // "#id" arrives as a list of node sets, so the apex is the known one that is in it while its parent is not.
  const auto token = std::ranges::find_if(work.task.tokens, [nodes](const auto& known) {
    auto* node = const_cast<xmlNode*>(known.first);
    return xmlSecNodeSetContains(nodes, node, node->parent) == 1 &&
           xmlSecNodeSetContains(nodes, node->parent, node->parent->parent) != 1;
  });
  if (nodes == nullptr || token == work.task.tokens.end() || transform->next == nullptr) return -1;
  transform->status = xmlSecTransformStatusFinished;
  return xmlSecTransformPushBin(transform->next, reinterpret_cast<const xmlSecByte*>(token->second.data()),
                                static_cast<xmlSecSize>(token->second.size()), 1, context);
}

// Its parameter was read by read_signature() and judged by a rule.
int str_read_node(xmlSecTransformPtr, xmlNodePtr, xmlSecTransformCtxPtr) { return 0; }

xmlSecTransformId str_id() {
  static const xmlSecTransformKlass klass{.klassSize = sizeof(xmlSecTransformKlass),
                                          .objSize = sizeof(xmlSecTransform),
                                          .name = as_xml("str-transform"),
                                          .href = as_xml(names::str_transform),
                                          .usage = xmlSecTransformUsageDSigTransform,
                                          .readNode = str_read_node,
                                          .getDataType = xmlSecTransformDefaultGetDataType,
                                          .popBin = xmlSecTransformDefaultPopBin,
                                          .pushXml = str_push_xml};
  return &klass;
}

xmlSecTransformId find(std::string_view uri, xmlSecTransformUsage usage) {
  return xmlSecTransformIdListFindByHref(xmlSecTransformIdsGet(),
                                         reinterpret_cast<const xmlChar*>(uri.data()), usage);
}

void enable(xmlSecDSigCtx* context, const Algorithms& algorithms) {
  bool enough = true;
  for (xmlSecTransformId id : algorithms.signature)
    enough = enough && xmlSecDSigCtxEnableSignatureTransform(context, id) == 0;
  for (xmlSecTransformId id : algorithms.reference)
    enough = enough && xmlSecDSigCtxEnableReferenceTransform(context, id) == 0;
  if (!enough) throw Error(Code::transient, "no memory for a verification");
}

// xmlsec's own handle on a key that stays ours: OpenSSL counts the references.
Key to_xmlsec(EVP_PKEY* key) {
  EVP_PKEY_up_ref(key);
  KeyData data(xmlSecOpenSSLEvpKeyAdopt(key));
  if (!data) {
    EVP_PKEY_free(key);
    throw Refusal("key-kind", "the signer's key is not of a kind that can be used");
  }
  Key result(xmlSecKeyCreate());
  if (!result || xmlSecKeySetValue(result.get(), data.get()) < 0)
    throw Error(Code::transient, "no memory for a verification");
  (void)data.release();  // the key owns it now
  return result;
}

}  // namespace

void refuse_unverified() {
  throw Refusal(
      "signature-value",
      "the signature does not verify: the message was changed, or another key signed or encrypted it");
}

Algorithms::Algorithms(const std::vector<std::string_view>& uris) {
  const auto add = [](std::vector<xmlSecTransformId>& ids, std::string_view uri, xmlSecTransformUsage usage) {
    if (auto id = find(uri, usage); id != xmlSecTransformIdUnknown) ids.push_back(id);
  };
  for (const std::string_view uri : uris) {
    add(signature, uri, xmlSecTransformUsageSignatureMethod | xmlSecTransformUsageC14NMethod);
    add(reference, uri, xmlSecTransformUsageDSigTransform | xmlSecTransformUsageDigestMethod);
  }
}

void register_str_transform() {
  if (xmlSecTransformIdsRegister(str_id()) < 0)
    throw Error(Code::bug, "xmlsec does not take the STR-Transform");
}

std::vector<std::string> verify_signature(const Task& task) {
  Work work{task};
  const Context context(xmlSecDSigCtxCreate(nullptr));
  if (!context) throw Error(Code::transient, "no memory for a verification");
  context->userData = &work;
  context->flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
  context->enabledReferenceUris = static_cast<xmlSecTransformUriType>(
      xmlSecTransformUriTypeSameDocument | (task.document ? xmlSecTransformUriTypeEmpty : 0));
  enable(context.get(), task.algorithms);
  context->referencePreExecuteCallback = meter_reference;
  context->transformCtx.preExecCallback = meter_signed_info;
  context->signKey = to_xmlsec(task.key).release();  // adopted; KeyInfo is never read

  const int result = xmlSecDSigCtxVerify(context.get(), task.signature.node);
  if (work.failure) std::rethrow_exception(work.failure);
  if (work.too_many)
    throw Refusal("octets", "the References together canonicalise to more than twice the message");
  if (result < 0 || context->status != xmlSecDSigStatusSucceeded) refuse_unverified();

  const xmlSecSize count = xmlSecPtrListGetSize(&context->signedInfoReferences);
  if (count != task.signature.references.size()) refuse_unverified();
  std::vector<std::string> digested;
  for (xmlSecSize i = 0; i < count; ++i) {
    auto* reference =
        static_cast<xmlSecDSigReferenceCtxPtr>(xmlSecPtrListGetItem(&context->signedInfoReferences, i));
    if (reference == nullptr || reference->status != xmlSecDSigStatusSucceeded) refuse_unverified();
    xmlSecBuffer* const buffer = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
    if (buffer == nullptr || xmlSecBufferGetSize(buffer) == 0)
      throw Refusal("empty-part", "a Reference digests nothing, although it names a part of the message");
    digested.emplace_back(reinterpret_cast<const char*>(xmlSecBufferGetData(buffer)),
                          static_cast<size_t>(xmlSecBufferGetSize(buffer)));
  }
  return digested;
}

}  // namespace tilts::exchange
