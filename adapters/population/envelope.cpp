#include "adapters/population/envelope.h"

#include <charconv>
#include <cstdint>

#include "plugins/sdk/record_reader.h"

namespace tilts::population {
namespace {

using sdk::Code;
using sdk::Failure;

// The text of the only element that these small answers have.
std::string result_of(std::string_view body, const std::string& path) {
  const sdk::RecordReader reader(
      {.namespaces = {{"s", std::string(soap_namespace_of(body))}, {"r", std::string(service_namespace)}},
       .root = {.name = {}, .path = {}, .fields = {path}, .groups = {}}});
  return std::string(reader.read(body, [](const sdk::Row&) {})[0]);
}

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

sdk::Request one_element(std::string_view operation, std::string_view name, std::string_view value) {
  sdk::Request request;
  request.operation = operation;
  const sdk::Namespace r = request.content.name("r", service_namespace);
  request.content.start(r, operation);
  request.content.element(r, name, value);
  request.content.end();
  return request;
}

}  // namespace

sdk::Writer submit_sync(const SubmitHeader& header,
                        const std::function<void(sdk::Writer&, sdk::Namespace)>& body) {
  sdk::Writer to;
  const sdk::Namespace r = to.name("r", service_namespace);
  const sdk::Namespace i = to.name("i", ivis_namespace);
  const sdk::Namespace p = to.name("p", person_namespace);
  to.start(r, "SubmitSync");
  to.start(i, "IVISRequest");
  to.start(i, "Header");
  to.element(i, "MessageID", header.id);
  to.element(i, "MessageType", header.message_type);
  to.element(i, "TransactionID", header.transaction);
  to.element(i, "CorrelationID", header.id);
  to.element(i, "Destination", header.destination);
  to.end();
  to.start(i, "Body");
  body(to, p);
  to.end();
  to.end();
  to.end();
  return to;
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

std::string Transaction::start(sdk::Host& host) {
  const std::string eservice = host.name("eservice");
  const std::string action = host.action("StartTransaction");
  std::string id;
  host.ask(one_element("StartTransaction", "eServiceID", eservice), [&](const sdk::Answer& answer) {
    id = result_of(body_of(answer, action, "StartTransaction"),
                   "s:Body/r:StartTransactionResponse/r:StartTransactionResult");
  });
  if (id.empty())
    throw Failure(Code::config, "StartTransaction: the hub gave no transaction for " + eservice +
                                    "; ask its operator whether our certificate's user is linked to it");
  return id;
}

void Transaction::end(sdk::Host& host, const std::string& id) {
  const std::string action = host.action("EndTransaction");
  std::string result;
  host.ask(one_element("EndTransaction", "transactionID", id), [&](const sdk::Answer& answer) {
    result = result_of(body_of(answer, action, "EndTransaction"),
                       "s:Body/r:EndTransactionResponse/r:EndTransactionResult");
  });
  int64_t closed = 0;
  std::from_chars(result.data(), result.data() + result.size(), closed);
  if (closed == 0)
    throw Failure(Code::declined, "EndTransaction: the hub did not close " + id +
                                      "; what was received is kept, ask the hub's operator");
}

}  // namespace tilts::population
