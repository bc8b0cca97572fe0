// What the gateway does for an adapter. gateway/pull implements it over the exchange and the store; tests
// implement it over a list.
//
// Every function is called on the thread that called Adapter::pull, push, inquire or resume. A failure is a
// thrown tilts::Error, whose code crosses to the adapter with its sentence; being stopped is a thrown
// Cancelled. The host has already checked what the adapter said against its limits and the descriptor, and
// keeps failures sticky: an implementation need not.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/record.h"
#include "plugins/host/content.h"

namespace tilts::host {

// The run is being stopped (SIGTERM): nothing is wrong, the next run carries on.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("stopped; the next run carries on from the last checkpoint") {}
};

struct Request {
  std::string operation;  // the profile's operation, which gives the action; or empty, and then:
  std::string action;
  std::string path;  // below the registry's endpoint; usually empty
  Content content;
  std::vector<std::string> subjects;  // personas kodi asked about: audited before the first byte leaves
};

enum class Assurance { message_signed, tls_only };

struct AnswerPart {
  std::string_view name;
  std::string_view bytes;
};

// What came beside an answer as a MIME part.
struct ReceivedPart {
  std::string_view id;  // Content-ID without "<" and ">"
  std::string_view media_type;
  std::string_view sha256;  // lower-case hex
  uint64_t size = 0;
  bool covered = false;  // by the message's own signature
};

// A file that was collected and is whole; views.
struct IncomingFile {
  std::string_view file;      // as collect() called it
  std::string_view document;  // what it belongs to: the folder it comes into
  std::string_view name;      // as its sender called it
  std::string_view digest_method;
  std::string_view digest;       // octets: of what travelled
  std::string_view wrapped_key;  // octets; empty: not encrypted
  bool compressed = false;       // GZIP, before it was encrypted
};

// Views into what the implementation keeps until the handler returns.
struct Answer {
  std::span<const AnswerPart> parts;
  Assurance assurance = Assurance::message_signed;
  int status = 200;             // of HTTP
  bool fault = false;           // a verified SOAP fault
  std::string_view action;      // verified; empty when absent
  std::string_view message_id;  // verified, opaque
  std::span<const ReceivedPart> received{};
  std::string_view signer{};        // subject of the signer's certificate; empty when TLS alone vouches
  std::string_view signing_time{};  // of a document, as its signer says
};

enum class Presence {
  present,
  gone,  // the registry no longer has it
  held,  // it cannot be read: what is stored stays, no removal is drawn from this run, `reason` goes to a
         // clerk
};

struct EmittedField {
  std::string_view name;
  std::string_view value;
};

// Views, valid until emit returns. Names are the descriptor's own and live as long as the library: for ever.
struct Emitted {
  std::string_view type;
  std::string_view key;
  std::string_view previous_key;
  Presence presence = Presence::present;
  std::string_view as_of;
  std::string_view reason;  // Presence::held
  std::span<const EmittedField> fields;

  // Not for Presence::held, which a Record cannot say.
  Record record() const;
};

enum class Settled { received, declined, absent };

enum class LogLevel { debug, information, warning, error };

class Services {
 public:
  virtual ~Services() = default;

  using MakeRequest = std::function<Request(uint64_t index)>;
  using TakeAnswer = std::function<void(uint64_t index, const Answer& answer)>;

  // Asks `count` questions (ask is one), up to the registry's concurrency at once: request(i) for ascending
  // i, each called once, then answer(i) in the same order, both on the calling thread. What a callback throws
  // ends the whole (exchanges under way are finished or dropped) and must leave this function unchanged.
  virtual void ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) = 0;
  // Sends at most once, `sending` durable before the first byte. answer may be called once, index 0.
  virtual void submit(const Request& request, const TakeAnswer& answer) = 0;

  virtual void emit(const Emitted& record) = 0;
  // Everything emitted since the last one and the cursor, in one transaction. `snapshot_total` is the
  // registry's own count of a full snapshot, absent when it does not say.
  virtual void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) = 0;
  virtual void settle(Settled settled, std::string_view receipt, std::string_view reason) = 0;
  virtual void park(std::string_view token, std::chrono::seconds until) = 0;

  // Returns early, without throwing, when the run is being stopped.
  virtual void wait(std::chrono::milliseconds time) = 0;
  // Asked by the host before every question, submission, wait and document: true makes them fail as
  // cancelled. What is under way may still be emitted and kept.
  virtual bool cancelled() = 0;

  virtual std::string sign_document(std::string_view document) = 0;
  virtual void verify_document(std::string_view document, const TakeAnswer& answer) = 0;

  // Inside an answer's callback: joins what came as this part, or inline, to the file that the adapter calls
  // so.
  virtual void collect(std::string_view file, std::string_view received_id) = 0;
  virtual void collect_bytes(std::string_view file, std::string_view bytes) = 0;
  // The file is proven, deciphered, unpacked and durable when this returns its name below the job's folder
  // for documents. Error(untrusted) is about this file alone.
  virtual std::string keep_file(const IncomingFile& file) = 0;

  // `text` has had anything that looks like a personas kods masked.
  virtual void log(LogLevel level, std::string_view text) = 0;

  // Whom this run may ask about: personas kodi in 11 digits, in an order that does not change during the run.
  virtual uint64_t roster_size() = 0;
  // At most `count` of them; fewer only at the end.
  virtual std::vector<std::string> roster(uint64_t first, uint64_t count) = 0;
  // The profile's <name key="…">; nothing when it has none.
  virtual std::optional<std::string> name(std::string_view key) = 0;
  // The action of the profile's <operation name="…">.
  virtual std::optional<std::string> action(std::string_view operation) = 0;

  virtual Time now() = 0;
  // A fresh random UUID in lower case.
  virtual std::string uuid() = 0;
};

}  // namespace tilts::host
