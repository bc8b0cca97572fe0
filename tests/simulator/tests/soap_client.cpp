#include "tests/simulator/tests/soap_client.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <arpa/inet.h>
#include <date/date.h>
#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmltree.h>

namespace tilts::simulator::tests {
namespace {

constexpr const char* utility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
constexpr const char* secext =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr const char* profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";

const xmlChar* xml_text(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

using Document = Handle<xmlDoc, xmlFreeDoc>;
using Certificate = Handle<X509, X509_free>;
using File = Handle<std::FILE, std::fclose>;

std::string base64(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return out;
}

Document parse(const std::string& xml) {
  Document document(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr,
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOENT | XML_PARSE_HUGE));
  if (!document) throw std::runtime_error("not XML: " + xml.substr(0, 300));
  return document;
}

// xmlsec finds "#id" only among registered attributes.
void register_ids(xmlDoc* document, xmlNode* node) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    for (xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next)
      if (xmlStrEqual(attribute->name, xml_text("Id")) != 0)
        xmlAddID(nullptr, document, attribute->children->content, attribute);
    register_ids(document, node->children);
  }
}

xmlNode* find(xmlDoc* document, const char* name) {
  return xmlSecFindNode(xmlDocGetRootElement(document), xml_text(name), xmlSecDSigNs);
}

std::string at(long seconds) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return date::format("%FT%TZ", now + std::chrono::seconds(seconds));
}

std::string reference(const std::string& id, const std::string& digest) {
  return fmt::format(
      R"(<ds:Reference URI="#{}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>)"
      R"(<ds:DigestMethod Algorithm="{}"/><ds:DigestValue/></ds:Reference>)",
      id, digest);
}

std::string unsigned_message(const Message& message, const std::string& certificate, const char* method) {
  std::string references;
  for (const std::string& id : message.signed_ids) references += reference(id, message.digest);
  const std::string token = fmt::format(
      R"(<o:BinarySecurityToken u:Id="X509" ValueType="{0}x509-token-profile-1.0#X509v3" EncodingType="{0}soap-message-security-1.0#Base64Binary">{1}</o:BinarySecurityToken>)",
      profile, certificate);
  const std::string signature = fmt::format(
      R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="{}"/>{}</ds:SignedInfo><ds:SignatureValue/>)"
      R"(<ds:KeyInfo><o:SecurityTokenReference><o:Reference URI="#X509"/></o:SecurityTokenReference></ds:KeyInfo></ds:Signature>)",
      method, references);
  return fmt::format(
      R"(<s:Envelope xmlns:s="{}" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:u="{}" xmlns:o="{}"><s:Header>)"
      R"(<a:Action u:Id="Action" s:mustUnderstand="1">{}</a:Action><a:MessageID u:Id="MessageID">{}</a:MessageID>)"
      R"(<a:ReplyTo u:Id="ReplyTo"><a:Address>{}</a:Address></a:ReplyTo><a:To u:Id="To" s:mustUnderstand="1">{}</a:To>{})"
      R"(<o:Security s:mustUnderstand="1"><u:Timestamp u:Id="Timestamp"><u:Created>{}</u:Created><u:Expires>{}</u:Expires></u:Timestamp>{}{}</o:Security>)"
      R"(</s:Header><s:Body u:Id="Body">{}</s:Body></s:Envelope>)",
      message.soap, utility, secext, message.action, message.message_id, message.reply_to, message.to,
      message.further_header, at(message.created), at(message.created + message.lifetime), token,
      message.signed_ids.empty() ? "" : signature, message.body);
}

}  // namespace

std::string new_message_id() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof bytes);
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return fmt::format("urn:uuid:{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                     hex.substr(17, 3), hex.substr(20));
}

