#include "tests/simulator/http.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>

#include <arpa/inet.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/simulator/stream.h"

namespace tilts::simulator {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t piece = 64 * 1024;

[[noreturn]] void fail(const std::string& address, const char* what) {
  throw std::runtime_error(fmt::format("address {}: {}: {}", address, what, std::strerror(errno)));
}

sockaddr_in parse_address(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in parsed{};
  parsed.sin_family = AF_INET;
  const bool whole =
      colon != std::string::npos && address.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  const unsigned long port =
      whole && colon + 1 < address.size() ? std::stoul(address.substr(colon + 1)) : 65'536;
  if (port > 65'535 || inet_pton(AF_INET, address.substr(0, colon).c_str(), &parsed.sin_addr) != 1)
    throw std::runtime_error("address " + address + ": not an IPv4 address and a port");
  parsed.sin_port = htons(static_cast<std::uint16_t>(port));
  return parsed;
}

struct Reading {
  std::optional<HttpRequest> request;
  bool too_large = false;
};

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

// The next request; none when the peer has gone or does not speak HTTP. `buffer` keeps what came too early.
Reading read_request(Stream& stream, boost::beast::flat_buffer& buffer, std::size_t largest) {
  http::request_parser<http::string_body> parser;
  parser.body_limit(largest);
  parser.eager(true);
  bool continued = false;
  boost::beast::error_code error;
  while (!parser.is_done()) {
    if (buffer.size() != 0) buffer.consume(parser.put(buffer.data(), error));
    if (error == http::error::body_limit) return {.request = {}, .too_large = true};
    if (error && error != http::error::need_more) return {};
    if (parser.is_done()) break;
    if (parser.is_header_done() && !continued && parser.get()[http::field::expect] == "100-continue") {
      continued = true;
      stream.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    const auto space = buffer.prepare(piece);
    const std::size_t count = stream.read(static_cast<char*>(space.data()), piece);
    if (count == 0) return {};
    buffer.commit(count);
    error = {};
  }
  auto& message = parser.get();
  return {.request = HttpRequest{.method = text_of(message.method_string()),
                                 .target = text_of(message.target()),
                                 .content_type = text_of(message[http::field::content_type]),
                                 .soap_action = text_of(message["SOAPAction"]),
                                 .body = std::move(message.body())}};
}

// True when the connection goes on.
bool write_reply(Stream& stream, const HttpReply& reply) {
  if (reply.ending == Ending::reset) stream.reset();
  if (reply.ending == Ending::reset || reply.ending == Ending::close) return false;
  std::size_t promised = reply.body.size();
  for (const Octets& octets : reply.further) promised += octets.size();
  std::string bytes = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n", reply.status,
      text_of(http::obsolete_reason(http::int_to_status(reply.status))), reply.content_type, promised);
  if (!reply.date.empty()) bytes.insert(bytes.size() - 2, "Date: " + reply.date + "\r\n");
  const bool whole = reply.ending == Ending::keep;
  std::size_t left = whole ? promised : promised / 2;
  bytes.append(reply.body, 0, left);
  left -= std::min(left, reply.body.size());
  if (!stream.write(bytes)) return false;
  for (const Octets& octets : reply.further) {
    if (!stream.write(octets.view().substr(0, left))) return false;
    left -= std::min(left, octets.size());
  }
  return whole;
}

// Closing over unread bytes would be a TCP reset, which takes the answer with it.
void drain(Stream& stream) {
  constexpr std::size_t enough = 64 << 20;
  std::string unread(piece, '\0');
  std::size_t total = 0, count = 0;
  while (total < enough && (count = stream.read(unread.data(), unread.size())) != 0) total += count;
}

}  // namespace

HttpServer::HttpServer(HttpSettings settings, TlsContext tls)
    : settings_(std::move(settings)), tls_(std::move(tls)) {
  sockaddr_in address = parse_address(settings_.address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const int yes = 1;
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 512) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    close(listener_);
    fail(settings_.address, "cannot listen");
  }
  port_ = ntohs(address.sin_port);
}

void HttpServer::start(Handler handler) {
  handler_ = std::move(handler);
  acceptor_ = std::thread([this] { accept(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  if (acceptor_.joinable()) acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_)
      if (connection.socket >= 0) shutdown(connection.socket, SHUT_RD);  // an answer in work is still written
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void HttpServer::accept() {
  while (!stopping_) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EMFILE) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    ++counters_.connections;
    const std::lock_guard lock(mutex_);
    collect_finished();
    Connection& connection = connections_.emplace_back(Connection{.socket = socket, .thread = {}});
    connection.thread = std::thread([this, socket, &connection] {
      Stream stream(socket, tls_.get(), settings_.idle);
      serve(stream);
      const std::lock_guard closing(mutex_);
      connection.socket = -1;  // its number may soon be another file's
      connection.finished = true;
    });
  }
}

// Joined, not detached: libxml2 and OpenSSL give back what they keep for a thread only when it really ends.
void HttpServer::collect_finished() {
  connections_.remove_if([](Connection& connection) {
    if (connection.finished) connection.thread.join();
    return connection.finished;
  });
}

void HttpServer::serve(Stream& stream) {
  if (!stream.handshake()) {
    ++counters_.handshake_failures;
    return;
  }
  if (tls_) ++counters_.handshakes;
  boost::beast::flat_buffer buffer;
  for (bool reused = false;; reused = true) {
    Reading reading = read_request(stream, buffer, settings_.largest_body);
    if (reading.too_large) {
      write_reply(stream, {.status = 413, .content_type = "text/plain", .body = "too large"});
      drain(stream);
    }
    if (!reading.request) return;
    ++counters_.requests;
    reading.request->reused = reused;
    if (!write_reply(stream, handler_(*reading.request)) || stopping_) return;
  }
}

}  // namespace tilts::simulator
