// The host as an adapter's author sees it: each service a function, each failure a Failure. A Host lives as
// long as the call it was handed to and is used on its thread alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "plugins/sdk/failure.h"
#include "plugins/sdk/record.h"
#include "plugins/sdk/writer.h"

namespace tilts::sdk {

struct Request {
  std::string operation;  // the profile's operation, which gives the action; or empty, and then:
  std::string action;
  std::string path;   // below the registry's endpoint
  Writer content;     // writer calls; or
  std::string bytes;  // ready bytes of:
  std::string media_type;
  std::vector<std::string> subjects;  // personas kodi asked about: they are audited
  // What content.attachment() means; their bytes live until the request was sent.
  std::vector<Attachment> attachments;
};

// What came beside an answer as a MIME part.
struct Received {
  std::string_view id;  // as xop:Include names it, without "cid:"
  std::string_view media_type;
  std::string_view sha256;  // lower-case hex
  uint64_t size = 0;        // bytes
  bool covered = false;     // by the message's own signature
};

// A file that was collected and is whole.
struct IncomingFile {
  std::string_view file;      // as collect() called it
  std::string_view document;  // what it belongs to: the folder it comes into
  std::string_view name;      // as its sender called it
  std::string_view digest_method;
  std::string_view digest;       // octets: of what travelled
  std::string_view wrapped_key;  // octets; empty: not encrypted
  bool compressed = false;       // GZIP, before it was encrypted
};

// Views, valid while the answer's callback runs.
class Answer {
 public:
  explicit Answer(const tilts_answer& answer) : answer_(&answer) {}

  // The verified bytes of a part ("Body"); empty when the answer has none.
  std::string_view part(std::string_view name) const {
    for (uint32_t index = 0; index < answer_->part_count; ++index)
      if (from_abi(answer_->parts[index].name) == name) return from_abi(answer_->parts[index].bytes);
    return {};
  }
  bool is_signed() const { return answer_->assurance == TILTS_ASSURANCE_SIGNED; }
  // What came beside it, in the order it came; none from a host older than 1.3.
  std::vector<Received> received() const {
    std::vector<Received> result;
    if (!since_1_3()) return result;
    const char* place = reinterpret_cast<const char*>(answer_->received);
    for (uint32_t index = 0; index < answer_->received_count; ++index, place += answer_->received_stride) {
      const tilts_received& one = *reinterpret_cast<const tilts_received*>(place);
      result.push_back(
          {from_abi(one.id), from_abi(one.media_type), from_abi(one.sha256), one.size, one.covered != 0});
    }
    return result;
  }
  // Subject of the signer's certificate, empty when TLS alone vouches; when a document's signer says that he
  // signed it: recorded, not trusted.
  std::string_view signer() const { return since_1_3() ? from_abi(answer_->signer) : std::string_view(); }
  std::string_view signing_time() const {
    return since_1_3() ? from_abi(answer_->signing_time) : std::string_view();
  }
  int status() const { return answer_->status; }
  bool fault() const { return answer_->fault != 0; }
  std::string_view action() const { return from_abi(answer_->action); }
  std::string_view message_id() const { return from_abi(answer_->message_id); }

 private:
  bool since_1_3() const {
    return answer_->struct_size >= offsetof(tilts_answer, signing_time) + sizeof(answer_->signing_time);
  }

  const tilts_answer* answer_;
};

enum class LogLevel : int32_t {
  debug = TILTS_LOG_DEBUG,
  information = TILTS_LOG_INFORMATION,
  warning = TILTS_LOG_WARNING,
  error = TILTS_LOG_ERROR,
};

enum class Settled : int32_t {
  received = TILTS_SETTLED_RECEIVED,
  declined = TILTS_SETTLED_DECLINED,
  absent = TILTS_SETTLED_ABSENT,  // inquire alone: the registry knows nothing of it
};

class Host {
 public:
  Host(const tilts_host& host, const tilts_record_type* record_types)
      : host_(&host), record_types_(record_types) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // request(index) -> Request; answer(index, const Answer&). As many at once as the registry allows; answers
  // come in order. Inside the callbacks emit and checkpoint are welcome, further questions are not.
  template <typename MakeRequest, typename TakeAnswer>
  void ask_many(uint64_t count, MakeRequest&& request, TakeAnswer&& answer) {
    using Both = Questions<std::remove_reference_t<MakeRequest>, std::remove_reference_t<TakeAnswer>>;
    Both questions{request, {answer, {}}, {}, {}};
    const tilts_status status = host_->ask_many(host_->context, count, &questions, &Both::make, &Both::take);
    questions.answers.rethrow();
    check(status);
  }

