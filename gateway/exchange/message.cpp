#include "gateway/exchange/message.h"

#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

void append(std::vector<xmlNode*>& all, const std::vector<xmlNode*>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::string_view soap_namespace(SoapVersion version) {
  return version == SoapVersion::v1_1 ? names::soap11 : names::soap12;
}

bool is_addressing_namespace(std::string_view uri) {
  return uri == names::wsa || uri == names::wsa_2004 || uri == names::wsa_2004_03 || uri == names::wsa_2003;
}

bool is_for_another(const xmlNode* block, SoapVersion version) {
  const bool v1_1 = version == SoapVersion::v1_1;
  const std::string named = xml::attribute(block, soap_namespace(version), v1_1 ? "actor" : "role");
  const std::string_view role = xml::trim(named);
  if (role.empty()) return false;
  return v1_1 ? role != names::soap11_next : role != names::soap12_next && role != names::soap12_ultimate;
}

xmlNode* Message::addressing_header(std::string_view local) const {
  for (xmlNode* block : addressing)
    if (xml::local_name(block) == local) return block;
  return nullptr;
}

Message read_message(xmlDoc* document) {
  Message message;
  message.envelope = xmlDocGetRootElement(document);
  if (xml::is(message.envelope, names::soap11, "Envelope"))
    message.version = SoapVersion::v1_1;
  else if (!xml::is(message.envelope, names::soap12, "Envelope"))
    throw Refusal("envelope-shape", "the document is not a SOAP 1.1 or 1.2 envelope");

  const std::string_view soap = soap_namespace(message.version);
  const auto headers = xml::elements(message.envelope, soap, "Header");
  const auto bodies = xml::elements(message.envelope, soap, "Body");
  if (headers.empty() || bodies.empty())
    throw Refusal("envelope-shape", "the envelope has no Header or no Body");
  message.header = headers.front();
  message.body = bodies.front();

  message.blocks = xml::elements(message.header);
  for (xmlNode* block : message.blocks) {
    if (xml::is(block, names::wsse, "Security") && !is_for_another(block, message.version))
      message.securities.push_back(block);
    if (is_addressing_namespace(xml::namespace_of(block))) message.addressing.push_back(block);
  }
  if (xmlNode* security = message.security()) {
    message.signatures = xml::elements(security, names::ds, "Signature");
    message.timestamps = xml::elements(security, names::wsu, "Timestamp");
  }
  append(message.timestamps, xml::elements(message.header, names::wsu, "Timestamp"));
  return message;
}

}  // namespace tilts::exchange
