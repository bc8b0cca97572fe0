#include "adapters/rehabilitation_queue/answer.h"

#include <optional>

#include "adapters/rehabilitation_queue/declaration.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::rehabilitation_queue {
namespace {

using sdk::Code;
using sdk::Failure;

// The places of the fields in outcome_group(), below.
enum Field : size_t { key, outcome, number, reason, reason_code };

constexpr std::string_view nothing_settled = "nothing is settled by it, ask the registry";

sdk::Group outcome_group(const std::string& path) {
  return {.name = path,
          .path = path,
          .fields = {"q:Key", "q:Outcome", "q:Number", "q:Reason", "q:Reason/@Code"},
          .groups = {}};
}

request_service::BodyShape shape(sdk::Group answer) {
  return {.namespaces = {{"q", std::string(queue_namespace)}}, .fields = {}, .groups = {std::move(answer)}};
}

Outcome outcome_of(const sdk::Row& row, const Asked& asked) {
  if (row[key] != asked.key) throw misfit(asked, "it is about another entry");
  if (row[outcome] == "received") {
    if (row[number].empty()) throw misfit(asked, "the entry is received but has no Number");
    if (row.has(reason)) throw misfit(asked, "the entry is received and has a Reason against it");
    return {sdk::Settled::received, std::string(row[number]), {}};
  }
  if (row[outcome] != "declined") throw misfit(asked, "the entry is neither received nor declined");
  if (row.has(number)) throw misfit(asked, "the entry is declined and has a Number");
  std::string why(row[reason_code]);
  if (!why.empty() && !row[reason].empty()) why += ": ";
  why += row[reason];
  return {sdk::Settled::declined, {}, why.empty() ? "the registry gave no reason" : why};
}

// What was found in an answer that is one element. No answer is not the answer "absent".
Outcome whole(const std::optional<Outcome>& found) {
  if (!found)
    throw Failure(Code::bug,
                  "the gateway handed over no answer; nothing is settled, report it to its authors");
  return *found;
}

}  // namespace

Outcome submit(Channel& channel, const Question& question, std::string_view key) {
  Asked asked{question.exchange, key, nothing_settled, {}};
  std::optional<Outcome> found;
  const request_service::Take take{.row =
                                       [&](const sdk::Row& row) {
                                         if (found)
                                           throw misfit(asked,
                                                        "more than one " + asked.exchange + "Response");
                                         found = outcome_of(row, asked);
                                       },
                                   .whole =
                                       [&](const request_service::Answered&) {
                                         if (!found)
                                           throw misfit(asked, "no " + asked.exchange + "Response in it");
                                       }};
  channel.submit(question, asked, shape(outcome_group("q:" + asked.exchange + "Response")), take);
  return whole(found);
}

Outcome inquire(Channel& channel, const Question& question, std::string_view key) {
  Asked asked{question.exchange, key, nothing_settled, {}};
  std::optional<Outcome> found;
  const auto row = [&](const sdk::Row& response) {
    if (found) throw misfit(asked, "more than one " + asked.exchange + "Response");
    std::optional<Outcome> in_it;
    for (const sdk::Row entry : response.children()) {
      const Outcome one = outcome_of(entry, asked);
      if (in_it) throw misfit(asked, "two entries under one key");
      in_it = one;
    }
    found = in_it.value_or(Outcome{sdk::Settled::absent, {}, "the registry has no entry under this key"});
  };
  const auto judge = [&](const request_service::Answered& answered) {
    if (!found) throw misfit(asked, "no " + asked.exchange + "Response in it");
    // "Absent" leads to sending again. Elements that we do not know are skipped, so an entry that stands
    // where none is looked for must not pass for none.
    if (found->settled == sdk::Settled::absent && answered.body.find(key) != std::string_view::npos)
      throw misfit(asked, "it names the entry's key and yet has no Entry that can be read");
  };
  channel.ask(question, asked,
              shape({.name = "answer",
                     .path = "q:InquireEntryResponse",
                     .fields = {},
                     .groups = {outcome_group("q:Entry")}}),
              {.row = row, .whole = judge});
  return whole(found);
}

}  // namespace tilts::rehabilitation_queue
