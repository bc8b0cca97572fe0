#include "tests/simulator/xades.h"

#include <stdexcept>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <openssl/bn.h>

#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/signature.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

using Number = Handle<BIGNUM, BN_free>;
using Memory = Handle<BIO, BIO_free_all>;

void demand(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("document: " + what);
}

std::string name_of(const X509_NAME* name) {
  const Memory memory(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// What a signature says of its certificate.
struct Names {
  std::string der;
  std::string subject;
  std::string issuer;  // RFC 2253
  std::string serial;  // decimal
};

Names names_of(const std::string& certificate_base64) {
  Names names{.der = from_base64(certificate_base64).value_or(""), .subject = {}, .issuer = {}, .serial = {}};
  const auto* begin = reinterpret_cast<const unsigned char*>(names.der.data());
  const Certificate certificate(d2i_X509(nullptr, &begin, static_cast<long>(names.der.size())));
  demand(certificate != nullptr, "X509Certificate is none");
  names.subject = name_of(X509_get_subject_name(certificate.get()));
  names.issuer = name_of(X509_get_issuer_name(certificate.get()));
  const Number serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr));
  char* digits = BN_bn2dec(serial.get());
  names.serial = digits;
  OPENSSL_free(digits);
  return names;
}

const xmlNode* only(const xmlNode* parent, const char* space, const char* local) {
  return sole(parent, space, local, demand);
}

const xmlNode* below(const xmlNode* parent, const char* space, std::initializer_list<const char*> names) {
  for (const char* name : names) parent = only(parent, space, name);
  return parent;
}

// {namespace}local
bool is_called(const xmlNode* node, const std::string& name) {
  return "{" + space_name(node) + "}" + local_name(node) == name;
}

const xmlNode* find_called(const xmlNode* parent, const std::string& name) {
  const xmlNode* found = nullptr;
  for (const xmlNode* node : children(parent)) {
    if (!is_called(node, name)) continue;
    demand(found == nullptr, "more than one " + local_name(node));
    found = node;
  }
  demand(found != nullptr, name + " is missing");
  return found;
}

void demand_algorithms(const xmlNode* signature, const DocumentForm& form) {
  const xmlNode* info = only(signature, signature_namespace, "SignedInfo");
  const std::string method = attribute(only(info, signature_namespace, "SignatureMethod"), "Algorithm");
  demand(
      method.starts_with("http://www.w3.org/2001/04/xmldsig-more#") && method.ends_with(word_of(form.method)),
      "SignatureMethod has another hash than the registry wants");
  for (const xmlNode* reference : children(info))
    demand(!is(reference, signature_namespace, "Reference") ||
               attribute(child(reference, signature_namespace, "DigestMethod"), "Algorithm") ==
                   digest_uri(form.digest),
           "a Reference has another digest than the registry wants");
}

// ETSI TS 101 903, 7.2.2: another certificate with the same key would verify the same signature.
void demand_certificate(const xmlNode* properties, const DocumentForm& form, const Names& names) {
  const xmlNode* signing = only(properties, xades_namespace, "SignedSignatureProperties");
  parse_utc(text(only(signing, xades_namespace, "SigningTime")));
  const xmlNode* certificate = below(signing, xades_namespace, {"SigningCertificate", "Cert"});
  const xmlNode* said = only(certificate, xades_namespace, "CertDigest");
  demand(
      attribute(only(said, signature_namespace, "DigestMethod"), "Algorithm") == digest_uri(form.certificate),
      "CertDigest has another digest than the registry wants");
  demand(from_base64(text(only(said, signature_namespace, "DigestValue"))) ==
             digest(form.certificate, names.der),
         "SigningCertificate is not the certificate that the signature was made with");
  const xmlNode* issuer = only(certificate, xades_namespace, "IssuerSerial");
  demand(text(only(issuer, signature_namespace, "X509IssuerName")) == names.issuer &&
             text(only(issuer, signature_namespace, "X509SerialNumber")) == names.serial,
         "SigningCertificate names another issuer or serial number");
}

std::string algorithm(const char* local, const std::string& uri, const std::string& declared = {}) {
  return fmt::format(R"(<ds:{0}{2} Algorithm="{1}"></ds:{0}>)", local, uri, declared);
}

std::string reference(const std::string& id, const char* type, const DocumentForm& form,
                      const std::string& canonical) {
  const std::string typed = type == nullptr ? "" : fmt::format(R"( Type="{}")", type);
  return fmt::format(
      R"(<ds:Reference{} URI="#{}"><ds:Transforms>{}</ds:Transforms>{}<ds:DigestValue>{}</ds:DigestValue></ds:Reference>)",
      typed, id, algorithm("Transform", exclusive_c14n), algorithm("DigestMethod", digest_uri(form.digest)),
      base64(digest(form.digest, canonical)));
}

std::string text_element(const char* local, const std::string& text, const std::string& declared = {}) {
  std::string xml = fmt::format("<ds:{}{}>", local, declared);
  append_escaped(xml, text);
  return xml + fmt::format("</ds:{}>", local);
}

