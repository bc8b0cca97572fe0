#include "plugins/request_service/answer.h"

#include <algorithm>
#include <charconv>

#include "plugins/request_service/ivis_error.h"
#include "plugins/sdk/text.h"

namespace tilts::request_service {
namespace {

using sdk::Code;
using sdk::Failure;

constexpr const char* error_group = "ivis-error";
constexpr uint64_t longest_poll = 366 * 86400;  // seconds: what the hub keeps open no longer than

// The places of the header's fields in reader(), below; the shape's own follow.
enum Field : size_t {
  message_type,
  transaction,
  correlation,
  time_stamp,
  result,
  poll_interval,
  header_fields
};

void put_below(const std::string& body, std::vector<sdk::Group>& groups) {
  for (sdk::Group& group : groups) group.path = body + group.path;
}

// A text that may stand in a sentence: the hub's own number, and nothing that it writes beside it.
std::string shown(const std::string& number) {
  const bool plain = !number.empty() && number.size() <= 5 && sdk::is_digits(number);
  return plain ? number + " " : std::string();
}

// The errors of an answer that is none.
Answered refused(const std::vector<std::string>& errors, bool rows, std::string_view result,
                 const Service& service) {
  const std::string said = result == "error" ? "error" : "unknown";
  if (rows) throw misfit("the answer's Result is " + said + " and yet it has a Body");
  if (errors.empty()) throw misfit("the answer's Result is " + said + " without an ErrorList");
  const IvisError error = ivis_error(errors.front(), service);
  Answered answered;
  answered.refusal =
      "the registry answered error " + shown(errors.front()) + std::string(error.name) + "; " + error.next;
  switch (error.then) {
    case IvisError::Then::new_transaction:
      answered.outcome = Answered::Outcome::transaction_lost;
      break;
    case IvisError::Then::smaller_list:
      answered.outcome = Answered::Outcome::list_too_big;
      break;
    case IvisError::Then::fail:
      throw Refused(error.code, answered.refusal);
  }
  return answered;
}

uint64_t seconds_of(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > longest_poll)
    throw misfit("the answer's PollInterval is no number of seconds that can be waited");
  return value;
}

}  // namespace

Failure misfit(const std::string& what) {
  return Failure(Code::untrusted, what + "; nothing of it was taken, ask the registry");
}

AnswerReader::AnswerReader(BodyShape shape) : shape_(std::move(shape)) {}

const sdk::RecordReader& AnswerReader::reader(std::string_view soap, const std::string& operation) const {
  const std::string key = std::string(soap) + ' ' + operation;
  if (const auto found = readers_.find(key); found != readers_.end()) return found->second;
  const std::string answer = "s:Body/r:" + operation + "Response/i:IVISResponse/";
  const std::string header = answer + "i:Header/i:";
  const std::string body = answer + "i:Body/";
  sdk::Shape shape{
      .namespaces = {{"s", std::string(soap)},
                     {"r", std::string(service_namespace)},
                     {"i", std::string(ivis_namespace)}},
      .root = {.name = {},
               .path = {},
               .fields = {header + "MessageType", header + "TransactionID", header + "CorrelationID",
                          header + "TimeStamp", header + "Result", header + "PollInterval"},
               .groups = shape_.groups}};
  shape.namespaces.insert(shape.namespaces.end(), shape_.namespaces.begin(), shape_.namespaces.end());
  for (const std::string& field : shape_.fields) shape.root.fields.push_back(body + field);
  put_below(body, shape.root.groups);
  shape.root.groups.push_back(
      {.name = error_group, .path = answer + "i:ErrorList/i:Error", .fields = {"i:ErrorCode"}, .groups = {}});
  return readers_.emplace(key, sdk::RecordReader(std::move(shape))).first->second;
}

Answered AnswerReader::read(const Reply& reply, const Take& take) const {
  try {
    return read_answer(reply, take);
  } catch (const Refused& refused) {
    throw Refused(refused.code(), reply.operation + " " + reply.sent.id + ": " + refused.what());
  } catch (const Failure& failure) {
    throw Failure(failure.code(), reply.operation + " " + reply.sent.id + ": " + failure.what());
  }
}

Answered AnswerReader::read_answer(const Reply& reply, const Take& take) const {
  std::vector<std::string> errors;
  bool rows = false;
  bool reading = true;  // and not taking: what the reader itself refuses is the registry's doing, not ours
  const auto row = [&](const sdk::Row& one) {
    reading = false;
    if (one.group() == error_group) {
      errors.emplace_back(one[0]);
    } else {
      rows = true;
      take.row(one);
    }
    reading = true;
  };
  const auto whole = [&] {
    try {
      return reader(soap_namespace_of(reply.body), reply.operation).read(reply.body, row);
    } catch (const Failure& failure) {
      if (!reading) throw;
      throw misfit(failure.what());
    }
  }();

  const bool pending = whole[result] == "pending";
  if (whole[result] != "success" && !pending) {
    // some errors come before the hub has read what an answer repeats
    if (whole.has(correlation) && whole[correlation] != reply.sent.id)
      throw misfit("the answer's CorrelationID is not the request's");
    return refused(errors, rows, whole[result], reply.service);
  }
  if (!errors.empty())
    throw misfit("the answer's Result is " + std::string(whole[result]) + " and yet it has an ErrorList");
  if (whole[correlation] != reply.sent.id) throw misfit("the answer's CorrelationID is not the request's");
  if (whole[transaction] != reply.sent.transaction)
    throw misfit("the answer's TransactionID is not the request's");
  if (!sdk::looks_like_date(whole[time_stamp])) throw misfit("the answer has no TimeStamp");

  Answered answered;
  answered.time_stamp = whole[time_stamp];
  if (whole.has(poll_interval)) answered.poll_seconds = seconds_of(whole[poll_interval]);
  if (pending) {
    if (rows) throw misfit("the answer's Result is pending and yet it has a Body");
    answered.outcome = Answered::Outcome::pending;
    return answered;
  }
  // an acknowledgement and a status have no Body, and no type of one
  const bool has_body = reply.operation != "Submit" && reply.operation != "GetStatus";
  if (has_body && whole[message_type] != reply.service.answer_type)
    throw misfit("the answer's MessageType is not " + reply.service.answer_type);
  for (size_t field = 0; field < shape_.fields.size(); ++field)
    answered.fields.emplace_back(whole[header_fields + field]);
  answered.body = reply.body;
  take.whole(answered);
  answered.body = {};
  return answered;
}

}  // namespace tilts::request_service
