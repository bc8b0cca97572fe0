#include "tests/support/tls_server.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tilts::support {
namespace {

void demand(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("test server: ") + what);
}

bool write_all(SSL* tls, std::string_view bytes) {
  while (!bytes.empty()) {
    const int count = SSL_write(tls, bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), 1 << 16)));
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool read_some(SSL* tls, std::string& into) {
  char buffer[16384];
  const int count = SSL_read(tls, buffer, sizeof buffer);
  if (count <= 0) return false;
  into.append(buffer, static_cast<size_t>(count));
  return true;
}

bool read_request(SSL* tls, ServerRequest& request) {
  std::string bytes;
  size_t head_end;
  while ((head_end = bytes.find("\r\n\r\n")) == std::string::npos)
    if (!read_some(tls, bytes)) return false;
  request.head = bytes.substr(0, head_end + 2);
  request.body = bytes.substr(head_end + 4);
  const std::string length = request.header("content-length");
  const size_t size = length.empty() ? 0 : std::stoul(length);
  while (request.body.size() < size)
    if (!read_some(tls, request.body)) return false;
  return true;
}

}  // namespace

std::string ServerRequest::header(const std::string& name) const {
  std::string lowered = head;
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const size_t at = lowered.find("\n" + name + ": ");
  if (at == std::string::npos) return {};
  const size_t begin = at + name.size() + 3;
  return head.substr(begin, head.find('\r', begin) - begin);
}

TlsServer::TlsServer(const ServerKeys& keys, Handler handler)
    : context_(SSL_CTX_new(TLS_server_method())), handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is no reason to die
  demand(SSL_CTX_use_certificate_chain_file(context_.get(), keys.certificate.c_str()) == 1, "certificate");
  demand(SSL_CTX_use_PrivateKey_file(context_.get(), keys.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
  if (!keys.client_anchor.empty()) {
    demand(SSL_CTX_load_verify_locations(context_.get(), keys.client_anchor.c_str(), nullptr) == 1,
           "client anchor");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (keys.only_tls12) SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  if (keys.only_tls11) {
    SSL_CTX_set_security_level(context_.get(), 0);
    demand(SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION) == 1 &&
               SSL_CTX_set_max_proto_version(context_.get(), TLS1_1_VERSION) == 1 &&
               SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0") == 1,
           "TLS 1.1");
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  demand(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 64) == 0 &&
             getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
         "port");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  threads_.clear();
  for (const int socket : sockets_) close(socket);
  close(listener_);
}

std::string TlsServer::address(const std::string& host) const {
  return "https://" + host + ":" + std::to_string(port_);
}

std::string TlsServer::last_client() const {
  const std::lock_guard lock(mutex_);
  return last_client_;
}

void TlsServer::accept_all() {
  while (!stopping_) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

// The socket is shut here and closed with the server, so that its number is not given to another one
// meanwhile.
void TlsServer::serve(int socket) {
  const Handle<SSL, SSL_free> tls(SSL_new(context_.get()));
  SSL_set_fd(tls.get(), socket);
  if (SSL_accept(tls.get()) == 1) {
    const size_t connection = ++connections_;
    if (const Handle<X509, X509_free> client{SSL_get1_peer_certificate(tls.get())}) {
      char name[256] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(client.get()), NID_commonName, name, sizeof name);
      const std::lock_guard lock(mutex_);
      last_client_ = std::string("CN=") + name;
    }
    for (size_t number = 1; !stopping_ && converse(tls.get(), socket, connection, number); ++number) {
    }
  }
  shutdown(socket, SHUT_RDWR);
}

bool TlsServer::converse(SSL* tls, int socket, size_t connection, size_t on_connection) {
  ServerRequest request;
  if (!read_request(tls, request)) return false;
  request.number = ++requests_;
  request.connection = connection;
  request.on_connection = on_connection;
  const size_t now = ++at_once_;
  for (size_t most = most_at_once_; most < now && !most_at_once_.compare_exchange_weak(most, now);) {
  }
  const ServerReply reply = handler_(request);
  for (auto left = reply.delay; left.count() > 0 && !stopping_; left -= std::chrono::milliseconds{20})
    std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds{20}));
  --at_once_;

  if (reply.after == After::reset) {
    // With linger 0 and dup2 over it, the socket is closed by RST and its number stays ours.
    const linger hard{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    const int spare = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    dup2(spare, socket);
    close(spare);
    return false;
  }
  if (reply.after == After::close) return false;
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) +
                     " X\r\nContent-Type: " + reply.content_type + "\r\n" + reply.more_headers;
  if (reply.after == After::answer_to_the_end)
    head += "Connection: close\r\n\r\n";
  else
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
  if (!write_all(tls, head)) return false;
  if (reply.after == After::truncate) {
    write_all(tls, std::string_view(reply.body).substr(0, reply.body.size() / 2));
    return false;
  }
  if (!write_all(tls, reply.body)) return false;
  if (reply.after == After::answer_to_the_end) SSL_shutdown(tls);
  return reply.after == After::answer;
}

}  // namespace tilts::support
