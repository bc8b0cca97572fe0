#include "gateway/exchange/document_signer.h"

#include <vector>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/exchange/elements.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/signer.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonical_writer.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using xml::CanonicalWriter;
using Number = Handle<BIGNUM, BN_free>;
using Memory = Handle<BIO, BIO_free_all>;

constexpr std::string_view filled_in_later = "later";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::bug, "sign_document: " + why + "; report it to the adapter's author");
}

// The only element of that "{namespace}local".
xmlNode* only(xmlNode* root, const std::string& name) {
  const size_t end = name.find('}');
  const std::string_view uri = std::string_view(name).substr(1, end - 1),
                         local = std::string_view(name).substr(end + 1);
  xmlNode* found = nullptr;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root)) {
    if (!xml::is(node, uri, local)) continue;
    if (found != nullptr) refuse(fmt::format("{} stands in the document more than once", local));
    found = node;
  }
  if (found == nullptr) refuse(fmt::format("the document has no {}", local));
  return found;
}

std::string name_of(const X509_NAME* name) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    throw Error(Code::bug, "OpenSSL writes no name");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

std::string serial_of(const X509* certificate) {
  const Number number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* text = number ? BN_bn2dec(number.get()) : nullptr;
  if (text == nullptr) throw Error(Code::bug, "OpenSSL writes no serial number");
  std::string serial(text);
  OPENSSL_free(text);
  return serial;
}

// The signature as it will stand, but for digests and value.
class Template {
 public:
  Template(const DocumentSigning& signing, const Identity& identity, std::string target, Time now)
      : signing_(signing), identity_(identity), target_(std::move(target)), now_(now) {}

  std::string write() {
    to_.start(names::ds, "Signature", "ds");
    to_.attribute("Id", signing_.id);
    to_.start(names::ds, "SignedInfo", "ds");
    algorithm(to_, "CanonicalizationMethod",
              signing_.inclusive ? names::inclusive_c14n : names::exclusive_c14n);
    algorithm(to_, "SignatureMethod", signature_uri(identity_.key.get(), signing_.signature));
    reference("#" + target_, {});
    reference("#" + properties_id(), names::signed_properties);
    to_.end();
    element(to_, names::ds, "SignatureValue", "ds", filled_in_later);
    key_info();
    qualifying_properties();
    to_.end();
    return to_.take();
  }

 private:
  std::string properties_id() const { return signing_.id + "-SignedProperties"; }

  void reference(const std::string& uri, std::string_view type) {
    to_.start(names::ds, "Reference", "ds");
    if (!type.empty()) to_.attribute("Type", type);
    to_.attribute("URI", uri);
    to_.start(names::ds, "Transforms", "ds");
    algorithm(to_, "Transform", names::exclusive_c14n);
    to_.end();
    algorithm(to_, "DigestMethod", digest_uri(signing_.digest));
    element(to_, names::ds, "DigestValue", "ds", filled_in_later);
    to_.end();
  }

  // What live verifiers look for, all of it; a verifier that follows our own policy reads the certificate
  // alone.
  void key_info() {
    to_.start(names::ds, "KeyInfo", "ds");
    if (EVP_PKEY_is_a(identity_.key.get(), "RSA")) {
      to_.start(names::ds, "KeyValue", "ds");
      to_.start(names::ds, "RSAKeyValue", "ds");
      number("Modulus", OSSL_PKEY_PARAM_RSA_N);
      number("Exponent", OSSL_PKEY_PARAM_RSA_E);
      to_.end();
      to_.end();
    }
    to_.start(names::ds, "X509Data", "ds");
    element(to_, names::ds, "X509SubjectName", "ds",
            name_of(X509_get_subject_name(identity_.certificate.get())));
    to_.start(names::ds, "X509IssuerSerial", "ds");
    issuer_serial();
    to_.end();
    element(to_, names::ds, "X509Certificate", "ds", identity_.certificate_base64);
    to_.end();
    to_.end();
  }

