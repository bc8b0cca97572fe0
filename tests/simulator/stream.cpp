#include "tests/simulator/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tilts::simulator {

Stream::Stream(int socket, SSL_CTX* tls, std::chrono::seconds idle) : socket_(socket) {
  const timeval time{static_cast<time_t>(idle.count()), 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  const int yes = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  SSL_set_fd(tls_.get(), socket_);
}

Stream::~Stream() {
  if (tls_ && !broken_) SSL_shutdown(tls_.get());
  ERR_clear_error();
  tls_.reset();
  if (socket_ >= 0) close(socket_);
}

bool Stream::handshake() {
  if (!tls_) return true;
  broken_ = SSL_accept(tls_.get()) != 1;
  return !broken_;
}

std::size_t Stream::read(char* data, std::size_t size) {
  if (!tls_) {
    const ssize_t count = recv(socket_, data, size, 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  std::size_t count = 0;
  if (SSL_read_ex(tls_.get(), data, size, &count) == 1) return count;
  const int error = SSL_get_error(tls_.get(), 0);
  broken_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
  return 0;
}

bool Stream::write(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (tls_) {
    std::size_t count = 0;
    const bool done = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) == 1;
    broken_ = broken_ || !done;
    return done;
  }
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Stream::reset() {
  broken_ = true;
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace tilts::simulator
