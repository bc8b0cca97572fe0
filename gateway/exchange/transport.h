// HTTP over mutual TLS by libcurl: one request, one answer, and what is known when there is none. A request
// is never sent a second time by the library itself.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange/keyring.h"
#include "gateway/exchange/received_part.h"

namespace tilts::exchange {

struct TransportSettings {
  std::string endpoint;  // https://host[:port]/path; nothing but https
  size_t answer_bytes = 4u << 20;
  bool mtom = false;  // answers may be MIME, with files beside the message:
  uint64_t attachment_bytes = 64u << 20;
  std::string part_folder{};                  // where those go; empty: into memory
  std::chrono::milliseconds connect{10'000};  // until TLS stands
  std::chrono::milliseconds answer{60'000};   // from the request's first byte to the answer's last
  std::chrono::seconds keep_alive{60};        // the registry's; our connections go a quarter earlier
};

struct HttpRequest {
  std::string path;  // appended to the endpoint's address; mostly empty
  std::string content_type;
  std::string soap_action;  // SOAP 1.1 only; empty: no such header
  std::string_view body;    // alive until post() returns
};

struct HttpAnswer {
  long status = 0;
  std::string content_type;
  std::string body;                   // of MIME its root
  std::vector<ReceivedPart> parts{};  // what came beside it
};

// How a request went, whether an answer came or not.
struct Delivery {
  bool sent = false;    // false: no application byte was handed to TLS, so the registry has nothing
  bool reused = false;  // it went over a kept connection
};

// One kept connection. Belongs to one thread at a time; may go from one to another.
class Connection {
 public:
  // Throws Error(config) when the endpoint is not an https address.
  explicit Connection(TransportSettings settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Posts once; a kept connection of another generation is closed first. Throws Error(transient) when no
  // whole answer came, Error(untrusted) when the server's certificate does not lead to our anchor or is for
  // another host (nothing was sent then), or when the answer is larger than allowed. `delivery` is filled in
  // every case.
  HttpAnswer post(const HttpRequest& request, std::shared_ptr<const Generation> generation,
                  const std::stop_token& stop, Delivery& delivery);

  // Closes the kept connection.
  void retire();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace tilts::exchange
