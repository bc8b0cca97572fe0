#include "tests/simulator/hub.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/simulator/crypto.h"
#include "tests/simulator/ivis.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

const xmlNode* ivis_child(const xmlNode* parent, const char* name) {
  return child(parent, ivis_namespace, name);
}

std::string replace(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.rfind(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string error_list(const IvisError& error) {
  return fmt::format(
      "<i:ErrorList><i:Error><i:ErrorCode>{}</i:ErrorCode><i:ErrorSeverity>error</i:ErrorSeverity>"
      "<i:ErrorDescription>{}</i:ErrorDescription></i:Error></i:ErrorList>",
      error.number(), error.what());
}

}  // namespace

void demand(bool holds, int error) {
  if (!holds) throw IvisError(error);
}

bool is_urn(std::string_view text) {
  constexpr std::string_view prefix = "URN:IVIS:", digits = "0123456789";
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_()+,-.=@;$!*";
  constexpr std::size_t authority = 6, most = 133;
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return text.find_first_not_of(digits) == authority && text[authority] == ':' &&
         text.size() <= authority + 1 + most &&
         text.find_first_not_of(allowed, authority + 1) == std::string_view::npos;
}

Hub::Hub(const Profile& profile, const Clock& clock, std::vector<DataService> services)
    : profile_(profile), clock_(clock), services_(std::move(services)) {
  profile.name("eservice");
}

std::vector<std::string_view> Hub::operations() const {
  return {"StartTransaction", "SubmitSync", "Submit", "GetStatus", "GetResponse", "EndTransaction"};
}

void Hub::set_patience(Patience patience) {
  const std::lock_guard lock(mutex_);
  patience_ = patience;
}

Outcome Hub::answer(const Request& request, std::size_t bytes, const Twist& twist) {
  const std::string& operation = request.operation;
  if (operation == "SubmitSync") return submit_sync(request, bytes, twist);
  if (operation == "Submit") return submit(request, bytes, twist);
  if (operation == "GetStatus" || operation == "GetResponse") return later(operation, request.payload, twist);
  const bool start = operation == "StartTransaction";
  std::string result = start ? "" : "0";
  if (!twist.ivis_error)
    result = start ? start_transaction(request.payload) : end_transaction(request.payload);
  std::string content =
      fmt::format(R"(<r:{0}Response xmlns:r="{1}"><r:{0}Result>{2}</r:{0}Result></r:{0}Response>)",
                  request.operation, service_namespace, result);
  return {std::move(content), 0};
}

// The user is linked to one e-service; for any other the identifier is empty.
std::string Hub::start_transaction(const xmlNode* payload) {
  const std::string service = text(child(payload, service_namespace, "eServiceID"));
  if (!is_urn(service) || service != profile_.name("eservice")) return "";
  const std::lock_guard lock(mutex_);
  return *open_transactions_.insert(fmt::format("{}-TR-{}", service, ++last_transaction_)).first;
}

std::string Hub::end_transaction(const xmlNode* payload) {
  const std::lock_guard lock(mutex_);
  return std::to_string(open_transactions_.erase(text(child(payload, service_namespace, "transactionID"))));
}

void Hub::demand_transaction(const std::string& id) const {
  demand(is_urn(id), 4);
  const std::lock_guard lock(mutex_);
  demand(open_transactions_.contains(id), 5);
}

// The order of the checks is ours; the guideline gives none.
const DataService& Hub::route(const xmlNode* envelope, std::size_t bytes) const {
  const xmlNode* header = ivis_child(envelope, "Header");
  const auto content = children(ivis_child(envelope, "Body"));
  demand(!text(ivis_child(header, "MessageID")).empty(), 1);
  demand(!text(ivis_child(header, "CorrelationID")).empty(), 2);
  demand_transaction(text(ivis_child(header, "TransactionID")));
  demand(ivis_child(header, "Sender") == nullptr || is_urn(text(ivis_child(header, "Sender"))), 6);
  const std::string destination = text(ivis_child(header, "Destination"));
  demand(!destination.empty(), 8);
  demand(is_urn(destination) && destination.find(":ISS-") != std::string::npos, 9);
  const auto at = [&](auto member, const std::string& value) {
    return std::ranges::any_of(services_, [&](const DataService& one) { return one.*member == value; });
  };
  demand(at(&DataService::destination, destination), 10);

  const std::string type = text(ivis_child(header, "MessageType"));
  demand(!type.empty(), 16);
  demand(!content.empty(), 17);
  demand(bytes <= profile_.request_bytes, 19);
  demand(is_urn(type) && type.find("-TYPE-") != std::string::npos, 21);
  demand(at(&DataService::message_type, type), 23);
  demand(content.size() == 1 && at(&DataService::space, space_name(content.front())), 18);
  const auto found = std::ranges::find_if(services_, [&](const DataService& one) {
    return one.destination == destination && one.message_type == type &&
           one.space == space_name(content.front()) && one.element == local_name(content.front());
  });
  demand(found != services_.end(), 20);
  return *found;
}

Hub::Served Hub::serve(const Request& request, std::size_t bytes, const Twist& twist) const {
  const xmlNode* envelope = ivis_child(request.payload, "IVISRequest");
  try {
    if (twist.ivis_error) throw IvisError(*twist.ivis_error);
    const DataService& service = route(envelope, bytes);
    Outcome outcome = service.serve(children(ivis_child(envelope, "Body")).front(), request, twist);
    constexpr std::size_t around = 16'384;  // headers, certificate and signature
    demand(outcome.content.size() + around <= profile_.answer_bytes, 19);
    return {.body = "<i:Body>" + outcome.content + "</i:Body>", .result = "success", .rows = outcome.rows};
  } catch (const IvisError& error) {
    return {.body = error_list(error), .result = "error", .rows = 0};
  }
}

std::string Hub::response(const std::string& operation, const Named& named, const std::string& result,
                          const std::string& body, std::chrono::seconds poll) const {
  std::string xml = fmt::format(R"(<r:{}Response xmlns:r="{}"><i:IVISResponse xmlns:i="{}"><i:Header>)",
                                operation, service_namespace, ivis_namespace);
  append_element(xml, "i:MessageID", uuid());
  append_element(xml, "i:MessageType", replace(named.message_type, "Request", "Response"));
  append_element(xml, "i:TransactionID", named.transaction);
  append_element(xml, "i:CorrelationID", named.correlation);
  append_element(xml, "i:TimeStamp", riga(clock_.now()));
  append_element(xml, "i:Result", result);
  if (poll.count() > 0) append_element(xml, "i:PollInterval", std::to_string(poll.count()));
  xml.append("</i:Header>").append(body);
  return xml.append("</i:IVISResponse></r:").append(operation).append("Response>");
}

Outcome Hub::submit_sync(const Request& request, std::size_t bytes, const Twist& twist) const {
  const xmlNode* header = ivis_child(ivis_child(request.payload, "IVISRequest"), "Header");
  const Named named{text(ivis_child(header, "MessageType")), text(ivis_child(header, "TransactionID")),
                    text(ivis_child(header, "CorrelationID"))};
  const Served served = serve(request, bytes, twist);
  return {response("SubmitSync", named, served.result, served.body, {}), served.rows};
}

// The answer is made at once and told when it is ready.
Outcome Hub::submit(const Request& request, std::size_t bytes, const Twist& twist) {
  const xmlNode* header = ivis_child(ivis_child(request.payload, "IVISRequest"), "Header");
  const Named named{text(ivis_child(header, "MessageType")), text(ivis_child(header, "TransactionID")),
                    text(ivis_child(header, "CorrelationID"))};
  const Served served = serve(request, bytes, twist);
  // what is wrong with the question is told at once
  if (served.result != "success") return {response("Submit", named, served.result, served.body, {}), 0};
  const std::lock_guard lock(mutex_);
  const Clock::Time now = clock_.now();
  pending_[named.correlation] =
      Pending{named, served.body, served.result, served.rows, now + patience_.ready, now + patience_.poll};
  return {response("Submit", named, "success", "", patience_.poll), 0};
}

Outcome Hub::later(const std::string& operation, const xmlNode* payload, const Twist& twist) {
  const Named asked{.message_type = {},
                    .transaction = {},
                    .correlation = text(child(payload, service_namespace, "correlationID"))};
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(asked.correlation);
  try {
    if (twist.ivis_error) throw IvisError(*twist.ivis_error);
    demand(found != pending_.end(), 7);
    demand(open_transactions_.contains(found->second.named.transaction), 5);
  } catch (const IvisError& error) {
    return {response(operation, found == pending_.end() ? asked : found->second.named, "error",
                     error_list(error), {}),
            0};
  }
  Pending& pending = found->second;
  const Clock::Time now = clock_.now();
  if (patience_.strict && now < pending.not_before)
    throw Refusal(Blame::sender, "asked before PollInterval had passed");
  if (now < pending.ready) {
    pending.not_before = now + patience_.poll;
    return {response(operation, pending.named, "pending", "", patience_.poll), 0};
  }
  if (operation == "GetStatus") return {response(operation, pending.named, "success", "", {}), 0};
  return {response(operation, pending.named, pending.result, pending.body, {}), pending.rows};
}

}  // namespace tilts::simulator