  // answer(const Answer&)
  template <typename TakeAnswer>
  void ask(const Request& request, TakeAnswer&& answer) {
    ask_many(
        1, [&](uint64_t) -> const Request& { return request; },
        [&](uint64_t, const Answer& given) { answer(given); });
  }

  // In push, once. answer(const Answer&)
  template <typename TakeAnswer>
  void submit(const Request& request, TakeAnswer&& answer) {
    auto take_one = [&](uint64_t, const Answer& given) { answer(given); };
    Answers<decltype(take_one)> answers{take_one, {}};
    Tables tables;
    const tilts_request sent = plain(request, tables);
    const tilts_status status =
        host_->submit(host_->context, &sent, &answers, &Answers<decltype(take_one)>::take);
    answers.rethrow();
    check(status);
  }

  void emit(const Record& record) {
    const tilts_record plain{sizeof(tilts_record),
                             static_cast<uint32_t>(&record.type() - record_types_),
                             to_abi(record.key),
                             to_abi(record.previous_key),
                             to_abi(record.as_of),
                             to_abi(record.reason),
                             record.fields().data(),
                             static_cast<uint32_t>(record.fields().size()),
                             sizeof(tilts_field),
                             static_cast<int32_t>(record.presence),
                             0};
    check(host_->emit(host_->context, &plain));
  }
  // `snapshot_total`: the registry's own count of what a full snapshot holds, where it says one.
  void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total = {}) {
    check(host_->checkpoint(host_->context, to_abi(cursor),
                            snapshot_total ? static_cast<int64_t>(*snapshot_total) : -1));
  }
  void settle(Settled settled, std::string_view receipt, std::string_view reason = {}) {
    check(host_->settle(host_->context, static_cast<int32_t>(settled), to_abi(receipt), to_abi(reason)));
  }
  // The answer comes later; return after it. The host calls resume with the token.
  void park(std::string_view token, std::chrono::seconds time) {
    check(host_->park(host_->context, to_abi(token), static_cast<uint64_t>(time.count())));
  }
  // At most a minute.
  void wait(std::chrono::milliseconds time) {
    check(host_->wait(host_->context, static_cast<uint64_t>(time.count())));
  }
  bool cancelled() const { return host_->cancelled(host_->context) != 0; }

  std::string sign_document(std::string_view document) {
    std::string result;
    check(host_->sign_document(host_->context, to_abi(document), sink(result)));
    return result;
  }
  // answer(const Answer&): what the document's signature covered.
  template <typename TakeAnswer>
  void verify_document(std::string_view document, TakeAnswer&& answer) {
    auto take_one = [&](uint64_t, const Answer& given) { answer(given); };
    Answers<decltype(take_one)> answers{take_one, {}};
    const tilts_status status = host_->verify_document(host_->context, to_abi(document), &answers,
                                                       &Answers<decltype(take_one)>::take);
    answers.rethrow();
    check(status);
  }

  // In a pull, inside an answer's callback: joins that part, or bytes that came inline, to the file that the
  // adapter calls so. What is not kept before the next checkpoint is gone.
  void collect(std::string_view file, std::string_view received_id) {
    check(since_1_3(host_->collect)(host_->context, to_abi(file), to_abi(received_id)));
  }
  void collect_bytes(std::string_view file, std::string_view bytes) {
    check(since_1_3(host_->collect_bytes)(host_->context, to_abi(file), to_abi(bytes)));
  }
  // The file stands in the job's folder for documents when this returns, under the name that it returns.
  // Failure(untrusted), after which one may go on with another file, when it is not what was said.
  std::string keep_file(const IncomingFile& given) {
    const tilts_incoming_file file{sizeof(tilts_incoming_file), given.compressed ? 1 : 0,
                                   to_abi(given.file),          to_abi(given.document),
                                   to_abi(given.name),          to_abi(given.digest_method),
                                   to_abi(given.digest),        to_abi(given.wrapped_key)};
    std::string name;
    check(since_1_3(host_->keep_file)(host_->context, &file, sink(name)));
    return name;
  }

  // Octets; `method`: the URI of SHA-256, 384 or 512 (XML encryption 5.7, RFC 6931 2.1).
  std::string digest(std::string_view method, std::string_view bytes) {
    std::string octets;
    check(since_1_3(host_->digest)(host_->context, to_abi(method), to_abi(bytes), sink(octets)));
    return octets;
  }

  void log(LogLevel level, std::string_view text) {
    check(host_->log(host_->context, static_cast<int32_t>(level), to_abi(text)));
  }

