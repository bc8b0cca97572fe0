// HTTP/1.1 over TLS or plain TCP, a thread a connection: little enough that every fault on the wire is a
// line.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "tests/simulator/handle.h"
#include "tests/simulator/octets.h"

namespace tilts::simulator {

class Stream;
using TlsContext = Handle<SSL_CTX, SSL_CTX_free>;

struct HttpRequest {
  std::string method;
  std::string target;
  std::string content_type;
  std::string soap_action;
  std::string body;
  bool reused = false;  // the connection has carried a request before
};

enum class Ending {
  keep,      // answer, and go on with the connection
  reset,     // nothing, TCP reset
  close,     // nothing, closed in order
  truncate,  // half of the promised body, then closed
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  Ending ending = Ending::keep;
  std::vector<Octets> further;  // of the body, behind `body`
  std::string date;             // of the header of that name (RFC 9110, 5.6.7); none when empty
};

struct HttpCounters {
  std::atomic<unsigned long> connections = 0;
  std::atomic<unsigned long> handshakes = 0;
  std::atomic<unsigned long> handshake_failures = 0;
  std::atomic<unsigned long> requests = 0;
};

struct HttpSettings {
  std::string address;                 // "127.0.0.1:0"
  std::size_t largest_body = 1 << 20;  // 413 above
  std::chrono::seconds idle{60};       // then the connection is closed
};

class HttpServer {
 public:
  using Handler = std::function<HttpReply(const HttpRequest&)>;  // called by many threads at once

  // Has its port at once. `tls` null: plain. Throws std::runtime_error when the address cannot be had.
  HttpServer(HttpSettings settings, TlsContext tls);
  ~HttpServer();  // finishes the requests in work and closes every connection
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Begins to accept; until then clients wait in the queue. Once.
  void start(Handler handler);

  unsigned port() const { return port_; }
  const HttpCounters& counters() const { return counters_; }

 private:
  void accept();
  void serve(Stream& stream);
  void collect_finished();  // under the mutex

  HttpSettings settings_;
  TlsContext tls_;
  Handler handler_;
  HttpCounters counters_;
  int listener_ = -1;
  unsigned port_ = 0;
  struct Connection {
    int socket;  // -1: closed
    bool finished = false;
    std::thread thread;
  };
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
};

}  // namespace tilts::simulator
