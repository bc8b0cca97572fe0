#include "gateway/cli/wire.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t head_size = 5;

Poco::Timespan timespan(milliseconds time) {
  return Poco::Timespan{std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

// A socket's address holds 107 bytes, and folders may be deeper: the name is taken from the opened folder.
class Place {
 public:
  explicit Place(const std::filesystem::path& file)
      : folder_(open(file.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        name_(fmt::format("/proc/self/fd/{}/{}", folder_, file.filename().string())) {
    if (name_.size() < sizeof sockaddr_un::sun_path) return;
    if (folder_ >= 0) close(folder_);
    throw Error(Code::config, file.string() + ": this name is too long; give the heartbeat a shorter one");
  }
  ~Place() {
    if (folder_ >= 0) close(folder_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool exists() const { return folder_ >= 0; }
  const std::string& name() const { return name_; }
  Poco::Net::SocketAddress address() const { return {Poco::Net::SocketAddress::UNIX_LOCAL, name_}; }

 private:
  int folder_;
  std::string name_;
};

// Poco's sockets would be inherited by the alarm command, and outlive us there.
void keep_from_children(const Poco::Net::Socket& socket) {
  fcntl(socket.impl()->sockfd(), F_SETFD, FD_CLOEXEC);
}

}  // namespace

Wire::Wire(Poco::Net::StreamSocket socket) : socket_(std::move(socket)) { keep_from_children(socket_); }

std::optional<Wire> Wire::to(const std::filesystem::path& file) {
  const Place place(file);
  if (!place.exists()) return std::nullopt;
  try {
    Poco::Net::StreamSocket socket;
    socket.connect(place.address());
    return Wire(std::move(socket));
  } catch (const Poco::Exception& failure) {
    if (failure.code() == EACCES || failure.code() == EPERM)
      throw Error(Code::config,
                  file.string() + ": only the daemon's own user and root may hand it work; say sudo tilts …");
    return std::nullopt;  // no file, or one that a daemon left when it was killed
  }
}

void Wire::send(Frame::Kind kind, std::string_view bytes) {
  do {
    const std::string_view part = bytes.substr(0, most_bytes);
    bytes.remove_prefix(part.size());
    std::string frame(1, static_cast<char>(kind));
    for (int shift = 24; shift >= 0; shift -= 8)
      frame += static_cast<char>(static_cast<unsigned char>(part.size() >> shift));
    frame += part;
    for (size_t sent = 0; sent < frame.size();)
      sent += static_cast<size_t>(
          socket_.sendBytes(frame.data() + sent, static_cast<int>(frame.size() - sent), MSG_NOSIGNAL));
  } while (!bytes.empty());
}

// False when the other end is gone before the first byte.
bool Wire::take(char* into, size_t size, steady_clock::time_point deadline) {
  for (size_t got = 0; got < size;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds{0} || !readable(left))
      throw Error(Code::transient, "the other end of the daemon's socket is silent");
    const int count = socket_.receiveBytes(into + got, static_cast<int>(size - got));
    if (count <= 0) return false;
    got += static_cast<size_t>(count);
  }
  return true;
}

std::optional<Frame> Wire::receive(milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::array<char, head_size> head{};
  try {
    if (!take(head.data(), head.size(), deadline)) return std::nullopt;
    size_t size = 0;
    for (size_t i = 1; i < head.size(); ++i) size = size << 8 | static_cast<unsigned char>(head[i]);
    if (size > most_bytes)
      throw Error(Code::bug, fmt::format("a frame of {} bytes came over the daemon's socket; {} are allowed",
                                         size, most_bytes));
    Frame frame{static_cast<Frame::Kind>(head[0]), std::string(size, '\0')};
    if (!take(frame.bytes.data(), size, deadline)) return std::nullopt;
    return frame;
  } catch (const Poco::Exception&) {
    return std::nullopt;  // reset
  }
}

bool Wire::readable(milliseconds patience) const {
  return socket_.poll(timespan(patience), Poco::Net::Socket::SELECT_READ | Poco::Net::Socket::SELECT_ERROR);
}

void Wire::hang_up() { ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR); }

void Wire::send_within(milliseconds patience) { socket_.setSendTimeout(timespan(patience)); }

uid_t Wire::user() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket_.impl()->sockfd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    throw Error(Code::bug, std::string("the kernel does not say who asks: ") + std::strerror(errno));
  return peer.uid;
}

Poco::Net::ServerSocket listen_at(const std::filesystem::path& file) {
  const Place place(file);
  if (!place.exists())
    throw Error(Code::config, file.parent_path().string() + ": this folder is not there; make it");
  unlink(place.name().c_str());
  try {
    Poco::Net::ServerSocket socket;
    socket.bind(place.address(), false);
    keep_from_children(socket);
    // Before listen() nobody can connect, so there is no moment at which others could.
    if (chmod(place.name().c_str(), 0600) != 0) throw Poco::IOException(std::strerror(errno));
    socket.listen();
    return socket;
  } catch (const Poco::Exception& failure) {
    throw Error(Code::config, fmt::format("{}: the daemon cannot take work from commands here: {}",
                                          file.string(), failure.displayText()));
  }
}

}  // namespace tilts::cli
