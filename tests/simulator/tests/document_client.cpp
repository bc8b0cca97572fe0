#include "tests/simulator/tests/document_client.h"

#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "tests/simulator/handle.h"
#include "tests/simulator/tests/mtom_client.h"

namespace tilts::simulator::tests {
namespace {

using Tree = Handle<xmlDoc, xmlFreeDoc>;
using Certificate = Handle<X509, X509_free>;
using Context = Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;

constexpr const char* exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr const char* xades = "http://uri.etsi.org/01903/v1.3.2#";

const xmlChar* xml_text(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

Certificate certificate_in(const std::string& file) {
  const Handle<std::FILE, std::fclose> stream(std::fopen(file.c_str(), "r"));
  return Certificate(PEM_read_X509(stream.get(), nullptr, nullptr, nullptr));
}

std::string der_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

std::string issuer_serial(const X509* certificate) {
  const Handle<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(memory.get(), X509_get_issuer_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  const Handle<BIGNUM, BN_free> serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* digits = BN_bn2dec(serial.get());
  std::string xml =
      fmt::format("<ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber>{}</ds:X509SerialNumber>",
                  std::string(text, static_cast<std::size_t>(size)), digits);
  OPENSSL_free(digits);
  return xml;
}

std::string digest_uri_of(const std::string& hash) {
  return hash == "sha1" ? "http://www.w3.org/2000/09/xmldsig#sha1"
                        : "http://www.w3.org/2001/04/xmlenc#" + hash;
}

std::string escaped(const std::string& text) {
  std::string xml;
  for (const char c : text) xml += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return xml;
}

std::string reference(const std::string& id, const std::string& type, const std::string& hash) {
  return fmt::format(
      R"(<ds:Reference URI="#{}"{}><ds:Transforms><ds:Transform Algorithm="{}"/></ds:Transforms><ds:DigestMethod Algorithm="{}"/><ds:DigestValue/></ds:Reference>)",
      id, type, exclusive, digest_uri_of(hash));
}

std::string signature_template(const Document& document, const X509* certificate, const std::string& method) {
  const std::string der = der_of(certificate);
  const Certificate other =
      document.named_certificate.empty() ? nullptr : certificate_in(document.named_certificate);
  const X509* named = other ? other.get() : certificate;
  return fmt::format(
      R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="SenderSignature"><ds:SignedInfo>)"
      R"(<ds:CanonicalizationMethod Algorithm="{}"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{}-{}"/>{}{}</ds:SignedInfo>)"
      R"(<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>)"
      R"(<ds:Object><xades:QualifyingProperties xmlns:xades="{}" Target="#SenderSignature"><xades:SignedProperties Id="Properties">)"
      R"(<xades:SignedSignatureProperties><xades:SigningTime>2026-03-02T10:00:00Z</xades:SigningTime><xades:SigningCertificate><xades:Cert>)"
      R"(<xades:CertDigest><ds:DigestMethod Algorithm="{}"/><ds:DigestValue>{}</ds:DigestValue></xades:CertDigest>)"
      R"(<xades:IssuerSerial>{}</xades:IssuerSerial></xades:Cert></xades:SigningCertificate></xades:SignedSignatureProperties>)"
      R"(</xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>)",
      document.canonicalization, method, document.hash, reference(document.target, "", document.hash),
      reference("Properties", R"( Type="http://uri.etsi.org/01903#SignedProperties")", document.hash),
      base64_of(der), xades, digest_uri_of(document.certificate_hash),
      digest_of(document.certificate_hash, der_of(named)), issuer_serial(named));
}

std::string envelope_with(const Document& document, const std::string& signature) {
  std::string files, recipients;
  for (const Document::File& file : document.files)
    files += fmt::format(
        R"(<d:File><d:Name>{}</d:Name><d:MediaType>application/pdf</d:MediaType><d:Compressed>false</d:Compressed><d:Content><d:ContentReference>{}</d:ContentReference>)"
        R"(<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>)"
        R"(<ds:DigestValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{}</ds:DigestValue></d:Content></d:File>)",
        escaped(file.name), file.content_id,
        file.digest.empty() ? digest_of("sha512", file.octets) : file.digest);
  for (const std::string& recipient : document.recipients)
    recipients +=
        "<d:RecipientEntry><d:RecipientEAddress>" + recipient + "</d:RecipientEAddress></d:RecipientEntry>";
  return fmt::format(
      R"(<d:Envelope xmlns:d="{}"{}><d:SenderDocument Id="SenderSection"><d:DocumentMetadata><d:GeneralMetadata><d:Title>{}</d:Title><d:Date>2026-03-02</d:Date>)"
      "<d:DocumentKind><d:DocumentKindCode>{}</d:DocumentKindCode><d:DocumentKindVersion>1.0</"
      "d:DocumentKindVersion>"
      "<d:DocumentKindName>Dokuments</d:DocumentKindName></"
      "d:DocumentKind><d:Authors><d:AuthorEntry><d:Institution>"
      "<d:Title>Parauga dome</d:Title></d:Institution></d:AuthorEntry></d:Authors></d:GeneralMetadata>"
      "<d:PayloadReference>{}</d:PayloadReference></d:DocumentMetadata><d:SenderTransportMetadata>"
      "<d:SenderEAddress>{}</d:SenderEAddress><d:SenderRefNumber>{}</d:SenderRefNumber><d:Recipients>{}</"
      "d:Recipients>"
      "<d:NotifySenderOnDelivery>{}</d:NotifySenderOnDelivery><d:Priority>normal</d:Priority></"
      "d:SenderTransportMetadata>"
      "</d:SenderDocument><d:Signatures>{}</d:Signatures></d:Envelope>",
      document_space, document.further_declaration, escaped(document.title), document.kind, files,
      document.sender, document.reference, recipients, document.notify ? "true" : "false", signature);
}

Tree parse_tree(const std::string& xml) {
  Tree tree(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET));
  if (!tree) throw std::runtime_error("not XML: " + xml.substr(0, 500));
  return tree;
}

// xmlsec finds "#id" only among registered attributes.
void register_ids(xmlDoc* tree, xmlNode* node) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    if (xmlAttr* id = xmlHasProp(node, xml_text("Id"))) xmlAddID(nullptr, tree, id->children->content, id);
    register_ids(tree, node->children);
  }
}

