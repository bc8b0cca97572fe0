#include "tests/cases/adapters/replay.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <sstream>
#include <stdexcept>

#include "gateway/base/error.h"
#include "gateway/xml/canonical_writer.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"
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
               {.name = "document",
                .path = "q:profile/q:document/q:signature",
                .fields = {"@element"},
                .groups = {}},
               {.name = "operation",
                .path = "q:profile/q:operations/q:operation",
                .fields = {"@name", "@action"},
                .groups = {}}}}});
  reader.read(support::read_file(profile), [&](const sdk::Row& row) {
    if (row.group() == "document") {
      document_element_ = row[0];
      return;
    }
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
  std::vector<host::AnswerPart> parts{{other_part.empty() ? "Body" : std::string_view(other_part), body}};
  const std::string document = data_.read(exchange + ".document.xml");
  if (!document.empty()) parts.push_back({"Document", document});
  std::vector<std::string> ids;  // of what came beside it, one a line
  std::istringstream lines(data_.read(exchange + ".received.txt"));
  for (std::string id; std::getline(lines, id);) ids.push_back(id);
  std::vector<host::ReceivedPart> received;
  for (const std::string& id : ids) received.push_back({.id = id, .media_type = "application/octet-stream"});
  const std::string action = other_action.empty() ? *this->action(operation) + "Response" : other_action;
  host::Answer given;
  given.parts = parts;
  given.received = received;
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

// As it came: what a signature is, the exchange's tests know.
std::string Replay::sign_document(std::string_view document) { return std::string(document); }

// document-N.refused.txt: the verdict on the N-th document that is judged.
void Replay::verify_document(std::string_view document, const TakeAnswer& answer) {
  const std::string refused = data_.read("document-" + std::to_string(++documents_) + ".refused.txt");
  if (!refused.empty()) throw Error(Code::untrusted, refused);
  const xml::Document tree = xml::parse(document, {});
  xmlNode* root = xmlDocGetRootElement(tree.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root)) {
    const std::string name =
        "{" + std::string(xml::namespace_of(node)) + "}" + std::string(xml::local_name(node));
    if (name != document_element_) continue;
    const std::string bytes = xml::canonicalize(node);
    const host::AnswerPart part{name, bytes};
    host::Answer given;
    given.parts = {&part, 1};
    return answer(0, given);
  }
  throw std::logic_error("the document has not what the profile has signed");
}

void Replay::collect(std::string_view file, std::string_view received_id) {
  kept_ += "collected part " + std::string(received_id) + " for " + std::string(file) + '\n';
}
void Replay::collect_bytes(std::string_view file, std::string_view bytes) {
  kept_ += "collected \"" + std::string(bytes) + "\" for " + std::string(file) + '\n';
}
std::string Replay::keep_file(const host::IncomingFile& file) {
  const std::string refused = data_.read("file-" + std::to_string(++files_) + ".refused.txt");
  if (!refused.empty()) throw Error(Code::untrusted, refused);
  kept_ += "kept " + std::string(file.file) + " as " + std::string(file.document) + "/" +
           std::string(file.name) + (file.compressed ? ", unpacked" : "") +
           (file.wrapped_key.empty() ? "" : ", deciphered") +
           (file.digest.empty() ? "" : ", by " + std::string(file.digest_method)) + '\n';
  return std::string(file.document) + "/" + std::string(file.name);
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
