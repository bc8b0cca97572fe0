#include "plugins/request_service/envelope.h"

#include "plugins/sdk/record_reader.h"

namespace tilts::request_service {
namespace {

using sdk::Code;
using sdk::Failure;

// "s:Receiver" without its prefix; only the standard's own words go into a sentence.
std::string_view fault_code(std::string_view body) {
  const std::string space(soap_namespace_of(body));
  const std::string path =
      space == soap12_namespace ? "s:Body/s:Fault/s:Code/s:Value" : "s:Body/s:Fault/faultcode";
  const sdk::RecordReader reader(
      {.namespaces = {{"s", space}}, .root = {.name = {}, .path = {}, .fields = {path}, .groups = {}}});
  const sdk::Whole whole = reader.read(body, [](const sdk::Row&) {});
  const std::string_view code = whole[0].substr(whole[0].find(':') + 1);
  for (const std::string_view known :
       {"Sender", "Receiver", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown", "Client", "Server"})
    if (code == known) return known;
  return "unknown to SOAP";
}

}  // namespace

sdk::Request ivis_request(std::string_view operation, const Service& service, const Header& header,
                          const WriteBody& body, std::vector<std::string> subjects) {
  sdk::Request request;
  request.operation = operation;
  request.subjects = std::move(subjects);
  sdk::Writer& to = request.content;
  const sdk::Namespace r = to.name("r", service_namespace);
  const sdk::Namespace i = to.name("i", ivis_namespace);
  to.start(r, operation);
  to.start(i, "IVISRequest");
  to.start(i, "Header");
  to.element(i, "MessageID", header.id);
  to.element(i, "MessageType", service.message_type);
  to.element(i, "TransactionID", header.transaction);
  to.element(i, "CorrelationID", header.id);
  if (!service.sender.empty()) to.element(i, "Sender", service.sender);
  to.element(i, "Destination", service.destination);
  to.end();
  to.start(i, "Body");
  body(to);
  to.end();
  to.end();
  to.end();
  return request;
}

sdk::Request one_element(std::string_view operation, std::string_view name, std::string_view value) {
  sdk::Request request;
  request.operation = operation;
  const sdk::Namespace r = request.content.name("r", service_namespace);
  request.content.start(r, operation);
  request.content.element(r, name, value);
  request.content.end();
  return request;
}

std::string_view soap_namespace_of(std::string_view body) {
  return body.substr(0, body.find('>')).find(soap11_namespace) == std::string_view::npos ? soap12_namespace
                                                                                         : soap11_namespace;
}

std::string_view body_of(const sdk::Answer& answer, const std::string& action, std::string_view operation) {
  const std::string name(operation);
  const std::string_view body = answer.part("Body");
  if (body.empty())
    throw Failure(
        Code::untrusted,
        name +
            ": the answer's Body is not among what was verified; nothing of it was taken, ask the registry");
  if (answer.fault()) {
    const std::string_view code = fault_code(body);
    const bool theirs = code == "Receiver" || code == "Server";
    throw Failure(theirs ? Code::transient : Code::declined,
                  name + ": the registry answered a SOAP fault, " + std::string(code) +
                      (theirs ? "; it will be asked again" : "; ask the registry"));
  }
  if (!answer.action().empty() && answer.action() != action + "Response")
    throw Failure(
        Code::untrusted,
        name +
            ": the answer's Action belongs to another operation; nothing of it was taken, ask the registry");
  return body;
}

std::string result_of(std::string_view body, const std::string& operation) {
  const sdk::RecordReader reader(
      {.namespaces = {{"s", std::string(soap_namespace_of(body))}, {"r", std::string(service_namespace)}},
       .root = {.name = {},
                .path = {},
                .fields = {"s:Body/r:" + operation + "Response/r:" + operation + "Result"},
                .groups = {}}});
  return std::string(reader.read(body, [](const sdk::Row&) {})[0]);
}

}  // namespace tilts::request_service