xmlNode* find(const Tree& tree, const char* name, const char* space) {
  return xmlSecFindNode(xmlDocGetRootElement(tree.get()), xml_text(name), xml_text(space));
}

std::string text_of(const xmlNode* node) {
  return node == nullptr || node->children == nullptr
             ? ""
             : reinterpret_cast<const char*>(node->children->content);
}

}  // namespace

std::string digest_of(const std::string& hash, const std::string& octets) {
  std::string bytes(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(bytes.data()), &size,
             EVP_get_digestbyname(hash.c_str()), nullptr);
  bytes.resize(size);
  return base64_of(bytes);
}

std::string signed_envelope(const Document& document, const support::KeyFiles& signer,
                            const std::string& method) {
  const Certificate certificate = certificate_in(signer.certificate);
  const Tree tree =
      parse_tree(envelope_with(document, signature_template(document, certificate.get(), method)));
  register_ids(tree.get(), xmlDocGetRootElement(tree.get()));
  const Context context(xmlSecDSigCtxCreate(nullptr));
  context->signKey =
      xmlSecOpenSSLAppKeyLoad(signer.key.c_str(), xmlSecKeyDataFormatPem, nullptr, nullptr, nullptr);
  if (xmlSecDSigCtxSign(context.get(), find(tree, "Signature", "http://www.w3.org/2000/09/xmldsig#")) != 0)
    throw std::runtime_error("xmlsec signed no document");
  const Handle<xmlBuffer, xmlBufferFree> buffer(xmlBufferCreate());
  xmlNodeDump(buffer.get(), tree.get(), xmlDocGetRootElement(tree.get()), 0, 0);
  return reinterpret_cast<const char*>(xmlBufferContent(buffer.get()));
}

std::string wrong_with(const std::string& envelope, const std::string& anchor) {
  const Tree tree = parse_tree(envelope);
  register_ids(tree.get(), xmlDocGetRootElement(tree.get()));
  constexpr const char* ds = "http://www.w3.org/2000/09/xmldsig#";
  xmlNode* signature = find(tree, "Signature", ds);
  if (signature == nullptr) return "no signature";
  const std::string der = bytes_of(text_of(find(tree, "X509Certificate", ds)));
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const Certificate certificate(d2i_X509(nullptr, &begin, static_cast<long>(der.size())));
  if (!certificate) return "no certificate";
  const Certificate authority = certificate_in(anchor);
  if (X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) != 1) return "a stranger";

  const Context context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = xmlSecOpenSSLAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(der.data()),
                                                   static_cast<xmlSecSize>(der.size()),
                                                   xmlSecKeyDataFormatCertDer, nullptr, nullptr, nullptr);
  if (xmlSecDSigCtxVerify(context.get(), signature) != 0 || context->status != xmlSecDSigStatusSucceeded)
    return "the signature does not verify";
  if (envelope.find(R"(URI="#SenderSection")") == std::string::npos ||
      envelope.find(R"( Type="http://uri.etsi.org/01903#SignedProperties")") == std::string::npos)
    return "no XAdES over SenderDocument";
  const xmlNode* named = find(tree, "CertDigest", xades);
  if (named == nullptr) return "no CertDigest";
  const std::string said = envelope.substr(envelope.find("<xades:CertDigest>"));
  for (const char* hash : {"sha1", "sha512"})
    if (said.find("Algorithm=\"" + digest_uri_of(hash) + "\"") < said.find("</xades:CertDigest>") &&
        said.find(">" + digest_of(hash, der) + "<") < said.find("</xades:CertDigest>"))
      return "";
  return "CertDigest is another certificate's";
}

}  // namespace tilts::simulator::tests
