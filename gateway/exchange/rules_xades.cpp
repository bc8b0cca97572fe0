// Verification policy, section 10: documents with XAdES signatures.
#include <openssl/bn.h>
#include <openssl/evp.h>

#include "gateway/base/handle.h"
#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/distinguished_name.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/exchange/signed_properties.h"
#include "gateway/xml/digest_method.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using Number = Handle<BIGNUM, BN_free>;

void present(const Judgement& judged) {
  if (!is_xades(*judged.signature))
    throw Refusal("xades-missing",
                  "the document's signature has no XAdES properties, and the profile demands them");
}

// What covers the signer's certificate and moment is this signature's own, and is covered by it.
void properties(const Judgement& judged) {
  const Signature& signature = *judged.signature;
  size_t named = 0;
  for (const Reference& reference : signature.references) named += reference.type == names::signed_properties;
  if (named != 1)
    throw Refusal("xades-properties",
                  "the signature does not have exactly one Reference of the type SignedProperties");
  const xmlNode* target = properties_reference(signature)->target;
  const xmlNode* qualifying = target == nullptr ? nullptr : target->parent;
  const bool own = xml::is(target, names::xades, "SignedProperties") &&
                   xml::is(qualifying, names::xades, "QualifyingProperties") &&
                   xml::is(qualifying->parent, names::ds, "Object") &&
                   qualifying->parent->parent == signature.node;
  const std::string id = xml::attribute(signature.node, {}, "Id");
  if (!own || id.empty() || xml::attribute(qualifying, {}, "Target") != "#" + id)
    throw Refusal("xades-properties", "the signed properties are not those of this signature");
}

// What is handed on is what the first Reference names: an element of the document, not of its signature.
void document_first(const Judgement& judged) {
  const Reference& reference = judged.signature->references.front();
  if (reference.target == nullptr || xml::contains(judged.signature->node, reference.target))
    throw Refusal("xades-document", "the first Reference names no element of the document");
}

const EVP_MD* digest_by(std::string_view uri) {
  return uri == names::sha1 ? EVP_sha1() : xml::digest_method(uri);
}

void certificate_digest(const Judgement& judged) {
  const SignedProperties& said = *judged.properties;
  const bool by_sha1 = said.digest_method == names::sha1 &&
                       judged.policy.legacy.contains(std::string(names::sha1_of_certificate));
  if (!by_sha1 && !is_digest(said.digest_method, judged.policy.legacy))
    throw Refusal("xades-digest", "the signing certificate is named by a digest the policy does not take");
}

// Another certificate with the same key would verify the same signature.
void signing_certificate(const Judgement& judged) {
  const SignedProperties& said = *judged.properties;
  const EVP_MD* method = digest_by(said.digest_method);
  const std::string& der = judged.signer->certificate;
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool same = said.certificates > 0 && method != nullptr &&
                    EVP_Digest(der.data(), der.size(), octets, &size, method, nullptr) == 1 &&
                    said.digest == std::string_view(reinterpret_cast<const char*>(octets), size);
  if (!same)
    throw Refusal("xades-certificate",
                  "SigningCertificate is not the certificate that the signature was made with");
}

void issuer_serial(const Judgement& judged) {
  const SignedProperties& said = *judged.properties;
  const auto* at = reinterpret_cast<const unsigned char*>(judged.signer->certificate.data());
  const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(judged.signer->certificate.size())));
  const Number is(certificate ? ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr)
                              : nullptr);
  BIGNUM* read = nullptr;
  const bool whole = BN_dec2bn(&read, said.serial.c_str()) == static_cast<int>(said.serial.size());
  const Number named(read);
  if (!is || !named || !whole || BN_cmp(is.get(), named.get()) != 0 ||
      !names_same(said.issuer, X509_get_issuer_name(certificate.get())))
    throw Refusal("xades-issuer",
                  "SigningCertificate names another issuer or serial number than the signer has");
}

constexpr Rule form_rules[] = {
    {"xades-missing", present}, {"xades-properties", properties}, {"xades-document", document_first}};
constexpr Rule rules[] = {{"xades-digest", certificate_digest},
                          {"xades-certificate", signing_certificate},
                          {"xades-issuer", issuer_serial}};

}  // namespace

std::span<const Rule> xades_form_rules() { return form_rules; }
std::span<const Rule> xades_rules() { return rules; }

}  // namespace tilts::exchange
