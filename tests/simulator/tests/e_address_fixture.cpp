#include "tests/simulator/tests/e_address_fixture.h"

#include <fmt/format.h>

namespace tilts::simulator::tests {

void EAddressTest::start_e_address(std::vector<std::string> arguments, bool answers_signed,
                                   support::KeyKind kind) {
  signed_ = answers_signed;
  kind_ = kind;
  arguments.insert(arguments.end(),
                   {"--profile", answers_signed ? E_ADDRESS_SIGNED_PROFILE_FILE : E_ADDRESS_PROFILE_FILE});
  start(std::move(arguments), kind);
}

Message EAddressTest::e_address_message(const std::string& operation, const std::string& fields) const {
  Message message;
  message.action = "http://vraa.gov.lv/div/uui/2011/11/UnifiedServiceInterface/" + operation;
  message.message_id = new_message_id();
  message.to = fmt::format("https://127.0.0.1:{}/e-address", simulator_->port());
  message.body =
      fmt::format(R"(<m:{0}Input xmlns:m="{1}">{2}</m:{0}Input>)", operation, message_space, fields);
  if (!signed_) {
    message.sha1_method = true;
    message.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
  }
  return message;
}

Reception EAddressTest::call(const std::string& operation, const std::string& fields) {
  return ask(e_address_message(operation, fields));
}

Message EAddressTest::send_message(const std::string& envelope,
                                   const std::vector<Document::File>& files) const {
  std::string attachments;
  for (const Document::File& file : files)
    attachments += fmt::format(
        "<m:AttachmentInput><m:ContentId>{}</m:ContentId><m:Contents>{}</m:Contents></m:AttachmentInput>",
        file.content_id, base64_of(file.octets));
  return e_address_message("SendMessage",
                           envelope + "<m:AttachmentsInput>" + attachments + "</m:AttachmentsInput>");
}

std::string EAddressTest::envelope_of(const Document& document) const {
  Document with_hash = document;
  if (signed_ && document.certificate_hash == "sha1") with_hash.certificate_hash = "sha512";
  return signed_envelope(with_hash, pki().client, kind_ == support::KeyKind::rsa ? "rsa" : "ecdsa");
}

Reception EAddressTest::send(const Document& document) {
  const std::string bytes = sign(send_message(document));
  if (document.files.empty()) return connect()->post(bytes);
  std::vector<std::string> octets;
  for (const Document::File& file : document.files) octets.push_back(file.octets);
  return post(with_parts(bytes, octets));
}

Reception EAddressTest::post(const MtomMessage& message) {
  return connect()->post(message.body(), message.content_type);
}

std::string EAddressTest::put(const std::string& json) {
  const std::string said = simulator().post("/messages", json);
  const std::size_t at = said.find("\"message_id\":\"") + 14;
  return said.substr(at, said.find('"', at) - at);
}

std::string envelope_in(const std::string& answer) {
  const std::string end = "</d:Envelope>";
  const std::size_t from = answer.find("<d:Envelope"), to = answer.find(end);
  return from == std::string::npos ? "" : answer.substr(from, to + end.size() - from);
}

std::vector<std::string> elements(const std::string& xml, const std::string& name) {
  const std::string open = "<" + name + ">", close = "</" + name + ">";
  std::vector<std::string> found;
  for (std::size_t at = xml.find(open); at != std::string::npos; at = xml.find(open, at + 1))
    found.push_back(xml.substr(at + open.size(), xml.find(close, at) - at - open.size()));
  return found;
}

}  // namespace tilts::simulator::tests
