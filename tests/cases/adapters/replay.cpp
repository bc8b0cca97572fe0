#include "tests/cases/adapters/replay.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <stdexcept>

#include "gateway/base/error.h"
#include "gateway/xml/canonical_writer.h"
#include "plugins/sdk/record_reader.h"
#include "tests/support/temporary_folder.h"

namespace tilts::cases {
namespace {

constexpr std::string_view soap12 = "http://www.w3.org/2003/05/soap-envelope";

std::string body_of(const host::Request& request) {
  xml::CanonicalWriter writer;
  writer.start(soap12, "Body", "s");
  writer.content([&](xml::CanonicalWriter& inside) { request.content.write(inside); });
  writer.end();
  return writer.take();
}

}  // namespace

Replay::Replay(const Case& data, const std::filesystem::path& profile) : data_(data) {
  const sdk::RecordReader reader(
      {.namespaces = {{"q", "urn:tilts:profile:1"}},
       .root = {
           .name = {},
           .path = {},
           .fields = {},
           .groups = {
               {.name = "name", .path = "q:profile/q:names/q:name", .fields = {"@key", "."}, .groups = {}},
               {.name = "operation",
                .path = "q:profile/q:operations/q:operation",
                .fields = {"@name", "@action"},
                .groups = {}}}}});
  reader.read(support::read_file(profile), [&](const sdk::Row& row) {
    (row.group() == "name" ? names_ : actions_)[std::string(row[0])] = std::string(row[1]);
  });
  for (const auto& [key, value] : data.names) names_[key] = value;
}

void Replay::ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) {
  std::deque<std::string> under_way;
  uint64_t answered = 0;
  for (uint64_t index = 0; index < count; ++index) {
    under_way.push_back(send(request(index)));
    if (under_way.size() < 2) continue;
    give(under_way.front(), answered++, answer);
    under_way.pop_front();
  }
  for (const std::string& exchange : under_way) give(exchange, answered++, answer);
}

std::string Replay::send(const host::Request& request) {
  const std::string exchange = request.operation + "-" + std::to_string(++asked_[request.operation]);
  std::string text = body_of(request);
  check_subjects(exchange, request, text);
  requests_[exchange] = std::move(text);
  return exchange;
}

// Who is audited must be who is asked about: of a roster the request names them, or an earlier one did whose
// answer it fetches; of an entry its key does.
void Replay::check_subjects(const std::string& exchange, const host::Request& request,
                            const std::string& body) const {
  if (data_.enter == Enter::push || data_.enter == Enter::inquire) {
    if (request.subjects != std::vector<std::string>{std::string(subject_of(data_.entry.record.key))})
      throw std::logic_error(exchange + " is not about the person of its entry");
    return;
  }
  const auto fetches = [&](const std::string& subject) {
    return data_.enter == Enter::resume || std::ranges::any_of(requests_, [&](const auto& earlier) {
             return earlier.second.find(subject) != std::string::npos;
           });
  };
  for (const std::string& subject : request.subjects)
    if (body.find(subject) == std::string::npos &&
        !(body.find("orrelationID>") != std::string::npos && body.find("IVISRequest") == std::string::npos &&
          fetches(subject)))
      throw std::logic_error(exchange + " does not ask about a subject of it");
}

void Replay::give(const std::string& exchange, uint64_t index, const TakeAnswer& answer) {
  std::string body = data_.read(exchange + ".response.xml");
  const std::string operation = exchange.substr(0, exchange.rfind('-'));
  if (body.empty()) {
    const auto usual = data_.home / "cases/usual" / (operation + ".response.xml");
    if (!std::filesystem::exists(usual)) throw std::logic_error("the case has no answer to " + exchange);
    body = support::read_file(usual);
  }
  const std::string other_part = data_.read(exchange + ".part.txt");
  const std::string other_action = data_.read(exchange + ".action.txt");
  const host::AnswerPart part{other_part.empty() ? "Body" : std::string_view(other_part), body};
  const std::string action = other_action.empty() ? *this->action(operation) + "Response" : other_action;
  host::Answer given;
  given.parts = {&part, 1};
  given.fault = body.find(":Fault>") != std::string::npos;
  if (!given.fault) given.action = action;
  given.message_id = "urn:uuid:ffffffff-0000-4000-8000-000000000000";
  answer(index, given);
}

void Replay::submit(const host::Request& request, const TakeAnswer& answer) {
  give(send(request), 0, answer);
}

void Replay::settle(host::Settled settled, std::string_view receipt, std::string_view reason) {
  kept_ += settled == host::Settled::received   ? "received"
           : settled == host::Settled::declined ? "declined"
                                                : "absent";
  if (!receipt.empty()) kept_ += " \"" + std::string(receipt) + '"';
  if (!reason.empty()) kept_ += ": " + std::string(reason);
  kept_ += '\n';
}

void Replay::park(std::string_view token, std::chrono::seconds until) {
  parked_ = true;
  kept_ += "parked for " + std::to_string(until.count()) + " s: " + std::string(token) + '\n';
}

void Replay::wait(std::chrono::milliseconds time) {
  kept_ += "waited " + std::to_string(time.count()) + " ms\n";
}

std::string Replay::sign_document(std::string_view) { throw std::logic_error("no case signs a document"); }
void Replay::verify_document(std::string_view, const TakeAnswer&) {
  throw std::logic_error("no case verifies a document");
}

void Replay::emit(const host::Emitted& record) {
  const std::string presence = record.presence == host::Presence::present ? "present"
                               : record.presence == host::Presence::gone  ? "gone"
                                                                          : "held";
  emitted_ += std::string(record.type) + " " + std::string(record.key) + " " + presence;
  if (!record.previous_key.empty()) emitted_ += " was " + std::string(record.previous_key);
  emitted_ += " as of " + std::string(record.as_of.empty() ? "nobody knows when" : record.as_of);
  if (!record.reason.empty()) emitted_ += ": " + std::string(record.reason);
  emitted_ += '\n';
  for (const host::EmittedField& field : record.fields)
    emitted_ += "  " + std::string(field.name) + ": " + std::string(field.value) + '\n';
}

void Replay::checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) {
  kept_ += emitted_ + "checkpoint \"" + std::string(cursor) + '"';
  if (snapshot_total) kept_ += " of " + std::to_string(*snapshot_total) + " in all";
  kept_ += '\n';
  emitted_.clear();
}

void Replay::log(host::LogLevel, std::string_view text) { kept_ += "log: " + std::string(text) + '\n'; }

std::vector<std::string> Replay::roster(uint64_t first, uint64_t count) {
  const auto begin =
      data_.roster.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(first, data_.roster.size()));
  return {begin, begin + static_cast<ptrdiff_t>(
                             std::min<uint64_t>(count, static_cast<uint64_t>(data_.roster.end() - begin)))};
}

std::optional<std::string> Replay::name(std::string_view key) {
  const auto found = names_.find(key);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Replay::action(std::string_view operation) {
  const auto found = actions_.find(operation);
  return found == actions_.end() ? std::nullopt : std::optional(found->second);
}

std::string Replay::uuid() {
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012d", ++uuids_);
  return text.data();
}

}  // namespace tilts::cases
