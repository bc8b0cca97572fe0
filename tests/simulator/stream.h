// One connection's bytes, with TLS or without. Owns the socket.
#pragma once

#include <chrono>
#include <string_view>

#include <openssl/ssl.h>

#include "tests/simulator/handle.h"

namespace tilts::simulator {

class Stream {
 public:
  // Reads and writes give up after `idle`.
  Stream(int socket, SSL_CTX* tls, std::chrono::seconds idle);
  ~Stream();  // closes in order: TLS close_notify, then TCP
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool handshake();                                // true at once without TLS
  std::size_t read(char* data, std::size_t size);  // 0: the peer has gone, or nothing came in time
  bool write(std::string_view bytes);
  void reset();  // TCP RST, nothing said

 private:
  int socket_;
  Handle<SSL, SSL_free> tls_;
  bool broken_ = false;  // TLS may not be spoken any more
};

}  // namespace tilts::simulator
