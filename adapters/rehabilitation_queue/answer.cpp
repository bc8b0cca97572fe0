#include "adapters/rehabilitation_queue/answer.h"

#include <functional>
#include <optional>

#include "adapters/rehabilitation_queue/declaration.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::rehabilitation_queue {
namespace {

using sdk::Code;
using sdk::Failure;

// The places of the fields in outcome_group(), below.
enum Field : size_t { key, outcome, number, reason, reason_code };

sdk::Group outcome_group(const std::string& path) {
  return {.name = path,
          .path = path,
          .fields = {"q:Key", "q:Outcome", "q:Number", "q:Reason", "q:Reason/@Code"},
          .groups = {}};
}

sdk::RecordReader reader(sdk::Group answer) {
  return sdk::RecordReader(
      {.namespaces = {{"s", "http://www.w3.org/2003/05/soap-envelope"}, {"q", std::string(queue_namespace)}},
       .root = {.name = {}, .path = {}, .fields = {}, .groups = {std::move(answer)}}});
}

Failure misfit(const Asked& asked, const sdk::Answer& answer, const std::string& what) {
  return Failure(Code::untrusted, asked.exchange + ": response " + std::string(answer.message_id()) + ": " +
                                      what + "; nothing is settled by it, ask the registry");
}

// The one element that an answer is.
Outcome read(const sdk::RecordReader& reader, const sdk::Answer& answer, const Asked& asked,
             const std::function<Outcome(const sdk::Row&)>& take) {
  const std::string_view body = body_of(answer, asked);
  std::optional<Outcome> result;
  bool reading = true;  // and not judging: what the reader itself refuses is the registry's doing
  try {
    reader.read(body, [&](const sdk::Row& row) {
      reading = false;
      if (result) throw misfit(asked, answer, "more than one " + asked.exchange + "Response");
      result = take(row);
      reading = true;
    });
  } catch (const Failure& failure) {
    if (!reading) throw;
    throw misfit(asked, answer, failure.what());
  }
  if (!result) throw misfit(asked, answer, "no " + asked.exchange + "Response in it");
  return *result;
}

Outcome outcome_of(const sdk::Row& row, const sdk::Answer& answer, const Asked& asked) {
  if (row[key] != asked.key) throw misfit(asked, answer, "it is about another entry");
  if (row[outcome] == "received") {
    if (row[number].empty()) throw misfit(asked, answer, "the entry is received but has no Number");
    if (row.has(reason)) throw misfit(asked, answer, "the entry is received and has a Reason against it");
    return {sdk::Settled::received, std::string(row[number]), {}};
  }
  if (row[outcome] != "declined") throw misfit(asked, answer, "the entry is neither received nor declined");
  if (row.has(number)) throw misfit(asked, answer, "the entry is declined and has a Number");
  std::string why(row[reason_code]);
  if (!why.empty() && !row[reason].empty()) why += ": ";
  why += row[reason];
  return {sdk::Settled::declined, {}, why.empty() ? "the registry gave no reason" : why};
}

}  // namespace

std::string_view body_of(const sdk::Answer& answer, const Asked& asked) {
  const std::string_view body = answer.part("Body");
  if (body.empty()) throw misfit(asked, answer, "its Body is not among what was verified");
  if (answer.fault()) throw misfit(asked, answer, "a SOAP fault, which says nothing of what was asked");
  if (!answer.action().empty() && answer.action() != asked.action + "Response")
    throw misfit(asked, answer, "its Action belongs to another operation");
  return body;
}

Outcome read_receipt(const sdk::Answer& answer, const Asked& asked) {
  return read(reader(outcome_group("s:Body/q:" + asked.exchange + "Response")), answer, asked,
              [&](const sdk::Row& row) { return outcome_of(row, answer, asked); });
}

Outcome read_inquiry(const sdk::Answer& answer, const Asked& asked) {
  const sdk::RecordReader entries = reader({.name = "answer",
                                            .path = "s:Body/q:InquireEntryResponse",
                                            .fields = {},
                                            .groups = {outcome_group("q:Entry")}});
  const Outcome result = read(entries, answer, asked, [&](const sdk::Row& response) {
    std::optional<Outcome> found;
    for (const sdk::Row entry : response.children()) {
      const Outcome one = outcome_of(entry, answer, asked);
      if (found) throw misfit(asked, answer, "two entries under one key");
      found = one;
    }
    return found.value_or(Outcome{sdk::Settled::absent, {}, "the registry has no entry under this key"});
  });
  // "Absent" leads to sending again. Elements that we do not know are skipped, so an entry that stands where
  // none is looked for must not pass for none.
  if (result.settled == sdk::Settled::absent && answer.part("Body").find(asked.key) != std::string_view::npos)
    throw misfit(asked, answer, "it names the entry's key and yet has no Entry that can be read");
  return result;
}

}  // namespace tilts::rehabilitation_queue
