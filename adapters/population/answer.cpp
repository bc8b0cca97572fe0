#include "adapters/population/answer.h"

#include <charconv>
#include <optional>
#include <unordered_set>
#include <vector>

#include "adapters/population/ivis_error.h"
#include "adapters/population/person.h"
#include "adapters/population/text.h"
#include "plugins/sdk/text.h"

namespace tilts::population {
namespace {

using sdk::Code;
using sdk::Failure;

// The places of the fields in reader(), below.
enum Field : size_t {
  message_type,
  transaction,
  correlation,
  time_stamp,
  result,
  total_count,
  next_cursor,
  has_more
};

sdk::RecordReader reader(std::string_view soap, const std::string& element) {
  const std::string answer = "s:Body/r:SubmitSyncResponse/i:IVISResponse/";
  const std::string header = answer + "i:Header/i:";
  const std::string people = answer + "i:Body/p:" + element + "/p:";
  return sdk::RecordReader(
      {.namespaces = {{"s", std::string(soap)},
                      {"r", std::string(service_namespace)},
                      {"i", std::string(ivis_namespace)},
                      {"p", std::string(person_namespace)}},
       .root = {
           .name = {},
           .path = {},
           .fields = {header + "MessageType", header + "TransactionID", header + "CorrelationID",
                      header + "TimeStamp", header + "Result", people + "TotalCount", people + "NextCursor",
                      people + "HasMore"},
           .groups = {
               person_group(people + "Person"),
               {.name = "not-found", .path = people + "NotFound", .fields = {"p:PersonCode"}, .groups = {}},
               {.name = "error",
                .path = answer + "i:ErrorList/i:Error",
                .fields = {"i:ErrorCode"},
                .groups = {}}}}});
}

Failure misfit(const std::string& what) {
  return Failure(Code::untrusted, what + "; nothing of it was taken, ask the registry");
}

// The people of one answer, as they come.
class People {
 public:
  People(sdk::Host& host, Asked* asked) : asked_(asked), records_(host, asked == nullptr) {}

  void take(const sdk::Row& row) {
    if (row.group() == "error") return errors_.emplace_back(row[0]), void();
    ++count_;
    const std::string code = sdk::normalised_code(row[0]);
    if (code.empty()) throw misfit("the answer names somebody without a personas kods");
    if (row.group() == "not-found") {
      if (asked_ != nullptr) asked_->answered(code, {});
      unknown_.push_back(code);
      return;
    }
    std::string previous = sdk::normalised_code(row[1]);
    if (previous.empty() && !row[1].empty())
      throw misfit("the answer names a PreviousPersonCode that is not a personas kods");
    if (previous == code) previous.clear();
    if (asked_ != nullptr) asked_->answered(code, previous);
    // a roster may hold both codes of one person: two answers, one record
    if (emitted_.insert(code).second)
      records_.emit(row, code, previous);
    else if (asked_ == nullptr)
      throw misfit("the answer names one person twice");
  }

  void emit_unknown(sdk::Host& host, std::string_view as_of) {
    sdk::Record record(person_type);
    for (const std::string& code : unknown_) {
      if (!emitted_.insert(code).second) throw misfit("the answer both knows and does not know one person");
      record.clear();
      record.key = code;
      record.as_of = as_of;
      record.presence = sdk::Presence::gone;
      host.emit(record);
    }
  }

  uint64_t count() const { return count_; }
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  Asked* asked_;
  PersonRecords records_;
  std::unordered_set<std::string> emitted_;
  std::vector<std::string> unknown_;
  std::vector<std::string> errors_;
  uint64_t count_ = 0;
};

// One pass over the bytes. What the reader itself refuses is the registry's doing and not ours.
sdk::Whole pass(const sdk::RecordReader& reader, std::string_view body, People& people) {
  bool reading = true;
  try {
    return reader.read(body, [&](const sdk::Row& row) {
      reading = false;
      people.take(row);
      reading = true;
    });
  } catch (const Failure& failure) {
    if (!reading) throw;
    throw Failure(Code::untrusted,
                  std::string(failure.what()) + "; nothing of it was taken, ask the registry");
  }
}

Taken refused(const People& people, std::string_view answered) {
  if (people.count() > 0 || people.errors().empty())
    throw misfit("the answer's Result is " + std::string(answered == "error" ? "error" : "unknown") +
                 (people.count() > 0 ? " and yet it names people" : " without an ErrorList"));
  const std::string& number = people.errors().front();
  const IvisError error = ivis_error(number);
  const bool shown = number.size() <= 5 && number.find_first_not_of("0123456789") == std::string::npos;
  Taken taken;
  taken.refusal = "the registry answered error " + (shown ? number + " " : std::string()) +
                  std::string(error.name) + "; " + std::string(error.next);
  switch (error.then) {
    case IvisError::Then::new_transaction:
      taken.outcome = Taken::Outcome::transaction_lost;
      break;
    case IvisError::Then::smaller_list:
      taken.outcome = Taken::Outcome::list_too_big;
      break;
    case IvisError::Then::fail:
      throw Failure(error.code, taken.refusal);
  }
  return taken;
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void check_header(const sdk::Whole& whole, const SubmitHeader& sent) {
  if (whole[correlation] != sent.id) throw misfit("the answer's CorrelationID is not the request's");
  if (whole[transaction] != sent.transaction) throw misfit("the answer's TransactionID is not the request's");
  if (whole[message_type] != sent.answer_type)
    throw misfit("the answer's MessageType is not " + sent.answer_type);
  if (!sdk::looks_like_date(whole[time_stamp])) throw misfit("the answer has no TimeStamp");
}

Taken read_answer(const sdk::RecordReader& reader, sdk::Host& host, std::string_view body,
                  const SubmitHeader& sent, Asked* asked) {
  People people(host, asked);
  const sdk::Whole whole = pass(reader, body, people);
  if (whole[result] != "success") {
    // some errors come before the hub has read what an answer repeats
    if (whole.has(correlation) && whole[correlation] != sent.id)
      throw misfit("the answer's CorrelationID is not the request's");
    return refused(people, whole[result]);
  }
  check_header(whole, sent);
  const std::optional<uint64_t> total = number(whole[total_count]);
  if (total != people.count())
    throw misfit("the answer's TotalCount is " + (total ? std::to_string(*total) : std::string("no number")) +
                 " but " + std::to_string(people.count()) + " people follow");
  if (asked != nullptr) asked->complete();
  people.emit_unknown(host, whole[time_stamp]);
  const std::string_view more = whole[has_more];
  return {.outcome = Taken::Outcome::people,
          .refusal = {},
          .total = *total,
          .next_cursor = std::string(whole[next_cursor]),
          .has_more = more == "true" || more == "1"};
}

}  // namespace

AnswerReader::AnswerReader(const std::string& element)
    : soap11_(reader(soap11_namespace, element)), soap12_(reader(soap12_namespace, element)) {}

Taken AnswerReader::read(sdk::Host& host, std::string_view body, const SubmitHeader& sent,
                         Asked* asked) const {
  try {
    return read_answer(soap_namespace_of(body) == soap11_namespace ? soap11_ : soap12_, host, body, sent,
                       asked);
  } catch (const Failure& failure) {
    throw Failure(failure.code(), "SubmitSync " + sent.id + ": " + failure.what());
  }
}

}  // namespace tilts::population
