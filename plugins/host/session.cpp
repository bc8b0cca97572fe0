#include "plugins/host/session.h"

#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "plugins/host/codes.h"
#include "plugins/host/text.h"

namespace tilts::host {
namespace {

constexpr uint64_t longest_park = uint64_t{3} * 366 * 86400;  // seconds
constexpr uint64_t largest_roster_page = 100'000;

[[noreturn]] void misuse(const std::string& what) { throw Error(Code::bug, what); }

}  // namespace

Session::Session(const Descriptor& descriptor, const Limits& limits, Activity& activity)
    : descriptor_(descriptor),
      limits_(limits),
      activity_(activity),
      table_(make_table(this)),
      records_(descriptor_, limits_) {}

void Session::begin(Services& services, Entrance entrance) {
  services_ = &services;
  entrance_ = entrance;
  thread_ = std::this_thread::get_id();
  failure_.reset();
  callback_ended_.reset();
  doubted_.reset();
  last_error_.clear();
  in_callback_ = submitted_ = settled_ = parked_ = false;
  records_since_ = bytes_since_ = log_lines_ = 0;
}

Ended Session::end(tilts_status status, const std::string& said) {
  Services& services = *services_;
  services_ = nullptr;
  thread_ = std::thread::id();
  if (failure_) status = failure_->status;
  const bool in_the_air = submitted_ && !settled_ && !parked_;
  const bool stopped = status == TILTS_CANCELLED && (failure_ || services.cancelled());
  if (stopped && !in_the_air) return Ended::cancelled;

  // A submission of which a byte may have left, and of whose end nothing is known, is unknown whatever
  // failed.
  const auto fail = [&](Code code, const std::string& why) -> Ended {
    throw Error(in_the_air ? Code::unknown : code, why);
  };
  if (failure_) return fail(code_of(status), failure_->sentence);
  if (foreign_) return fail(Code::bug, "called a service from another thread; mend the adapter");
  if (status < TILTS_OK || status > TILTS_BUG)
    return fail(Code::bug,
                fmt::format("returned the status {} for no reason of the host; mend the adapter", status));
  if (status != TILTS_OK)
    return fail(code_of(status), said.empty() ? "failed and gave no reason; mend the adapter" : said);
  if (records_since_ > 0)
    return fail(Code::bug, fmt::format("ended with {} records behind its last checkpoint; mend the adapter",
                                       records_since_));
  const bool about_a_submission = entrance_ != Entrance::pull && entrance_ != Entrance::resume_pull;
  if (about_a_submission && !settled_ && !parked_)
    return fail(Code::bug, "ended without saying how the submission ended; mend the adapter");
  return parked_ ? Ended::parked : Ended::done;
}

tilts_status Session::failed(Kind kind, tilts_status status, std::string_view what, std::string_view said) {
  if (callback_ended_) return std::exchange(callback_ended_, std::nullopt)->status;
  if (failure_) return failure_->status;  // inside a callback; the service around it ends for the same reason
  last_error_ = fmt::format("{}: {}", what, sentence(said));
  const bool one_of_many = kind == Kind::judging && status == TILTS_UNTRUSTED;
  if (one_of_many) doubted_ = last_error_;
  if (kind == Kind::keeping || (is_sticky(status) && !one_of_many)) failure_ = Failure{status, last_error_};
  return status;
}

// Runs the adapter's callback, and ends the service around it when the adapter or a service inside it failed.
template <typename Callback>
void Session::call_back(const Callback& callback) {
  const bool outer = std::exchange(in_callback_, true);
  activity_.adapter_runs();
  const tilts_status status = callback();
  activity_.host_runs();
  in_callback_ = outer;
  if (failure_) throw CallbackEnded{failure_->status};
  if (status == TILTS_OK) return;
  if (status < TILTS_OK || status > TILTS_LIMIT)
    misuse(fmt::format("a callback returned the status {}, which the contract does not have", status));
  callback_ended_ = CallbackEnded{status};
  throw CallbackEnded{status};
}

Services::TakeAnswer Session::taker(void* caller, tilts_answer_function take) {
  if (take == nullptr) misuse("its callback for answers is null");
  return [this, caller, take](uint64_t index, const Answer& answer) {
    std::vector<tilts_part> parts;
    parts.reserve(answer.parts.size());
    for (const AnswerPart& part : answer.parts) parts.push_back({to_abi(part.name), to_abi(part.bytes)});
    std::vector<tilts_received> received;
    for (const ReceivedPart& part : answer.received)
      received.push_back({to_abi(part.id), to_abi(part.media_type), to_abi(part.sha256), part.size,
                          part.covered ? 1 : 0, 0});
    const tilts_answer given{
        sizeof(tilts_answer),
        answer.assurance == Assurance::message_signed ? TILTS_ASSURANCE_SIGNED : TILTS_ASSURANCE_TLS_ONLY,
        answer.status,
        answer.fault ? 1 : 0,
        to_abi(answer.action),
        to_abi(answer.message_id),
        parts.data(),
        static_cast<uint32_t>(parts.size()),
        sizeof(tilts_part),
        received.data(),
        static_cast<uint32_t>(received.size()),
        sizeof(tilts_received),
        to_abi(answer.signer),
        to_abi(answer.signing_time)};
    call_back([&] { return take(caller, index, &given); });
  };
}

void Session::put(tilts_sink sink, std::string_view text) {
  if (sink.put == nullptr) misuse("its sink is null");
  sink.put(sink.context, to_abi(text));
}

void Session::ask_many(uint64_t count, void* caller, tilts_request_function request,
                       tilts_answer_function answer) {
  if (count > limits_.questions)
    throw LimitExceeded(fmt::format("{} questions, {} are allowed", count, limits_.questions));
  if (request == nullptr) misuse("its callback for requests is null");
  const Services::TakeAnswer take = taker(caller, answer);
  const auto make = [&](uint64_t index) {
    tilts_request given{};
    call_back([&] { return request(caller, index, &given); });
    return read_request(given, limits_);
  };
  if (count == 0) return;
  doubted_.reset();
  services_->ask_many(count, make, take);
}

void Session::submit(const tilts_request* given, void* caller, tilts_answer_function answer) {
  if (entrance_ != Entrance::push) misuse("only push may submit");
  if (submitted_) misuse("a submission is sent once");
  if (given == nullptr) misuse("the request is null");
  const Request request = read_request(*given, limits_);
  const Services::TakeAnswer take = taker(caller, answer);
  submitted_ = true;
  try {
    services_->submit(request, take);
  } catch (const Error& error) {
    // these prove that no byte left, or are the registry's trusted no
    if (error.code() == Code::transient || error.code() == Code::config || error.code() == Code::declined)
      submitted_ = false;
    throw;
  }
}

void Session::emit(const tilts_record* given) {
  if (entrance_ != Entrance::pull && entrance_ != Entrance::resume_pull) misuse("only a pull emits records");
  if (given == nullptr) misuse("the record is null");
  const Emitted record = records_.read(*given);
  // What was untrusted must not come in by another way: of it one can only say that it is held.
  if (doubted_ && record.presence != Presence::held) throw Error(Code::untrusted, *doubted_);
  ++records_since_;
  bytes_since_ += records_.bytes();
  if (records_since_ > limits_.records || bytes_since_ > limits_.record_bytes)
    throw LimitExceeded(fmt::format("{} records of {} bytes since the last checkpoint, {} of {} are allowed",
                                    records_since_, bytes_since_, limits_.records, limits_.record_bytes));
  services_->emit(record);
}

void Session::checkpoint(tilts_text cursor, int64_t snapshot_total) {
  if (entrance_ != Entrance::pull && entrance_ != Entrance::resume_pull)
    misuse("only a pull has checkpoints");
  if (snapshot_total < -1) misuse("a snapshot cannot have fewer than no records");
  const std::string_view place = argument(cursor, "the cursor", limits_.cursor);
  services_->checkpoint(
      place, snapshot_total < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(snapshot_total)));
  records_since_ = bytes_since_ = 0;
}