Signer::Signer(const std::string& certificate_file, const std::string& key_file) {
  const File certificate_stream(std::fopen(certificate_file.c_str(), "r"));
  const Certificate certificate(PEM_read_X509(certificate_stream.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  certificate_ = base64(std::string(reinterpret_cast<char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  key_.reset(xmlSecOpenSSLAppKeyLoad(key_file.c_str(), xmlSecKeyDataFormatPem, nullptr, nullptr, nullptr));
  if (!key_) throw std::runtime_error("no key in " + key_file);
  method_ = xmlSecKeyGetValue(key_.get())->id == xmlSecOpenSSLKeyDataRsaId
                ? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
                : "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
}

std::string Signer::sign(const Message& message) const {
  const bool rsa = std::string_view(method_).ends_with("rsa-sha256");
  const char* sha1 = rsa ? "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
                         : "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1";
  const std::string xml = unsigned_message(message, certificate_, message.sha1_method ? sha1 : method_);
  if (message.signed_ids.empty()) return xml;
  const Document document = parse(xml);
  register_ids(document.get(), xmlDocGetRootElement(document.get()));
  const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = xmlSecKeyDuplicate(key_.get());
  if (xmlSecDSigCtxSign(context.get(), find(document.get(), "Signature")) != 0)
    throw std::runtime_error("xmlsec signed nothing");
  xmlChar* bytes = nullptr;
  int size = 0;
  xmlDocDumpMemory(document.get(), &bytes, &size);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  xmlFree(bytes);
  return out;
}

bool verifies(const std::string& message, const std::string& anchor) {
  const Document document = parse(message);
  register_ids(document.get(), xmlDocGetRootElement(document.get()));
  xmlNode* signature = find(document.get(), "Signature");
  const xmlNode* token =
      xmlSecFindNode(xmlDocGetRootElement(document.get()), xml_text("BinarySecurityToken"), xml_text(secext));
  if (signature == nullptr || token == nullptr) return false;
  const std::string pem = "-----BEGIN CERTIFICATE-----\n" +
                          std::string(reinterpret_cast<const char*>(token->children->content)) +
                          "\n-----END CERTIFICATE-----\n";
  Handle<xmlSecKey, xmlSecKeyDestroy> key(xmlSecOpenSSLAppKeyLoadMemory(
      reinterpret_cast<const xmlSecByte*>(pem.data()), static_cast<xmlSecSize>(pem.size()),
      xmlSecKeyDataFormatCertPem, nullptr, nullptr, nullptr));
  const Handle<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const File anchor_stream(std::fopen(anchor.c_str(), "r"));
  const Certificate authority(PEM_read_X509(anchor_stream.get(), nullptr, nullptr, nullptr));
  if (!key || !certificate || !authority ||
      X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) != 1)
    return false;
  const Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy> context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = key.release();
  return xmlSecDSigCtxVerify(context.get(), signature) == 0 && context->status == xmlSecDSigStatusSucceeded;
}

Connection::Connection(int port, const std::string& anchor, const std::string& certificate,
                       const std::string& key, int tls)
    : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_load_verify_locations(context_.get(), anchor.c_str(), nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (tls != 0)
    SSL_CTX_set_min_proto_version(context_.get(), tls), SSL_CTX_set_max_proto_version(context_.get(), tls);
  if (!certificate.empty()) {
    SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM);
  }
  std::signal(SIGPIPE, SIG_IGN);  // a peer that resets while we write is part of the tests
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  connected_ = connected_ && SSL_connect(tls_.get()) == 1;
  ERR_clear_error();
}

Connection::~Connection() {
  ERR_clear_error();
  if (socket_ >= 0) ::close(socket_);
}

Reception Connection::post(const std::string& body, const std::string& media_type) {
  Reception reception;
  const std::string bytes = fmt::format(
      "POST /population HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
      media_type, body.size(), body);
  ERR_clear_error();
  reception.connected = connected_ && SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  std::string received;
  std::size_t head = std::string::npos;
  char buffer[16'384];
  while (reception.connected) {
    ERR_clear_error();
    errno = 0;
    const int count = SSL_read(tls_.get(), buffer, sizeof buffer);
    if (count <= 0) {
      reception.reset = errno == ECONNRESET;
      reception.closed = !reception.reset;
      // a refused certificate shows itself only here in TLS 1.3, as an alert
      reception.connected = !(SSL_get_error(tls_.get(), count) == SSL_ERROR_SSL && received.empty() &&
                              ERR_GET_REASON(ERR_peek_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING);
      break;
    }
    received.append(buffer, static_cast<std::size_t>(count));
    if (head == std::string::npos) head = received.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    if (reception.status == 0) {
      reception.status = static_cast<unsigned>(std::stoul(received.substr(9, 3)));
      const std::size_t length = received.find("Content-Length: ");
      reception.promised = std::stoul(received.substr(length + 16));
      const std::size_t type = received.find("Content-Type: ") + 14;
      reception.content_type = received.substr(type, received.find('\r', type) - type);
    }
    if (received.size() >= head + 4 + reception.promised) break;
  }
  if (head != std::string::npos) reception.body = received.substr(head + 4);
  return reception;
}

}  // namespace tilts::simulator::tests
