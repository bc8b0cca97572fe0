#include "tests/simulator/service.h"

#include <thread>

#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/spoil.h"

namespace tilts::simulator {
namespace {

// What HTTP says the action is, which has to be the signed one (WS-Addressing 1.0 SOAP Binding, section 6.2);
// empty when it says none.
std::string http_action(const HttpRequest& request) {
  constexpr std::string_view parameter = "action=";
  std::string action = request.soap_action;
  if (const std::size_t at = request.content_type.find(parameter); at != std::string::npos)
    action = request.content_type.substr(at + parameter.size(),
                                         request.content_type.find(';', at) - at - parameter.size());
  std::erase(action, '"');
  return action;
}

bool is_kind(const std::optional<Fault>& fault, FaultKind kind) { return fault && fault->kind == kind; }

HttpReply proxy_page(long status) {
  return {.status = static_cast<unsigned>(status),
          .content_type = "text/html",
          .body = "<html><head><title>Error</title></head><body>The service is unavailable.</body></html>"};
}

constexpr std::chrono::seconds stale_by{3600};

// Throws Refusal for a multipart message that is none.
Incoming take_in(const HttpRequest& request) {
  if (!is_multipart(request.content_type)) return {.xml = request.body, .parts = {}};
  try {
    return take_apart(request.content_type, request.body);
  } catch (const std::runtime_error& error) {
    throw Refusal(Blame::sender, error.what());
  }
}

// What the envelope says, if there is one.
std::string claimed_message_id(const HttpRequest& request, const Profile& profile) {
  try {
    return simulator::claimed_message_id(take_in(request).xml, profile);
  } catch (const Refusal&) {
    return "";
  }
}

}  // namespace

Service::Service(const Profile& profile, const Clock& clock, Desk& desk, Faults& faults, ServiceKeys keys,
                 Signers& signers, std::vector<std::string> addresses, TokenFiles tokens)
    : profile_(profile),
      clock_(clock),
      desk_(desk),
      faults_(faults),
      keys_(std::move(keys)),
      verifier_(profile, signers, clock, std::move(addresses), desk, std::move(tokens)) {}

HttpReply Service::handle(const HttpRequest& request) {
  HttpReply reply = react(request);
  reply.date = http_date(clock_.now());
  return reply;
}

HttpReply Service::react(const HttpRequest& request) {
  ++counters_.received;
  const std::string operation = claimed_operation(request);
  const std::optional<Fault> fault = faults_.strike(operation, request.reused, answered_before(operation));
  if (is_kind(fault, FaultKind::reset_before)) return {.body = {}, .ending = Ending::reset};
  if (is_kind(fault, FaultKind::close_reused)) return {.body = {}, .ending = Ending::close};
  if (is_kind(fault, FaultKind::http_status)) return proxy_page(fault->value);
  if (request.method != "POST")
    return {.status = 405, .content_type = "text/plain", .body = "POST is spoken here"};
  if (!request.content_type.starts_with(media_type()) &&
      !(profile_.mtom && is_multipart(request.content_type)))
    return {.status = 415, .content_type = "text/plain", .body = std::string("not ") + media_type()};
  try {
    HttpReply reply = answer(request, operation, fault);
    if (is_kind(fault, FaultKind::slow)) std::this_thread::sleep_for(std::chrono::milliseconds(fault->value));
    if (is_kind(fault, FaultKind::http_status_after)) return proxy_page(fault->value);
    if (is_kind(fault, FaultKind::close_reused_after)) reply.ending = Ending::close;
    if (is_kind(fault, FaultKind::reset_after)) reply.ending = Ending::reset;
    if (is_kind(fault, FaultKind::truncated)) reply.ending = Ending::truncate;
    return reply;
  } catch (const Refusal& refusal) {
    ++counters_.refused;
    return fault_reply(refusal.blame(), refusal.what(), claimed_message_id(request, profile_), true,
                       refusal.subcode());
  } catch (const std::exception& error) {
    return fault_reply(Blame::receiver, error.what(), "", true);
  }
}

HttpReply Service::answer(const HttpRequest& request, const std::string& operation,
                          std::optional<Fault> fault) {
  Request verified = verifier_.verify(take_in(request));
  const std::string& action = profile_.operations.at(verified.operation);
  if (const std::string said = http_action(request); !said.empty() && said != action)
    throw Refusal(Blame::sender, "Action is not the one that HTTP names");
  if (is_kind(fault, FaultKind::unsigned_fault) || is_kind(fault, FaultKind::signed_fault))
    return fault_reply(Blame::receiver, "The registry cannot serve this now", verified.message_id,
                       fault->kind == FaultKind::signed_fault);
  if (is_kind(fault, FaultKind::late))
    return process_late(std::move(verified), request.body.size(), std::chrono::milliseconds(fault->value));
  Twist twist;
  if (is_kind(fault, FaultKind::ivis_error)) twist.ivis_error = static_cast<int>(fault->value);
  twist.leave_out_half = is_kind(fault, FaultKind::missing_page);
  twist.two_entries = is_kind(fault, FaultKind::two_entries);
  twist.other_audience = is_kind(fault, FaultKind::other_audience);
  twist.ended_token = is_kind(fault, FaultKind::ended_token);
  twist.future_token = is_kind(fault, FaultKind::future_token);
  twist.replayed_token = is_kind(fault, FaultKind::replayed_token);
  twist.other_key = is_kind(fault, FaultKind::other_key);
  Outcome outcome = process(verified, request.body.size(), twist);
  const std::string answering = outcome.action.empty() ? action + "Response" : outcome.action;
  Earlier said = is_kind(fault, FaultKind::replayed) ? earlier(operation) : Earlier();
  if (said.xml.empty()) {
    Answer stamped = stamp(answering, verified.message_id, std::move(outcome.content));
    stamped.parts = outcome.parts;
    said = {write(std::move(stamped), fault), std::move(outcome.parts)};
  }
  if (!fault) remember(verified.operation, said);
  return packed(std::move(said.xml), std::move(said.parts), answering, fault);
}

HttpReply Service::packed(std::string xml, std::vector<MimePart> parts, const std::string& action,
                          const std::optional<Fault>& fault) const {
  if (fault && spoils_parts(fault->kind)) spoil_parts(fault->kind, parts);
  if (parts.empty() && !is_kind(fault, FaultKind::part_missing))
    return {
        .status = 200, .content_type = std::string(media_type()) + "; charset=utf-8", .body = std::move(xml)};
  Multipart whole = put_together(std::move(xml), parts, media_type(), action);
  if (is_kind(fault, FaultKind::mtom_cut)) cut(whole);
  return {.status = 200,
          .content_type = std::move(whole.content_type),
          .body = std::move(whole.head),
          .further = std::move(whole.further)};
}

Outcome Service::process(const Request& request, std::size_t bytes, const Twist& twist) {
  Outcome outcome = desk_.answer(request, bytes, twist);
  ++counters_.processed;
  counters_.rows += outcome.rows;
  const std::lock_guard lock(counters_.mutex);
  ++counters_.operations[request.operation];
  return outcome;
}

// What is wrong with it nobody is left to be told.
HttpReply Service::process_late(Request request, std::size_t bytes, std::chrono::milliseconds time) {
  later_.after(time, [this, bytes, taken = std::make_shared<const Request>(std::move(request))] {
    try {
      process(*taken, bytes, {});
    } catch (const std::exception&) {
      ++counters_.refused;
    }
  });
  return {.body = {}, .ending = Ending::close};
}

std::string Service::write(Answer answer, const std::optional<Fault>& fault) const {
  const SigningKey* key = profile_.signs ? &keys_.answers : nullptr;
  if (fault) switch (fault->kind) {
      case FaultKind::unsigned_answer:
        key = nullptr;
        break;
      case FaultKind::wrong_signer:
        key = &keys_.stranger;
        break;
      case FaultKind::expired_certificate:
        key = &keys_.expired.value();
        break;
      case FaultKind::wrapped:
        return write_wrapped(answer, desk_.forge(answer.content), profile_.soap, keys_.answers);
      case FaultKind::stale:
        answer.created -= stale_by;
        answer.expires -= stale_by;
        break;
      case FaultKind::oversized:
        // the only thing wrong is the size
        pad(answer.content, profile_.answer_bytes);
        break;
      case FaultKind::malformed:
        leave_open(answer.content);
        break;
      case FaultKind::nested:
        nest(answer.content, static_cast<std::size_t>(fault->value));
        break;
      case FaultKind::stuffed:
        stuff(answer.content, static_cast<std::size_t>(fault->value));
        break;
      case FaultKind::include_beside_text:
        put_beside_include(answer.content);
        break;
      case FaultKind::entities:
        expand(answer.content);
        return with_entities(write_answer(answer, profile_.soap, key));
      case FaultKind::wrong_encoding:
        return in_windows_1257(write_answer(answer, profile_.soap, key));
      default:
        break;
    }
  return write_answer(answer, profile_.soap, key);
}

HttpReply Service::fault_reply(Blame blame, const std::string& reason, const std::string& relates_to,
                               bool is_signed, const std::string& subcode) const {
  Answer fault = stamp(fault_action, relates_to, fault_content(profile_.soap, blame, reason, subcode));
  fault.names_security = !subcode.empty();
  // SOAP 1.2 Part 2, 7.5.2.2: 400 for the sender's fault; SOAP 1.1 section 6.2 knows only 500
  const bool sender = blame == Blame::sender && profile_.soap == Soap::v1_2;
  return {.status = sender ? 400U : 500U,
          .content_type = std::string(media_type()) + "; charset=utf-8",
          .body = write_answer(fault, profile_.soap, is_signed && profile_.signs ? &keys_.answers : nullptr)};
}

Answer Service::stamp(std::string action, std::string relates_to, std::string content) const {
  const Clock::Time now = clock_.now();
  return {.action = std::move(action),
          .relates_to = profile_.relates_to ? std::move(relates_to) : "",
          .content = std::move(content),
          .created = now,
          .expires = now + profile_.answer_lifetime};
}

// For the choice of a fault only: nothing is verified yet.
std::string Service::claimed_operation(const HttpRequest& request) const {
  for (const auto& [name, action] : profile_.operations)
    if (request.body.find(action + "<") != std::string::npos) return name;
  return "";
}

Service::Earlier Service::earlier(const std::string& operation) const {
  const std::lock_guard lock(earlier_mutex_);
  const auto found = earlier_.find(operation);
  return found == earlier_.end() ? Earlier() : found->second;
}

void Service::remember(const std::string& operation, Earlier said) {
  const std::lock_guard lock(earlier_mutex_);
  earlier_[operation] = std::move(said);
}

bool Service::answered_before(const std::string& operation) const {
  const std::lock_guard lock(earlier_mutex_);
  return earlier_.contains(operation);
}

const char* Service::media_type() const {
  return profile_.soap == Soap::v1_1 ? "text/xml" : "application/soap+xml";
}

}  // namespace tilts::simulator
