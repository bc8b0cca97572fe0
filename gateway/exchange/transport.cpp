#include "gateway/exchange/transport.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/exchange/curl_options.h"
#include "gateway/exchange/mime.h"
#include "gateway/exchange/tls.h"

namespace tilts::exchange {
namespace {

using Easy = Handle<CURL, curl_easy_cleanup>;
using Headers = Handle<curl_slist, curl_slist_free_all>;
using Steady = std::chrono::steady_clock;

// Everything the callbacks of one post() need.
struct Flight {
  const Generation* generation = nullptr;
  const std::stop_token* stop = nullptr;
  std::string_view unread;  // of the request body
  size_t limit = 0;         // of the answer body
  std::chrono::milliseconds answer{};
  Steady::time_point deadline;  // set when the request begins
  bool begun = false;
  bool repeated = false;  // libcurl wanted to send the request a second time
  bool too_large = false;
  bool late = false;
  std::string body;
  CURL* handle = nullptr;
  const TransportSettings* settings = nullptr;
  std::unique_ptr<MimeReader> mime;  // the answer is MIME, as its profile allows
  std::optional<Error> failure;      // of reading it

  void begin_answer();
};

std::string content_type_of(CURL* handle) {
  const char* content_type = nullptr;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &content_type);
  return content_type == nullptr ? std::string() : content_type;
}

void Flight::begin_answer() {
  const std::string type = content_type_of(handle);
  if (settings->mtom && is_multipart(type))
    mime = std::make_unique<MimeReader>(type, MimeLimits{.root_bytes = settings->answer_bytes,
                                                         .parts_bytes = settings->attachment_bytes,
                                                         .folder = settings->part_folder});
}

// The body is read once, forward: there is no seek function, so libcurl cannot rewind and send it again.
size_t read_body(char* into, size_t size, size_t count, void* flight) {
  std::string_view& unread = static_cast<Flight*>(flight)->unread;
  const size_t taken = std::min(size * count, unread.size());
  std::memcpy(into, unread.data(), taken);
  unread.remove_prefix(taken);
  return taken;
}

size_t write_body(char* bytes, size_t size, size_t count, void* flight) {
  Flight& self = *static_cast<Flight*>(flight);
  try {
    if (self.body.empty() && self.mime == nullptr) self.begin_answer();
    if (self.mime != nullptr) {
      self.mime->add({bytes, size * count});
      return size * count;
    }
  } catch (const Error& error) {
    self.failure = error;
    return 0;
  } catch (const std::exception&) {  // libcurl's C stands between here and whoever could catch it
    self.failure = Error(Code::transient, "the answer could not be taken in");
    return 0;
  }
  if (size * count > self.limit - self.body.size()) {
    self.too_large = true;
    return 0;
  }
  self.body.append(bytes, size * count);
  return size * count;
}

// Called when a connection stands and a request is about to begin; the second time of one flight is a
// re-send, which libcurl does by itself when a kept connection turns out to be closed.
int before_request(void* flight, char*, char*, int, int) {
  Flight& self = *static_cast<Flight*>(flight);
  self.repeated = std::exchange(self.begun, true);
  self.deadline = Steady::now() + self.answer;
  return self.repeated ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

int on_progress(void* flight, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  Flight& self = *static_cast<Flight*>(flight);
  self.late = self.begun && Steady::now() >= self.deadline;
  return self.late || self.stop->stop_requested() ? 1 : 0;
}

void land(Flight* flight) { *flight = Flight{}; }

void append(Headers& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)headers.release();
  headers.reset(longer);
}

// What happened, in words; libcurl's own text may quote the other side and stays out.
std::string_view sentence(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its host name is not known; check DNS";
    case CURLE_COULDNT_CONNECT:
      return "it does not accept connections; check address and firewall";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its TLS certificate is not trusted, or is for another host; check the tls anchor and the "
             "address";
    case CURLE_SSL_CONNECT_ERROR:
      return "TLS was not agreed; check that it knows our certificate";
    case CURLE_SSL_CERTPROBLEM:
      return "our own certificate or key is not usable for TLS";
    case CURLE_SEND_ERROR:
      return "the connection broke while the request was sent";
    case CURLE_GOT_NOTHING:
      return "the connection was closed without an answer";
    case CURLE_RECV_ERROR:
      return "the connection broke before the answer was complete; check that it accepts our certificate";
    case CURLE_PARTIAL_FILE:
      return "the answer is shorter than it said";
    default:
      return curl_easy_strerror(code);
  }
}

}  // namespace

struct Connection::State {
  TransportSettings settings;
  Easy easy;
  std::shared_ptr<const Generation> generation;  // of the kept connection
  Flight flight;
  bool sent = false;  // written by TLS

  static CURLcode on_context(CURL*, void* context, void* state) {
    State& self = *static_cast<State*>(state);
    auto* tls = static_cast<SSL_CTX*>(context);
    watch_application_data(tls, &self.sent);
    return equip(tls, *self.generation) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
  }

