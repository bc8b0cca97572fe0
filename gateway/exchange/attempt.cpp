#include "gateway/exchange/attempt.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "gateway/exchange/fault.h"
#include "gateway/exchange/mtom.h"
#include "gateway/exchange/token_source.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

// Parsing an answer takes some fifteen times its bytes.
constexpr size_t tree_factor = 16;

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return copy;
}

template <typename Hook, typename Value>
void tell(const Hook& hook, const Value& value) {
  if (hook) hook(value);
}

}  // namespace

TransportSettings transport_settings(const Settings& settings) {
  const TransportLimits& limits = settings.profile.limits;
  return {.endpoint = settings.endpoint,
          .answer_bytes = limits.answer_bytes,
          .mtom = settings.profile.mtom,
          .attachment_bytes = limits.attachment_bytes,
          .part_folder = settings.part_folder,
          .connect = limits.connect,
          .answer = limits.answer,
          .keep_alive = limits.keep_alive};
}

Line::Line(const Settings& settings)
    : settings_(settings),
      rate_(settings.profile.limits.requests_per_second),
      connections_(transport_settings(settings), settings.profile.limits.concurrency) {
  if (settings.profile.request.token && settings.tokens == nullptr)
    throw Error(Code::config, "its profile wants a token; name the token-service in the configuration");
  const Connection proof(transport_settings(settings));  // refuses an endpoint that is not https
}

Verified Line::run(Attempt& attempt, const std::stop_token& stop) const {
  const Operation* operation = settings_.profile.operation(attempt.call->operation);
  if (operation == nullptr)
    throw Error(Code::config,
                fmt::format("its profile has no operation {}; add it there", attempt.call->operation));
  if (!rate_.wait(stop)) throw Error(Code::transient, "stopped on request");
  const Sent sent = send(attempt, *operation, stop);

  std::optional<Verified> verified;
  std::optional<Error> failure = sent.failure;
  const Time now = settings_.clock.now();
  const auto trust = settings_.trust->current();
  if (!failure) {
    try {
      verified = judge(sent.answer, attempt.message_id, trust, now, stop);
    } catch (const Error& error) {
      failure = error;
    }
  }
  Answered told{sent.asked, "", "", "", attempt.delivery.sent};
  if (verified) {
    told.outcome = verified->fault() ? "fault" : "answered";
    told.message_id = verified->message_id();
    told.signer_sha256 = verified->signer_sha256();
  } else {
    told.outcome = name(failure->code());
  }
  if (attempt.delivery.sent && attempt.hooks->evidence) {
    const bool packed = !sent.packed.bytes.empty();
    const std::string request = packed ? kept_form(sent.packed) : std::string();
    const bool mime = !sent.answer.parts.empty();
    const uint64_t files = attempt.hooks->keep_files ? settings_.profile.limits.answer_bytes : 0;
    const std::string answer = mime ? kept_form({sent.answer.body, sent.answer.parts}, files) : std::string();
    attempt.hooks->evidence(Traffic{sent.asked, packed ? request : sent.message.bytes,
                                    mime ? answer : sent.answer.body, told.outcome, now, trust});
  }
  tell(attempt.hooks->answered, told);

  if (verified && verified->fault() && !attempt.call->return_faults)
    failure = fault_error(read_fault(*verified), sent.token);
  if (failure) throw failure->inside("request " + attempt.message_id);
  return std::move(*verified);
}

// WS-Security 1.1, section 12: the codes that a token not taken is answered with. Another one may help.
Error Line::fault_error(const Fault& fault, const std::shared_ptr<const IssuedToken>& token) const {
  constexpr std::string_view not_taken[] = {"InvalidSecurityToken", "FailedAuthentication",
                                            "SecurityTokenUnavailable", "MessageExpired"};
  if (token == nullptr || std::ranges::find(not_taken, fault.subcode) == std::end(not_taken))
    return as_error(fault);
  settings_.tokens->drop(token);
  return Error(Code::transient,
               fmt::format("the registry did not take our token ({}); the next request carries a fresh one",
                           fault.subcode));
}