void Session::settle(int32_t given, tilts_text receipt, tilts_text reason) {
  if (entrance_ == Entrance::pull || entrance_ == Entrance::resume_pull) misuse("a pull has no submission");
  if (settled_) misuse("a submission is settled once");
  if (in_callback_) misuse("called it inside the callback of another");
  const Settled settled = settled_of(given);
  if (settled == Settled::absent && entrance_ != Entrance::inquire)
    misuse("only inquire may say that a submission is absent");
  services_->settle(settled, argument(receipt, "the receipt", limits_.cursor),
                    argument(reason, "the reason", limits_.cursor));
  settled_ = true;
}

void Session::park(tilts_text token, uint64_t seconds) {
  if (entrance_ == Entrance::inquire) misuse("an inquiry cannot be parked");
  if (settled_) misuse("what is settled cannot be parked");
  if (in_callback_) misuse("called it inside the callback of another");
  if (seconds > longest_park)
    throw LimitExceeded(fmt::format("{} seconds, {} are allowed", seconds, longest_park));
  const std::string_view text = argument(token, "the token", limits_.cursor);
  if (text.empty()) misuse("the token is empty");
  if (records_since_ > 0) misuse("records were emitted after the last checkpoint");
  services_->park(text, std::chrono::seconds(seconds));
  parked_ = true;
}

void Session::log(int32_t level, tilts_text text) {
  const LogLevel at = level_of(level);
  const std::string_view line = argument(text, "the line", limits_.log_text);
  if (++log_lines_ > limits_.log_lines)
    throw LimitExceeded(fmt::format("more than {} lines", limits_.log_lines));
  services_->log(at, sentence(line, limits_.log_text));
}

void Session::roster(uint64_t first, uint64_t count, tilts_sink code) {
  if (count > largest_roster_page)
    throw LimitExceeded(fmt::format("a page of {} people, {} are allowed", count, largest_roster_page));
  for (const std::string& one : services_->roster(first, count)) put(code, one);
}

// What an adapter calls a file while it comes in pieces.
std::string_view Session::collected(tilts_text file) const {
  if (entrance_ != Entrance::pull && entrance_ != Entrance::resume_pull) misuse("only a pull keeps files");
  const std::string_view name = argument(file, "the file", limits_.key);
  if (name.empty()) misuse("the file has no name");
  return name;
}

std::string Session::keep_file(const tilts_incoming_file* given) {
  constexpr size_t largest_digest = 64;
  constexpr size_t largest_key = 2048;  // RSA of 16 384 bits
  if (given == nullptr) misuse("the file is null");
  if (given->struct_size < sizeof(tilts_incoming_file)) misuse("the file is smaller than the contract's");
  return services_->keep_file(
      {.file = collected(given->file),
       .document = argument(given->document, "the document", limits_.key),
       .name = argument(given->name, "the file's name", limits_.key * 4),
       .digest_method = argument(given->digest_method, "the digest's method", limits_.key),
       .digest = octets(given->digest, "the digest", largest_digest),
       .wrapped_key = octets(given->wrapped_key, "the file's key", largest_key),
       .compressed = given->compressed != 0});
}

}  // namespace tilts::host
