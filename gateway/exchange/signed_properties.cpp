#include "gateway/exchange/signed_properties.h"

#include "gateway/base/error.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

const xmlNode* first(const xmlNode* parent, std::string_view uri, std::string_view local) {
  if (parent == nullptr) return nullptr;
  const auto found = xml::elements(parent, uri, local);
  return found.empty() ? nullptr : found.front();
}

std::string text_of(const xmlNode* node) {
  return node == nullptr ? std::string() : std::string(xml::trim(xml::text(node)));
}

std::optional<Time> time_of(const xmlNode* node) {
  try {
    return node == nullptr ? std::nullopt : std::optional(parse_time(text_of(node)));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

bool is_xades(const Signature& signature) {
  if (properties_reference(signature) != nullptr) return true;
  for (const xmlNode* object : xml::elements(signature.node, names::ds, "Object"))
    if (first(object, names::xades, "QualifyingProperties") != nullptr) return true;
  return false;
}

const Reference* properties_reference(const Signature& signature) {
  for (const Reference& reference : signature.references)
    if (reference.type == names::signed_properties) return &reference;
  return nullptr;
}

SignedProperties read_signed_properties(std::string_view bytes) {
  xml::Document document;
  try {
    document = xml::parse(bytes, xml::Limits{});
  } catch (const Error&) {
    throw Refusal("xades-properties", "the signed properties cannot be read by themselves");
  }
  const xmlNode* of_signature =
      first(xmlDocGetRootElement(document.get()), names::xades, "SignedSignatureProperties");
  const xmlNode* certificates = first(of_signature, names::xades, "SigningCertificate");
  const xmlNode* certificate = first(certificates, names::xades, "Cert");
  const xmlNode* digest = first(certificate, names::xades, "CertDigest");
  const xmlNode* issuer_serial = first(certificate, names::xades, "IssuerSerial");

  SignedProperties read;
  read.signing_time = time_of(first(of_signature, names::xades, "SigningTime"));
  if (certificates != nullptr) read.certificates = xml::elements(certificates, names::xades, "Cert").size();
  if (const xmlNode* method = first(digest, names::ds, "DigestMethod"))
    read.digest_method = xml::attribute(method, {}, "Algorithm");
  read.digest = xml::base64_decode(text_of(first(digest, names::ds, "DigestValue"))).value_or("");
  read.issuer = text_of(first(issuer_serial, names::ds, "X509IssuerName"));
  read.serial = text_of(first(issuer_serial, names::ds, "X509SerialNumber"));
  return read;
}

}  // namespace tilts::exchange
