// A small HTTPS server that misbehaves on demand. It shares nothing with the gateway: OpenSSL on plain
// sockets.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "gateway/base/handle.h"

namespace tilts::support {

struct ServerRequest {
  size_t number = 0;         // of all that arrived whole, from 1
  size_t connection = 0;     // the connection it came on, from 1
  size_t on_connection = 0;  // its number there, from 1: 2 and more came on a kept connection
  std::string head;
  std::string body;

  // The value of a header, empty when absent; the name in lower case.
  std::string header(const std::string& name) const;
};

enum class After { answer, answer_to_the_end, close, reset, truncate };

struct ServerReply {
  int status = 200;
  std::string content_type = "application/soap+xml; charset=utf-8";
  std::string body;
  // close, reset: without a byte of an answer; truncate: after half of it; answer_to_the_end: no
  // Content-Length, the end of the connection ends the answer
  After after = After::answer;
  std::chrono::milliseconds delay{0};  // before the first byte
  std::string more_headers;            // each ended by \r\n
};

struct ServerKeys {
  std::string certificate;  // PEM
  std::string key;
  std::string client_anchor;  // empty: no client certificate is asked for
  bool only_tls12 = false;
  bool only_tls11 = false;  // as an old server would, whatever OpenSSL thinks of it today
};

class TlsServer {
 public:
  using Handler = std::function<ServerReply(const ServerRequest&)>;

  // Listens on a free port of 127.0.0.1; the handler runs on one thread a connection.
  TlsServer(const ServerKeys& keys, Handler handler);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string address(const std::string& host = "localhost") const;  // "https://localhost:PORT"
  size_t requests() const { return requests_; }                      // that arrived whole
  size_t connections() const { return connections_; }                // whose TLS stood
  size_t most_at_once() const { return most_at_once_; }
  // Certificate subject of the last client, "CN=…".
  std::string last_client() const;

 private:
  void accept_all();
  void serve(int socket);
  bool converse(SSL* tls, int socket, size_t connection, size_t on_connection);

  Handle<SSL_CTX, SSL_CTX_free> context_;
  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> requests_ = 0;
  std::atomic<size_t> connections_ = 0;
  std::atomic<size_t> at_once_ = 0;
  std::atomic<size_t> most_at_once_ = 0;
  mutable std::mutex mutex_;
  std::string last_client_;
  std::vector<int> sockets_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace tilts::support
