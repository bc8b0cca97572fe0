#include "tests/simulator/registry.h"

#include <charconv>

#include <fmt/format.h>

#include "tests/simulator/crypto.h"
#include "tests/simulator/ivis.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/rows.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t most_changes = 1'000;

void demand(bool holds, int error) {
  if (!holds) throw IvisError(error);
}

// URNType as the guidelines publish it: URN:IVIS:[0-9]{6}:[A-Za-z0-9_()+,-.=@;$!*]{0,133}
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

const xmlNode* ivis_child(const xmlNode* parent, const char* name) {
  return child(parent, ivis_namespace, name);
}

std::string replace(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.rfind(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

template <typename Number>
bool parse_number(std::string_view digits, Number& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

// What one SubmitSync asks.
struct Registry::Call {
  std::string message_type;
  std::string transaction;
  std::string correlation;
  const xmlNode* request = nullptr;
  bool changes = false;
};

struct Registry::Rows {
  std::string xml;
  std::size_t total = 0;
  std::size_t sent = 0;
  std::string tail;  // NextCursor and HasMore
};

Registry::Registry(const Profile& profile, const Clock& clock, Residents residents)
    : profile_(profile), clock_(clock), residents_(std::move(residents)) {
  for (const char* key :
       {"eservice", "list-destination", "changes-destination", "list-message-type", "changes-message-type"})
    profile.name(key);
}

std::string_view Registry::body_namespace() const { return service_namespace; }

std::vector<std::string_view> Registry::operations() const {
  return {"StartTransaction", "SubmitSync", "EndTransaction"};
}

Outcome Registry::answer(const Request& request, std::size_t bytes, const Twist& twist) {
  if (request.operation == "SubmitSync") return submit(request.payload, bytes, twist);
  const bool start = request.operation == "StartTransaction";
  std::string result = start ? "" : "0";
  if (!twist.ivis_error)
    result = start ? start_transaction(request.payload) : end_transaction(request.payload);
  std::string content =
      fmt::format(R"(<r:{0}Response xmlns:r="{1}"><r:{0}Result>{2}</r:{0}Result></r:{0}Response>)",
                  request.operation, service_namespace, result);
  return {std::move(content), 0};
}

std::string Registry::start_transaction(const xmlNode* payload) {
  const std::string service = text(child(payload, service_namespace, "eServiceID"));
  if (!is_urn(service) || service != profile_.name("eservice")) return "";
  const std::lock_guard lock(transactions_mutex_);
  return *open_transactions_.insert(fmt::format("{}-TR-{}", service, ++last_transaction_)).first;
}

std::string Registry::end_transaction(const xmlNode* payload) {
  const std::lock_guard lock(transactions_mutex_);
  return std::to_string(open_transactions_.erase(text(child(payload, service_namespace, "transactionID"))));
}

void Registry::demand_transaction(const std::string& id) const {
  demand(is_urn(id), 4);
  const std::lock_guard lock(transactions_mutex_);
  demand(open_transactions_.contains(id), 5);
}

// The order of the checks is ours; the guideline gives none.
Registry::Call Registry::read_call(const xmlNode* payload, std::size_t bytes) const {
  const xmlNode* envelope = ivis_child(payload, "IVISRequest");
  const xmlNode* header = ivis_child(envelope, "Header");
  const xmlNode* body = ivis_child(envelope, "Body");
  const auto content = children(body);
  demand(!text(ivis_child(header, "MessageID")).empty(), 1);
  demand(!text(ivis_child(header, "CorrelationID")).empty(), 2);
  demand_transaction(text(ivis_child(header, "TransactionID")));
  demand(ivis_child(header, "Sender") == nullptr || is_urn(text(ivis_child(header, "Sender"))), 6);
  const std::string destination = text(ivis_child(header, "Destination"));
  demand(!destination.empty(), 8);
  demand(is_urn(destination) && destination.find(":ISS-") != std::string::npos, 9);
  Call call;
  call.changes = destination == profile_.name("changes-destination");
  demand(call.changes || destination == profile_.name("list-destination"), 10);

  call.message_type = text(ivis_child(header, "MessageType"));
  demand(!call.message_type.empty(), 16);
  demand(!content.empty(), 17);
  demand(bytes <= profile_.request_bytes, 19);
  demand(is_urn(call.message_type) && call.message_type.find("-TYPE-") != std::string::npos, 21);
  const std::string& list_type = profile_.name("list-message-type");
  const std::string& changes_type = profile_.name("changes-message-type");
  demand(call.message_type == list_type || call.message_type == changes_type, 23);
  call.request = content.front();
  demand(content.size() == 1 && space_name(call.request) == person_namespace, 18);
  demand(call.message_type == (call.changes ? changes_type : list_type) &&
             local_name(call.request) == (call.changes ? "PersonChangesRequest" : "PersonListRequest"),
         20);
  return call;
}

Outcome Registry::submit(const xmlNode* payload, std::size_t bytes, const Twist& twist) {
  const xmlNode* header = ivis_child(ivis_child(payload, "IVISRequest"), "Header");
  Rows rows;
  std::string result = "success", body;
  try {
    if (twist.ivis_error) throw IvisError(*twist.ivis_error);
    const Call call = read_call(payload, bytes);
    rows =
        call.changes ? changes(call.request, twist.leave_out_half) : list(call.request, twist.leave_out_half);
    body = fmt::format(R"(<i:Body><p:Person{0}Response xmlns:p="{1}"><p:TotalCount>{2}</p:TotalCount>)",
                       call.changes ? "Changes" : "List", person_namespace, rows.total);
    body.append(rows.xml).append(rows.tail);
    body.append(call.changes ? "</p:PersonChangesResponse></i:Body>" : "</p:PersonListResponse></i:Body>");
    constexpr std::size_t envelope = 16'384;  // headers, certificate and signature
    demand(body.size() + envelope <= profile_.answer_bytes, 19);
  } catch (const IvisError& error) {
    rows.sent = 0;
    result = "error";
    body = fmt::format(
        "<i:ErrorList><i:Error><i:ErrorCode>{}</i:ErrorCode><i:ErrorSeverity>error</i:ErrorSeverity>"
        "<i:ErrorDescription>{}</i:ErrorDescription></i:Error></i:ErrorList>",
        error.number(), error.what());
  }
  std::string xml =
      fmt::format(R"(<r:SubmitSyncResponse xmlns:r="{}"><i:IVISResponse xmlns:i="{}"><i:Header>)",
                  service_namespace, ivis_namespace);
  append_element(xml, "i:MessageID", uuid());
  append_element(xml, "i:MessageType",
                 replace(text(ivis_child(header, "MessageType")), "Request", "Response"));
  append_element(xml, "i:TransactionID", text(ivis_child(header, "TransactionID")));
  append_element(xml, "i:CorrelationID", text(ivis_child(header, "CorrelationID")));
  append_element(xml, "i:TimeStamp", riga(clock_.now()));
  append_element(xml, "i:Result", result);
  xml.append("</i:Header>").append(body).append("</i:IVISResponse></r:SubmitSyncResponse>");
  return {std::move(xml), rows.sent};
}

Registry::Rows Registry::list(const xmlNode* request, bool leave_out_half) const {
  const auto wanted = children(request);
  Rows rows;
  rows.total = wanted.size();
  rows.sent = leave_out_half ? wanted.size() / 2 : wanted.size();
  const std::shared_lock lock(mutex_);
  const AsOf as_of(residents_.date());
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const std::string digits = text(wanted[place]);
    const Code code = parse_code(digits);
    demand(is(wanted[place], person_namespace, "PersonCode") && code != 0, 22);
    if (place >= rows.sent) continue;
    if (const Person* person = residents_.find(code)) {
      append_person(rows.xml, residents_, residents_.index(*person), as_of);
    } else {
      rows.xml.append("<p:NotFound>");
      append_element(rows.xml, "p:PersonCode", digits);
      rows.xml.append("</p:NotFound>");
    }
  }
  return rows;
}

// A cursor says how many changes were told already: the same after a restart with the same seed and nights.
Registry::Rows Registry::changes(const xmlNode* request, bool leave_out_half) const {
  const std::string since = text(child(request, person_namespace, "Since"));
  std::size_t position = 0, limit = 0;
  demand(
      since.empty() || (since.starts_with("C-") && parse_number(std::string_view(since).substr(2), position)),
      22);
  demand(parse_number(text(child(request, person_namespace, "MaxCount")), limit) && limit >= 1 &&
             limit <= most_changes,
         22);
  const std::shared_lock lock(mutex_);
  demand(position <= residents_.feed_length(), 22);
  const Residents::Page page = residents_.changes(position, limit);
  Rows rows;
  rows.total = page.people.size();
  rows.sent = leave_out_half ? rows.total / 2 : rows.total;
  const AsOf as_of(residents_.date());
  for (std::size_t place = 0; place < rows.sent; ++place)
    append_person(rows.xml, residents_, page.people[place], as_of);
  append_element(rows.tail, "p:NextCursor", fmt::format("C-{}", page.next));
  append_element(rows.tail, "p:HasMore", page.more ? "true" : "false");
  return rows;
}

std::string Registry::forge(std::string content) const {
  constexpr std::pair<std::string_view, std::string_view> lies[] = {
      {"<p:Status>active<", "<p:Status>passive<"}, {"-TR-", "-TR-9"}};
  for (const auto& [right, wrong] : lies)
    for (std::size_t at = content.find(right); at != std::string::npos;
         at = content.find(right, at + wrong.size()))
      content.replace(at, right.size(), wrong);
  return content;
}

std::vector<Event> Registry::advance(unsigned nights) {
  const std::unique_lock lock(mutex_);
  const std::size_t before = residents_.events().size();
  for (; nights > 0; --nights) residents_.advance();
  return {residents_.events().begin() + static_cast<std::ptrdiff_t>(before), residents_.events().end()};
}

std::string Registry::date() const {
  return read([](const Residents& residents) { return iso(residents.date()); });
}

}  // namespace tilts::simulator
