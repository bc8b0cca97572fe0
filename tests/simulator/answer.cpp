#include "tests/simulator/answer.h"

#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

struct Part {
  const char* id;
  std::string xml;
  const char* prefixes = "";  // InclusiveNamespaces PrefixList
  std::string digest{};       // SHA-256, of what stands in the message without MTOM
};

// MTOM, 3.2: what is signed has the canonical base64 of a part in place of its Include.
std::string digest_with(const std::string& xml, const std::vector<MimePart>& parts) {
  Digest whole(Hash::sha256);
  std::string_view rest = xml;
  for (const MimePart& part : parts) {
    const std::string standing = include(part.id);
    const std::size_t at = rest.find(standing);
    if (at == std::string_view::npos) throw std::logic_error("no Include stands for the part " + part.id);
    whole.add(rest.substr(0, at));
    whole.add_base64(part.octets.view());
    rest.remove_prefix(at + standing.size());
  }
  whole.add(rest);
  return whole.finish();
}

// Attributes are sorted by namespace: "http://docs…" (u) before SOAP's.
std::string header(const char* name, const char* id, const std::string& text, const char* soap = nullptr) {
  const std::string declared = soap == nullptr ? "" : fmt::format(R"( xmlns:s="{}")", soap);
  std::string xml =
      fmt::format(R"(<a:{} xmlns:a="{}"{} xmlns:u="{}" u:Id="{}"{}>)", name, addressing_namespace, declared,
                  utility_namespace, id, soap == nullptr ? "" : R"( s:mustUnderstand="1")");
  append_escaped(xml, text);
  return xml + fmt::format("</a:{}>", name);
}

std::string timestamp(const Answer& answer) {
  return fmt::format(R"(<u:Timestamp xmlns:u="{}" u:Id="timestamp"><u:Created>{}</u:Created>)"
                     "<u:Expires>{}</u:Expires></u:Timestamp>",
                     utility_namespace, utc(answer.created), utc(answer.expires));
}

std::string body(const std::string& content, const char* id, const char* soap, bool names_security = false) {
  const std::string declared = names_security ? fmt::format(R"( xmlns:o="{}")", security_namespace) : "";
  return fmt::format(R"(<s:Body{} xmlns:s="{}" xmlns:u="{}" u:Id="{}">{}</s:Body>)", declared, soap,
                     utility_namespace, id, content);
}

std::string inclusive(const Part& part) {
  if (*part.prefixes == '\0') return "";
  return fmt::format(R"(<ec:InclusiveNamespaces xmlns:ec="{}" PrefixList="{}"></ec:InclusiveNamespaces>)",
                     exclusive_c14n, part.prefixes);
}

std::string reference(const Part& part) {
  return fmt::format(
      R"(<ds:Reference URI="#{}"><ds:Transforms><ds:Transform Algorithm="{}">{}</ds:Transform></ds:Transforms>)"
      R"(<ds:DigestMethod Algorithm="{}"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference>)",
      part.id, exclusive_c14n, inclusive(part), sha256_digest,
      base64(part.digest.empty() ? sha256(part.xml) : part.digest));
}

std::string signature(const std::vector<Part>& parts, const SigningKey& key) {
  std::string signed_info = fmt::format(
      R"(<ds:SignedInfo xmlns:ds="{}"><ds:CanonicalizationMethod Algorithm="{}"></ds:CanonicalizationMethod>)"
      R"(<ds:SignatureMethod Algorithm="{}"></ds:SignatureMethod>)",
      signature_namespace, exclusive_c14n, key.algorithm());
  for (const Part& part : parts) signed_info += reference(part);
  signed_info += "</ds:SignedInfo>";
  return fmt::format(
      R"(<o:BinarySecurityToken xmlns:o="{0}" xmlns:u="{1}" EncodingType="{2}" ValueType="{3}" u:Id="token">{4}</o:BinarySecurityToken>)"
      R"(<ds:Signature xmlns:ds="{5}">{6}<ds:SignatureValue>{7}</ds:SignatureValue><ds:KeyInfo>)"
      R"(<o:SecurityTokenReference xmlns:o="{0}"><o:Reference URI="#token" ValueType="{3}"></o:Reference>)"
      "</o:SecurityTokenReference></ds:KeyInfo></ds:Signature>",
      security_namespace, utility_namespace, base64_encoding, x509_token, key.certificate(),
      signature_namespace, signed_info, key.sign(signed_info));
}

// `moved` stands in a header of its own, `in_place` where Body belongs.
std::string envelope(const std::vector<Part>& headers, const std::string& security, const std::string& moved,
                     const std::string& in_place, const char* soap) {
  std::string xml = fmt::format(R"(<s:Envelope xmlns:s="{}"><s:Header>)", soap);
  for (const Part& part : headers) xml += part.xml;
  xml += fmt::format(R"(<o:Security xmlns:o="{}" s:mustUnderstand="1">)", security_namespace);
  xml.append(security).append("</o:Security>");
  if (!moved.empty())
    xml.append(R"(<w:Aside xmlns:w="urn:tilts:wrapped">)").append(moved).append("</w:Aside>");
  return xml.append("</s:Header>").append(in_place).append("</s:Envelope>");
}

std::string write(const Answer& answer, const std::string* forged, Soap version, const SigningKey* key) {
  const char* soap = soap_namespace(version);
  std::vector<Part> parts{{"action", header("Action", "action", answer.action, soap)},
                          {"message", header("MessageID", "message", "urn:uuid:" + uuid())}};
  if (!answer.relates_to.empty())
    parts.push_back({"relates", header("RelatesTo", "relates", answer.relates_to)});
  const std::vector<Part> headers = parts;
  const Part time{"timestamp", timestamp(answer)};
  Part signed_body{"body",
                   body(answer.content, "body", soap, answer.names_security),
                   answer.names_security ? "o" : "",
                   {}};
  if (key != nullptr && !answer.parts.empty())
    signed_body.digest = digest_with(signed_body.xml, answer.parts);
  parts.push_back(time);
  parts.push_back(signed_body);
  const std::string security = time.xml + (key == nullptr ? "" : signature(parts, *key));
  if (forged == nullptr) return envelope(headers, security, "", signed_body.xml, soap);
  return envelope(headers, security, signed_body.xml, body(*forged, "forged", soap), soap);
}

}  // namespace

std::string write_answer(const Answer& answer, Soap soap, const SigningKey* key) {
  return write(answer, nullptr, soap, key);
}

std::string write_wrapped(const Answer& answer, const std::string& forged, Soap soap, const SigningKey& key) {
  return write(answer, &forged, soap, &key);
}

std::string fault_content(Soap soap, Blame blame, const std::string& reason, const std::string& subcode) {
  std::string text;
  append_escaped(text, reason);
  const bool old = soap == Soap::v1_1;
  const char* code = blame == Blame::must_understand ? "MustUnderstand"
                     : blame == Blame::sender        ? (old ? "Client" : "Sender")
                                                     : (old ? "Server" : "Receiver");
  if (old)
    return fmt::format(
        R"(<s:Fault><faultcode>s:{}</faultcode><faultstring xml:lang="en">{}</faultstring></s:Fault>)", code,
        text);
  const std::string detail =
      subcode.empty() ? "" : fmt::format("<s:Subcode><s:Value>o:{}</s:Value></s:Subcode>", subcode);
  return fmt::format(R"(<s:Fault><s:Code><s:Value>s:{}</s:Value>{}</s:Code>)"
                     R"(<s:Reason><s:Text xml:lang="en">{}</s:Text></s:Reason></s:Fault>)",
                     code, detail, text);
}

}  // namespace tilts::simulator