Line::Sent Line::send(Attempt& attempt, const Operation& operation, const std::stop_token& stop) const {
  const auto generation = settings_.keys->current();
  connections_.follow(*generation);
  Sent sent;
  if (settings_.tokens != nullptr) sent.token = settings_.tokens->current(*generation->identity, stop);
  const ConnectionPool::Lease connection(connections_, stop);

  const std::string& fixed_to = settings_.profile.to;
  const Addressing addressing{operation.action,
                              attempt.message_id,
                              fixed_to.empty() ? settings_.endpoint + attempt.call->path : fixed_to,
                              {}};
  sent.message = sign_message(settings_.profile, *generation->identity, addressing, attempt.call->content,
                              settings_.clock.now(), sent.token.get(), attempt.call->attachments);
  if (!attempt.call->attachments.empty())
    sent.packed =
        pack(settings_.profile.soap, operation.action, sent.message.bytes, attempt.call->attachments);
  const bool packed = !sent.packed.bytes.empty();
  const std::string_view bytes = packed ? sent.packed.bytes : sent.message.bytes;
  const size_t size = bytes.size();
  if (size > settings_.profile.limits.request_bytes)
    throw Error(Code::config,
                fmt::format("the request has {} bytes where its profile allows {}; ask for less at once",
                            size, settings_.profile.limits.request_bytes));
  const ByteBudget::Lease memory(*settings_.budget, size, stop);

  sent.asked = {attempt.index, attempt.number, operation.action, attempt.message_id, sent.message.expires};
  tell(attempt.hooks->asked, sent.asked);
  HttpRequest request{attempt.call->path,
                      packed ? sent.packed.media_type : media_type(settings_.profile.soap, operation.action),
                      {},
                      bytes};
  if (settings_.profile.soap == SoapVersion::v1_1) request.soap_action = operation.action;
  try {
    sent.answer = (*connection).post(request, generation, stop, attempt.delivery);
  } catch (const Error& error) {
    sent.failure = error;
  }
  return sent;
}

Verified Line::judge(const HttpAnswer& answer, const std::string& message_id,
                     std::shared_ptr<const Trust> trust, Time now, const std::stop_token& stop) const {
  const bool success = answer.status == 200;
  const bool maybe_fault =
      answer.status == 500 || answer.status == 400;  // SOAP 1.1, 6.2; SOAP 1.2 part 2, 7.5.2
  const Error other_status(Code::transient, fmt::format("it answered with HTTP status {}", answer.status));
  if (!success && !maybe_fault) throw other_status;
  try {
    check_media_type(answer.content_type);
    const ByteBudget::Lease memory(*settings_.budget, answer.body.size() * tree_factor, stop);
    const Verifier verifier(settings_.profile.answer, std::move(trust), Clock::fixed(now));
    Verified verified = verifier.message(answer.body, {message_id, {}}, answer.parts);
    if (success || verified.fault()) return verified;
  } catch (const Error& error) {
    if (error.code() != Code::untrusted) throw;
    const auto fault = peek_fault(answer.body);
    if (!fault && success) throw;
    const std::string claims =
        fault ? fmt::format("; it claims a fault ({}), which counts for nothing", name(*fault)) : "";
    if (success) throw Error(Code::untrusted, error.what() + claims);
    // Why it counts for nothing tells a wrong trust anchor from a registry in trouble.
    throw Error(Code::transient, other_status.what() + (fault ? claims + ": " + error.what() : ""));
  }
  throw other_status;
}

void Line::check_media_type(const std::string& content_type) const {
  if (settings_.profile.mtom && is_multipart(content_type)) return;  // MimeReader has judged it
  const std::string type = lower(xml::trim(std::string_view(content_type).substr(0, content_type.find(';'))));
  const std::string_view wanted =
      settings_.profile.soap == SoapVersion::v1_1 ? "text/xml" : "application/soap+xml";
  if (type.empty() || type == "text/html" || type == "text/plain")
    throw Error(Code::transient, "it answered with a page and not with SOAP: a proxy, or maintenance");
  if (type == "multipart/related")
    throw Error(Code::untrusted, "the answer is MIME multipart (MTOM), which its profile does not speak");
  if (type != wanted)
    throw Error(Code::untrusted,
                fmt::format("the answer's media type is not {}; see soap version in its profile", wanted));
  const std::string lowered = lower(content_type);
  const size_t charset = lowered.find("charset=");
  if (charset == std::string::npos) return;
  std::string value = lowered.substr(charset + std::string_view("charset=").size());
  value = value.substr(0, value.find(';'));
  std::erase(value, '"');
  if (xml::trim(value) != "utf-8") throw Error(Code::untrusted, "the answer says it is not in UTF-8");
}

}  // namespace tilts::exchange