  void open();
  HttpAnswer answer_of(CURLcode code);
  [[noreturn]] void fail(CURLcode code) const;
};

// Everything that stays the same from one request to the next.
void Connection::State::open() {
  easy.reset(curl_easy_init());
  if (easy == nullptr) throw Error(Code::bug, "libcurl makes no handle");
  CURL* handle = easy.get();
  set_common_options(handle, settings);
  set(handle, CURLOPT_MAXCONNECTS, 1L);
  set(handle, CURLOPT_MAXAGE_CONN, static_cast<long>(settings.keep_alive.count() * 3 / 4));
  set(handle, CURLOPT_SSL_CTX_FUNCTION, &State::on_context);
  set(handle, CURLOPT_SSL_CTX_DATA, this);

  set(handle, CURLOPT_POST, 1L);
  set(handle, CURLOPT_READFUNCTION, read_body);
  set(handle, CURLOPT_READDATA, &flight);
  set(handle, CURLOPT_WRITEFUNCTION, write_body);
  set(handle, CURLOPT_WRITEDATA, &flight);
  set(handle, CURLOPT_PREREQFUNCTION, before_request);
  set(handle, CURLOPT_PREREQDATA, &flight);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(handle, CURLOPT_XFERINFODATA, &flight);
}

HttpAnswer Connection::State::answer_of(CURLcode code) {
  if (code != CURLE_OK) fail(code);
  HttpAnswer answer;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  answer.content_type = content_type_of(easy.get());
  if (flight.mime == nullptr) {
    answer.body = std::move(flight.body);
    return answer;
  }
  MimeMessage message = flight.mime->finish();
  answer.body = std::move(message.root);
  answer.parts = std::move(message.parts);
  return answer;
}

void Connection::State::fail(CURLcode code) const {
  if (flight.failure) throw *flight.failure;
  if (flight.too_large || code == CURLE_FILESIZE_EXCEEDED)
    throw Error(Code::untrusted,
                fmt::format("the answer is larger than {} bytes; ask for smaller pages, or raise "
                            "answer-bytes in the profile",
                            settings.answer_bytes));
  if (flight.stop->stop_requested()) throw Error(Code::transient, "stopped on request");
  if (flight.late || code == CURLE_OPERATION_TIMEDOUT)
    throw Error(Code::transient, flight.begun
                                     ? fmt::format("no whole answer within {} ms", settings.answer.count())
                                     : fmt::format("no connection within {} ms", settings.connect.count()));
  // libcurl wanted to send it again, before the first byte of the body or after it.
  if (flight.repeated || code == CURLE_SEND_FAIL_REWIND)
    throw Error(Code::transient, "a kept connection was closed without an answer");
  // Somebody else answers there, or the anchor is wrong: neither goes away by asking again.
  const Code then = code == CURLE_PEER_FAILED_VERIFICATION ? Code::untrusted : Code::transient;
  throw Error(then, std::string(sentence(code)));
}

Connection::Connection(TransportSettings settings) : state_(std::make_unique<State>()) {
  if (!settings.endpoint.starts_with("https://"))
    throw Error(Code::config, "the endpoint is not an https:// address");
  state_->settings = std::move(settings);
}

Connection::~Connection() = default;

void Connection::retire() { state_->easy.reset(); }

HttpAnswer Connection::post(const HttpRequest& request, std::shared_ptr<const Generation> generation,
                            const std::stop_token& stop, Delivery& delivery) {
  State& state = *state_;
  state.sent = false;
  if (state.generation != generation) retire();
  state.generation = std::move(generation);
  if (state.easy == nullptr) state.open();

  state.flight = Flight{};
  state.flight.handle = state.easy.get();
  state.flight.settings = &state.settings;
  state.flight.stop = &stop;
  state.flight.unread = request.body;
  state.flight.limit = state.settings.answer_bytes;
  state.flight.answer = state.settings.answer;

  // What an answer took, and the file of its parts above all, goes with it: not with the next request.
  const Handle<Flight, land> landed(&state.flight);
  Headers headers;
  append(headers, "Content-Type: " + request.content_type);
  append(headers, "Expect:");  // no 100-continue: the body follows at once
  append(headers, "Accept:");
  if (!request.soap_action.empty()) append(headers, "SOAPAction: \"" + request.soap_action + "\"");
  CURL* handle = state.easy.get();
  set(handle, CURLOPT_URL, (state.settings.endpoint + request.path).c_str());
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));

  const CURLcode code = curl_easy_perform(handle);
  long opened = 0;
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &opened);
  delivery.sent = state.sent;
  delivery.reused = opened == 0;
  set(handle, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  try {
    return state.answer_of(code);
  } catch (const Error&) {
    retire();  // whatever is left on that connection belongs to nobody
    throw;
  }
}

}  // namespace tilts::exchange
