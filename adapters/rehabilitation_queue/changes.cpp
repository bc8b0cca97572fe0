#include "adapters/rehabilitation_queue/changes.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "adapters/rehabilitation_queue/declaration.h"
#include "plugins/sdk/text.h"

namespace tilts::rehabilitation_queue {
namespace {

constexpr const char* exchange = "QueueChanges";
constexpr int most_steps = 9999;  // of one entry: four digits, so that keys sort as the steps passed

// The places of the page's own fields in the reader.
enum Field : size_t { count, next_cursor, more };

// The elements of q:Step come in the order of step_fields; the last of them is made here.
constexpr auto code = sdk::field_index(step_fields, "code");
constexpr auto previous_code = sdk::field_index(step_fields, "previous_code");
constexpr auto number = sdk::field_index(step_fields, "number");
constexpr auto sequence = sdk::field_index(step_fields, "sequence");
constexpr auto state = sdk::field_index(step_fields, "state");
constexpr auto date = sdk::field_index(step_fields, "date");
constexpr auto after = sdk::field_index(step_fields, "after");

request_service::BodyShape shape() {
  const std::string page = "q:QueueChangesResponse/q:";
  return {.namespaces = {{"q", std::string(queue_namespace)}},
          .fields = {page + "Count", page + "NextCursor", page + "More"},
          .groups = {{.name = "step",
                      .path = page + "Step",
                      .fields = {"q:Code", "q:PreviousCode", "q:Number", "q:CaseNumber", "q:Sequence",
                                 "q:State", "q:Date", "q:Order", "q:Group", "q:Course", "q:Place", "q:From",
                                 "q:To", "q:Until", "q:KeepsPlace", "q:Reason/@Code", "q:Reason"},
                      .groups = {}}}};
}

int as_number(std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && sdk::is_digits(text) ? value : -1;
}

// Stands in the record's key, and in the key of a municipal row.
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::string_view unreadable(const sdk::Row& step) {
  if (!is_number(step[number])) return "the registry's step has no Number that can be read";
  if (const int place = as_number(step[sequence]); place < 1 || place > most_steps)
    return "the registry's step has no Sequence that can be read";
  if (step[state].empty()) return "the registry's step has no State";
  if (!sdk::looks_like_date(step[date])) return "the registry's step has no Date";
  return {};
}

bool is_day(uint32_t field) {
  const std::string_view name = sdk::from_abi(step_fields[field].name);
  return name == "date" || name == "from" || name == "to" || name == "until";
}

// The steps of one page, as they come. When the page turns out not to be whole the host forgets them, for no
// checkpoint follows.
class Steps {
 public:
  Steps(sdk::Host& host, const Asked& asked) : host_(host), asked_(asked) {}

  int count() const { return count_; }

  void take(const sdk::Row& step) {
    ++count_;
    const std::string person = sdk::normalised_code(step[code]);
    if (person.empty()) throw misfit(asked_, "a step is of somebody without a personas kods");
    std::string previous = sdk::normalised_code(step[previous_code]);
    if (previous.empty() && !step[previous_code].empty())
      throw misfit(asked_, "a PreviousCode is not a personas kods");
    if (previous == person) previous.clear();
    const std::string_view because = unreadable(step);
    const std::string place = because.empty() ? place_of(step) : "/unreadable/" + std::to_string(count_);
    if (!seen_.insert(person + place).second) throw misfit(asked_, "one step stands in it twice");
    emit(step, person, previous, place, because);
  }

 private:
  // "/SIVA-2026-000311/0007"
  static std::string place_of(const sdk::Row& step) {
    const std::string digits = std::to_string(as_number(step[sequence]));
    return "/" + std::string(step[number]) + "/" + std::string(4 - digits.size(), '0') + digits;
  }

  void emit(const sdk::Row& step, const std::string& person, const std::string& previous,
            const std::string& place, std::string_view because) {
    const std::string key = person + place;
    const std::string previous_key = previous.empty() ? std::string() : previous + place;
    const int before = as_number(step[sequence]) - 1;
    const std::string own = std::to_string(before + 1);  // "07" is step 7
    const std::string follows = before > 0 ? std::to_string(before) : std::string();
    record_.clear();
    record_.key = key;
    record_.previous_key = previous_key;
    record_.reason = because;
    record_.presence = because.empty() ? sdk::Presence::present : sdk::Presence::held;
    record_.as_of = step[date];
    for (uint32_t field = 0; because.empty() && field < step_fields.size(); ++field) {
      const std::string_view value = field == code            ? std::string_view(person)
                                     : field == previous_code ? std::string_view(previous)
                                     : field == sequence      ? std::string_view(own)
                                     : field == after         ? std::string_view(follows)
                                     : is_day(field)          ? sdk::day_of(step[field])
                                                              : step[field];
      if (!value.empty()) record_.set(field, value);
    }
    host_.emit(record_);
  }

  sdk::Host& host_;
  const Asked& asked_;
  sdk::Record record_{step_type};
  std::set<std::string> seen_;
  int count_ = 0;
};

}  // namespace

Page ask_changes(sdk::Host& host, Channel& channel, const std::string& since, int64_t most) {
  const Question question{exchange, {}, [&](sdk::Writer& to) {
                            const sdk::Namespace q = to.name("q", queue_namespace);
                            to.start(q, exchange);
                            if (!since.empty()) to.element(q, "Since", since);
                            to.element(q, "MaxCount", std::to_string(most));
                            to.end();
                          }};
  Asked asked{exchange, {}, "nothing of it was taken, ask the registry", {}};
  Steps steps(host, asked);
  Page page;
  const auto judge = [&](const request_service::Answered& answered) {
    if (as_number(answered.fields[count]) != steps.count())
      throw misfit(asked, "its Count differs from the steps that follow, " + std::to_string(steps.count()));
    page.more = answered.fields[more] == "yes";
    if (!page.more && answered.fields[more] != "no") throw misfit(asked, "its More is neither yes nor no");
    page.next_cursor = answered.fields[next_cursor];
    if (page.next_cursor.empty() || (page.more && page.next_cursor == since))
      throw misfit(asked, "it does not say where the feed goes on");
  };
  channel.ask(question, asked, shape(),
              {.row = [&](const sdk::Row& step) { steps.take(step); }, .whole = judge});
  return page;
}

}  // namespace tilts::rehabilitation_queue