// As it is digested (`alone`: every namespace declared where it is used first) or as it stands in Signature.
std::string signed_properties(const DocumentForm& form, const Names& names, const std::string& id,
                              Clock::Time now, bool alone) {
  const std::string ds = alone ? fmt::format(R"( xmlns:ds="{}")", signature_namespace) : "";
  const std::string xades = alone ? fmt::format(R"( xmlns:xades="{}")", xades_namespace) : "";
  return fmt::format(
      R"(<xades:SignedProperties{} Id="{}"><xades:SignedSignatureProperties><xades:SigningTime>{}</xades:SigningTime>)"
      "<xades:SigningCertificate><xades:Cert><xades:CertDigest>{}{}</"
      "xades:CertDigest><xades:IssuerSerial>{}{}"
      "</xades:IssuerSerial></xades:Cert></xades:SigningCertificate></xades:SignedSignatureProperties>"
      "</xades:SignedProperties>",
      xades, id, utc(now), algorithm("DigestMethod", digest_uri(form.certificate), ds),
      text_element("DigestValue", base64(digest(form.certificate, names.der)), ds),
      text_element("X509IssuerName", names.issuer, ds), text_element("X509SerialNumber", names.serial, ds));
}

}  // namespace

Document stand_alone(const xmlNode* element) {
  const Handle<xmlBuffer, xmlBufferFree> buffer(xmlBufferCreate());
  xmlNodeDump(buffer.get(), element->doc, const_cast<xmlNode*>(element), 0, 0);
  const Handle<xmlParserCtxt, xmlFreeParserCtxt> context(xmlNewParserCtxt());
  Document document(xmlCtxtReadMemory(context.get(),
                                      reinterpret_cast<const char*>(xmlBufferContent(buffer.get())),
                                      xmlBufferLength(buffer.get()), nullptr, "UTF-8",
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  demand(document && context->wellFormed == 1 && context->nsWellFormed == 1,
         "it cannot stand alone: a prefix is declared outside of it");
  return document;
}

void demand_document(xmlDoc* document, const DocumentForm& form, Signers& signers, Clock::Time now) {
  const xmlNode* root = xmlDocGetRootElement(document);
  const xmlNode* target = find_called(root, form.element);
  const auto signatures = children(find_called(root, form.into));
  demand(signatures.size() == 1 && is(signatures.front(), signature_namespace, "Signature"),
         "Signatures holds not exactly one signature");
  xmlNode* signature = signatures.front();
  demand(attribute(signature, "Id") == form.id, "the signature is not called " + form.id);
  const xmlNode* qualifying =
      only(only(signature, signature_namespace, "Object"), xades_namespace, "QualifyingProperties");
  demand(attribute(qualifying, "Target") == "#" + form.id, "the properties are another signature's");
  const xmlNode* properties = only(qualifying, xades_namespace, "SignedProperties");

  const SignatureRules rules{.inclusive = form.inclusive};
  const auto covered = referenced_nodes(document, signature, rules);
  demand(covered.size() == 2 && covered.front() == target && covered.back() == properties,
         "the signature covers not exactly the document and its own properties");
  const xmlNode* second = children(only(signature, signature_namespace, "SignedInfo")).back();
  demand(attribute(second, "Type") == signed_properties_type,
         "the second Reference is not of the type SignedProperties");
  demand_algorithms(signature, form);

  const xmlNode* data =
      only(only(signature, signature_namespace, "KeyInfo"), signature_namespace, "X509Data");
  const std::string certificate = text(only(data, signature_namespace, "X509Certificate"));
  const auto signer = signers.find(certificate, now);
  demand_signature(signature, *signer, covered.size(), rules);
  demand_certificate(properties, form, names_of(certificate));
}

std::string sign_element(const DocumentForm& form, const SigningKey& key, const std::string& id,
                         const std::string& canonical, const std::string& declared, Clock::Time now) {
  const Names names = names_of(key.certificate());
  const std::string properties_id = form.id + "-SignedProperties";
  const std::string info = fmt::format(
      ">{}{}{}{}</ds:SignedInfo>",
      algorithm("CanonicalizationMethod", form.inclusive ? inclusive_c14n : exclusive_c14n),
      algorithm("SignatureMethod", key.algorithm(form.method)), reference(id, nullptr, form, canonical),
      reference(properties_id, signed_properties_type, form,
                signed_properties(form, names, properties_id, now, true)));
  // Inclusive C14N counts what the root declares; exclusive only what is used.
  const std::string alone =
      fmt::format(R"(<ds:SignedInfo{} xmlns:ds="{}")", form.inclusive ? declared : "", signature_namespace);
  return fmt::format(
      R"(<ds:Signature xmlns:ds="{}" Id="{}"><ds:SignedInfo{}<ds:SignatureValue>{}</ds:SignatureValue>)"
      R"(<ds:KeyInfo><ds:X509Data>{}<ds:X509IssuerSerial>{}{}</ds:X509IssuerSerial>{}</ds:X509Data></ds:KeyInfo>)"
      R"(<ds:Object><xades:QualifyingProperties xmlns:xades="{}" Target="#{}">{}</xades:QualifyingProperties></ds:Object></ds:Signature>)",
      signature_namespace, form.id, info, key.sign(alone + info, form.method),
      text_element("X509SubjectName", names.subject), text_element("X509IssuerName", names.issuer),
      text_element("X509SerialNumber", names.serial), text_element("X509Certificate", key.certificate()),
      xades_namespace, form.id, signed_properties(form, names, properties_id, now, false));
}

}  // namespace tilts::simulator