  // Whom this run may ask about: personas kodi in 11 digits.
  uint64_t roster_size() {
    uint64_t size = 0;
    check(host_->roster_size(host_->context, &size));
    return size;
  }
  std::vector<std::string> roster(uint64_t first, uint64_t count) {
    std::vector<std::string> codes;
    const auto put = [](void* context, tilts_text code) {
      static_cast<std::vector<std::string>*>(context)->emplace_back(from_abi(code));
    };
    check(host_->roster(host_->context, first, count, {&codes, put}));
    return codes;
  }

  // The profile's <name key="…">; Failure(config) when it has none.
  std::string name(std::string_view key) {
    std::string value;
    check(host_->name(host_->context, to_abi(key), sink(value)));
    return value;
  }
  // The action of the profile's <operation name="…">; Failure(config) when it has none.
  std::string action(std::string_view operation) {
    std::string value;
    check(host_->action(host_->context, to_abi(operation), sink(value)));
    return value;
  }
  // Wall time in milliseconds since 1970 UTC.
  int64_t now() {
    int64_t milliseconds = 0;
    check(host_->now(host_->context, &milliseconds));
    return milliseconds;
  }
  // Fresh, random, lower case.
  std::string uuid() {
    std::string value;
    check(host_->uuid(host_->context, sink(value)));
    return value;
  }

 private:
  // A request's tables, which its C form points to.
  struct Tables {
    std::vector<tilts_text> subjects;
    std::vector<tilts_attachment> attachments;
  };

  template <typename Service>
  Service since_1_3(const Service& service) const {
    if (host_->struct_size < offsetof(tilts_host, digest) + sizeof(host_->digest))
      throw Failure(Code::config, "the gateway is older than this adapter; it needs one of contract 1.3");
    return service;
  }

  static tilts_request plain(const Request& from, Tables& tables) {
    auto& [subjects, attachments] = tables;
    subjects.clear();
    attachments.clear();
    for (const std::string& subject : from.subjects) subjects.push_back(to_abi(subject));
    for (const Attachment& one : from.attachments)
      attachments.push_back(
          {to_abi(one.name), to_abi(one.media_type), to_abi(one.bytes), to_abi(one.sha256)});
    const std::string_view calls = from.content.bytes();
    const bool written = !calls.empty();
    return {sizeof(tilts_request),
            written              ? TILTS_CONTENT_CALLS
            : from.bytes.empty() ? TILTS_CONTENT_NONE
                                 : TILTS_CONTENT_BYTES,
            to_abi(from.operation),
            to_abi(from.action),
            to_abi(from.path),
            to_abi(from.media_type),
            to_abi(written ? calls : std::string_view(from.bytes)),
            subjects.data(),
            subjects.size(),
            attachments.data(),
            static_cast<uint32_t>(attachments.size()),
            sizeof(tilts_attachment)};
  }

  // These two stand between the host's C callbacks and the author's: an exception waits in them until the
  // host has returned.
  template <typename TakeAnswer>
  struct Answers {
    TakeAnswer& answer;
    std::exception_ptr thrown;

    static tilts_status take(void* context, uint64_t index, const tilts_answer* given) {
      return static_cast<Answers*>(context)->take(index, *given);
    }
    tilts_status take(uint64_t index, const tilts_answer& given) {
      try {
        answer(index, Answer(given));
        return TILTS_OK;
      } catch (...) {
        thrown = std::current_exception();
        return TILTS_BUG;
      }
    }
    void rethrow() const {
      if (thrown) std::rethrow_exception(thrown);
    }
  };

  template <typename MakeRequest, typename TakeAnswer>
  struct Questions {
    MakeRequest& request;
    Answers<TakeAnswer> answers;
    Request current;
    Tables tables;

    static tilts_status make(void* context, uint64_t index, tilts_request* to) {
      Questions& self = *static_cast<Questions*>(context);
      try {
        if constexpr (std::is_lvalue_reference_v<decltype(self.request(index))>) {
          *to = plain(self.request(index), self.tables);
        } else {
          self.current = self.request(index);
          *to = plain(self.current, self.tables);
        }
        return TILTS_OK;
      } catch (...) {
        self.answers.thrown = std::current_exception();
        return TILTS_BUG;
      }
    }
    static tilts_status take(void* context, uint64_t index, const tilts_answer* given) {
      return static_cast<Questions*>(context)->answers.take(index, *given);
    }
  };

  static tilts_sink sink(std::string& text) {
    return {&text,
            [](void* context, tilts_text value) { *static_cast<std::string*>(context) = from_abi(value); }};
  }

  void check(tilts_status status) const {
    if (status == TILTS_OK) return;
    throw Failure(static_cast<Code>(status), std::string(from_abi(host_->last_error(host_->context))));
  }

  const tilts_host* host_;
  const tilts_record_type* record_types_;
};

}  // namespace tilts::sdk