  void number(std::string_view local, const char* parameter) {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(identity_.key.get(), parameter, &raw);
    const Number value(raw);
    std::string octets(value ? static_cast<size_t>(BN_num_bytes(value.get())) : 0, '\0');
    if (octets.empty() || BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(octets.data())) < 0)
      throw Error(Code::bug, "OpenSSL shows no public key");
    element(to_, names::ds, local, "ds", xml::base64_encode(octets));
  }

  void issuer_serial() {
    element(to_, names::ds, "X509IssuerName", "ds",
            name_of(X509_get_issuer_name(identity_.certificate.get())));
    element(to_, names::ds, "X509SerialNumber", "ds", serial_of(identity_.certificate.get()));
  }

  void qualifying_properties() {
    to_.start(names::ds, "Object", "ds");
    to_.start(names::xades, "QualifyingProperties", "xades");
    to_.attribute("Target", "#" + signing_.id);
    to_.start(names::xades, "SignedProperties", "xades");
    to_.attribute("Id", properties_id());
    to_.start(names::xades, "SignedSignatureProperties", "xades");
    const std::string now = to_text(std::chrono::floor<std::chrono::seconds>(now_));
    element(to_, names::xades, "SigningTime", "xades", now.substr(0, now.find('.')) + "Z");
    to_.start(names::xades, "SigningCertificate", "xades");
    to_.start(names::xades, "Cert", "xades");
    to_.start(names::xades, "CertDigest", "xades");
    const std::string der = *xml::base64_decode(identity_.certificate_base64);
    algorithm(to_, "DigestMethod", digest_uri(signing_.certificate));
    element(to_, names::ds, "DigestValue", "ds", xml::base64_encode(digest(signing_.certificate, der)));
    to_.end();
    to_.start(names::xades, "IssuerSerial", "xades");
    issuer_serial();
    for (int open = 0; open < 7; ++open) to_.end();
  }

  const DocumentSigning& signing_;
  const Identity& identity_;
  const std::string target_;
  const Time now_;
  CanonicalWriter to_;
};

void fill(xmlNode* node, std::string_view local, const std::string& octets) {
  const std::string value = xml::base64_encode(octets);
  xmlNodeSetContent(xml::elements(node, names::ds, local).at(0),
                    reinterpret_cast<const xmlChar*>(value.c_str()));
}

}  // namespace

std::string sign_document(std::string_view document, const DocumentSigning& signing, const Identity& identity,
                          Time now) {
  const xml::Document tree = xml::parse(document, xml::Limits{});
  xmlNode* root = xmlDocGetRootElement(tree.get());
  xmlNode* content = only(root, signing.element);
  xmlNode* into = only(root, signing.into);
  if (xml::contains(content, into)) refuse("the signature would stand inside what it covers");
  const std::string id = xml::attribute(content, {}, "Id");
  if (id.empty()) refuse("what shall be signed has no Id");

  const xml::Document made = xml::parse(Template(signing, identity, id, now).write(), xml::Limits{});
  xmlNode* signature = xmlDocCopyNode(xmlDocGetRootElement(made.get()), tree.get(), 1);
  if (signature == nullptr) throw std::bad_alloc();
  xmlAddChild(into, signature);

  // In the document itself: where it stands, inclusive canonicalisation counts what is declared around it.
  xmlNode* info = xml::elements(signature, names::ds, "SignedInfo").at(0);
  const auto references = xml::elements(info, names::ds, "Reference");
  xmlNode* properties = only(signature, "{" + std::string(names::xades) + "}SignedProperties");
  fill(references.at(0), "DigestValue", digest(signing.digest, xml::canonicalize(content)));
  fill(references.at(1), "DigestValue", digest(signing.digest, xml::canonicalize(properties)));
  const std::string signed_info =
      signing.inclusive ? xml::canonicalize_with_context(info) : xml::canonicalize(info);
  fill(signature, "SignatureValue", sign(identity.key.get(), signing.signature, signed_info));
  return xml::canonicalize_with_context(root);
}

}  // namespace tilts::exchange
