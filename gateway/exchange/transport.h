// HTTP over mutual TLS by libcurl: one request, one answer, and what is known when there is none. A request
// body is never sent twice by the library itself.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "gateway/exchange/identity.h"

namespace tilts::exchange {

struct TransportSettings {
  std::string endpoint;  // https://host[:port]/path; nothing but https
  size_t answer_bytes = 4u << 20;
  std::chrono::milliseconds connect{10'000};  // until TLS stands
  std::chrono::milliseconds answer{60'000};   // from then until the answer's last byte
  std::chrono::seconds keep_alive{60};        // of the registry; ours is a quarter shorter
};

struct HttpRequest {
  std::string path;  // appended to the endpoint's address; mostly empty
  std::string content_type;
  std::string soap_action;  // SOAP 1.1 only
  std::string_view body;    // alive until post() returns
};

struct HttpAnswer {
  long status = 0;
  std::string content_type;
  std::string body;
};

// How a request without an answer ended. `sent` is what decides whether a submission is unknown: false only
// when no application byte was handed to TLS.
struct Delivery {
  bool sent = false;
  bool reused = false;  // the connection was a kept one
};

// One kept connection. Belongs to one thread at a time.
class Connection {
 public:
  // Throws Error(config) when the endpoint is not an https address.
  explicit Connection(TransportSettings settings);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  // Posts once. A kept connection of an older generation is closed first. Throws Error(transient) when no
  // whole answer came, Error(untrusted) when the answer is larger than allowed; `delivery` is filled in
  // either way.
  HttpAnswer post(const HttpRequest& request, const Generation& generation, const std::stop_token& stop,
                  Delivery& delivery);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tilts::exchange
