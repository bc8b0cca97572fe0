// What the daemon and a command say to each other over a local socket: frames of a kind, a length and bytes.
//   daemon                         command
//   ready (its setup)      ▶
//                          ◀       word …, terminal, sudo_user, go
//   out, err …             ▶
//                          ◀       stop (Ctrl-C); going away says the same
//   exit (the code)        ▶
// A daemon that will not do it says err and exit instead of ready.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/types.h>

namespace tilts::cli {

struct Frame {
  enum class Kind : char {
    ready = 'r',
    word = 'w',
    terminal = 't',  // the command's output is a terminal, this wide
    sudo_user = 'u',
    go = 'g',
    out = 'o',
    err = 'e',
    stop = 's',
    exit = 'x',
  };
  Kind kind;
  std::string bytes;
};

// One end of a connection. One thread at a time sends, one receives.
class Wire {
 public:
  static constexpr size_t most_bytes = 64 * 1024;  // of a frame

  explicit Wire(Poco::Net::StreamSocket socket);
  // Nothing when nobody listens there. Throws Error(config) when this user may not.
  static std::optional<Wire> to(const std::filesystem::path& file);

  // Longer bytes go as several frames. Throws Poco::Exception when the other end is gone or takes nothing.
  void send(Frame::Kind kind, std::string_view bytes = {});
  // Nothing when the other end is gone. Throws Error(transient) when no whole frame came within `patience`,
  // and Error(bug) when it is larger than allowed.
  std::optional<Frame> receive(std::chrono::milliseconds patience);
  bool readable(std::chrono::milliseconds patience) const;
  // Ends what either end still waits for.
  void hang_up();

  void send_within(std::chrono::milliseconds patience);
  // Who is at the other end, by the kernel's word.
  uid_t user() const;

 private:
  bool take(char* into, size_t size, std::chrono::steady_clock::time_point deadline);

  Poco::Net::StreamSocket socket_;
};

// A socket file for this user alone; one that a dead process left there is replaced. Throws Error(config).
Poco::Net::ServerSocket listen_at(const std::filesystem::path& file);

}  // namespace tilts::cli
