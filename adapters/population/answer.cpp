#include "adapters/population/answer.h"

#include <charconv>
#include <optional>
#include <unordered_set>
#include <vector>

#include "adapters/population/person.h"
#include "adapters/population/text.h"
#include "plugins/sdk/text.h"

namespace tilts::population {
namespace {

using request_service::misfit;

// The places of the fields below.
enum Field : size_t { total_count, next_cursor, has_more };

request_service::BodyShape shape(const std::string& element) {
  const std::string people = "p:" + element + "/p:";
  return {.namespaces = {{"p", std::string(person_namespace)}},
          .fields = {people + "TotalCount", people + "NextCursor", people + "HasMore"},
          .groups = {
              person_group(people + "Person"),
              {.name = "not-found", .path = people + "NotFound", .fields = {"p:PersonCode"}, .groups = {}}}};
}

// The people of one answer, as they come.
class People {
 public:
  People(sdk::Host& host, request_service::Asked* asked) : asked_(asked), records_(host, asked == nullptr) {}

  void take(const sdk::Row& row) {
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

 private:
  request_service::Asked* asked_;
  PersonRecords records_;
  std::unordered_set<std::string> emitted_;
  std::vector<std::string> unknown_;
  uint64_t count_ = 0;
};

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What happens with one answer: its people as they come, then what it says of all of them.
request_service::Take take(sdk::Host& host, People& people, request_service::Asked* asked, Taken& taken) {
  return {.row = [&people](const sdk::Row& row) { people.take(row); },
          .whole =
              [&host, &people, asked, &taken](const request_service::Answered& answered) {
                const std::optional<uint64_t> total = number(answered.fields[total_count]);
                if (total != people.count())
                  throw misfit("the answer's TotalCount is " +
                               (total ? std::to_string(*total) : std::string("no number")) + " but " +
                               std::to_string(people.count()) + " people follow");
                if (asked != nullptr) asked->complete();
                people.emit_unknown(host, answered.time_stamp);
                taken.total = *total;
                taken.next_cursor = answered.fields[next_cursor];
                taken.has_more = answered.fields[has_more] == "true" || answered.fields[has_more] == "1";
              }};
}

}  // namespace

PeopleReader::PeopleReader(const std::string& element) : reader_(shape(element)) {}

Taken PeopleReader::read(sdk::Host& host, const request_service::Reply& reply,
                         request_service::Asked* asked) const {
  People people(host, asked);
  Taken taken;
  taken.answered = reader_.read(reply, take(host, people, asked, taken));
  return taken;
}

Taken PeopleReader::ask_changes(sdk::Host& host, request_service::Conversation& conversation,
                                const request_service::Service& service,
                                const request_service::WriteBody& body) const {
  People people(host, nullptr);
  Taken taken;
  taken.answered = conversation.ask(service, body, {}, reader_, take(host, people, nullptr, taken));
  return taken;
}

}  // namespace tilts::population
