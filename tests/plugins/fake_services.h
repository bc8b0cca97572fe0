// The host's services over plain lists, so that an adapter can be tried without a gateway.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/xml/canonical_writer.h"
#include "plugins/host/services.h"

namespace tilts::host {

struct FakeServices : Services {
  // what the test sets
  std::vector<std::string> people;
  std::map<std::string, std::string> names;
  std::function<std::string(const Request&)> registry = [](const Request&) { return std::string("<none/>"); };
  std::function<void()> before_checkpoint = [] {};
  bool stopping = false;
  bool stopped_by_waiting = false;
  bool swallow_callback_failures = false;

  // what the adapter did
  std::vector<Request> requests;
  std::vector<Request> submissions;
  std::vector<Record> pending;
  std::vector<Record> kept;
  std::vector<std::string> held_reasons;
  std::vector<std::string> cursors;
  std::optional<uint64_t> total;
  std::vector<std::string> lines;
  std::string token;
  std::string settlement;
  std::vector<std::string> collected;
  std::vector<std::string> files;
  std::vector<ReceivedPart> beside;       // every answer
  std::optional<Error> document_verdict;  // of every document and every file

  // The XML that a request's calls come to.
  static std::string xml(const Request& request) {
    xml::CanonicalWriter writer;
    request.content.write(writer);
    return writer.take();
  }

  void answer_one(uint64_t index, const Request& request, const TakeAnswer& answer) {
    const std::string body = registry(request);
    const AnswerPart parts[] = {{"Body", body}};
    answer(index,
           Answer{parts, Assurance::message_signed, 200, false, "urn:action", "urn:uuid:4f1c", beside});
  }

  void ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) override {
    try {
      for (uint64_t index = 0; index < count; ++index) requests.push_back(request(index));
      for (uint64_t index = 0; index < count; ++index)
        answer_one(index, requests[requests.size() - count + index], answer);
    } catch (const Error&) {
      throw;
    } catch (...) {
      if (!swallow_callback_failures) throw;
    }
  }
  void submit(const Request& request, const TakeAnswer& answer) override {
    submissions.push_back(request);
    answer_one(0, request, answer);
  }
  void emit(const Emitted& record) override {
    if (record.presence == Presence::held) held_reasons.emplace_back(record.reason);
    pending.push_back(record.record());
  }
  void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) override {
    before_checkpoint();
    kept.insert(kept.end(), pending.begin(), pending.end());
    pending.clear();
    cursors.emplace_back(cursor);
    total = snapshot_total;
  }
  void settle(Settled settled, std::string_view receipt, std::string_view reason) override {
    settlement = settled == Settled::received   ? "received " + std::string(receipt)
                 : settled == Settled::declined ? "declined " + std::string(reason)
                                                : "absent " + std::string(reason);
  }
  void park(std::string_view text, std::chrono::seconds) override { token = text; }
  void wait(std::chrono::milliseconds) override { stopping = stopped_by_waiting; }
  bool cancelled() override { return stopping; }
  std::string sign_document(std::string_view document) override { return "signed " + std::string(document); }
  void verify_document(std::string_view document, const TakeAnswer& answer) override {
    if (document_verdict) throw *document_verdict;
    const AnswerPart parts[] = {{"Document", document}};
    answer(0, Answer{parts, Assurance::message_signed, 0, false, {}, {}});
  }
  void collect(std::string_view file, std::string_view received_id) override {
    collected.push_back(std::string(file) + " part " + std::string(received_id));
  }
  void collect_bytes(std::string_view file, std::string_view bytes) override {
    collected.push_back(std::string(file) + " " + std::string(bytes));
  }
  std::string keep_file(const IncomingFile& file) override {
    if (document_verdict) throw *document_verdict;
    files.push_back(std::string(file.document) + "/" + std::string(file.name));
    return files.back();
  }
  void log(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  uint64_t roster_size() override { return people.size(); }
  std::vector<std::string> roster(uint64_t first, uint64_t count) override {
    const auto begin = people.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(first, people.size()));
    return {begin, begin + static_cast<ptrdiff_t>(
                               std::min<uint64_t>(count, static_cast<uint64_t>(people.end() - begin)))};
  }
  std::optional<std::string> name(std::string_view key) override {
    const auto found = names.find(std::string(key));
    return found == names.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> action(std::string_view operation) override {
    return "urn:" + std::string(operation);
  }
  Time now() override { return parse_time("2026-11-21T02:30:00Z"); }
  std::string uuid() override { return "7d0c0000-0000-4000-8000-000000000000"; }
};

}  // namespace tilts::host
