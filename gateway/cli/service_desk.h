// Where the daemon takes work from commands: it holds the store, so it does what they would do, and they
// print what it says (gateway/cli/hand_over.h).
//   Only the daemon's own user and root are served; who it is, the kernel says.
//   Whoever is silent, slow or gone holds up nobody else: a thread a visitor, few visitors, and time limits.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <list>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "gateway/cli/command.h"
#include "gateway/cli/wire.h"
#include "gateway/store/lock_file.h"

namespace tilts::cli {

struct DeskLimits {
  size_t visitors = 4;                       // at once
  std::chrono::milliseconds request{5'000};  // until its words are said
  std::chrono::milliseconds send{30'000};    // until the visitor takes what is said to it
};

class ServiceDesk {
 public:
  struct Request {
    std::vector<std::string> words;  // of the command line, from the command on
    bool terminal = false;           // what is printed appears on one
    size_t width = 80;               // of that terminal
    std::string user;                // who asks
  };
  // Does what the words say, prints as the command would, and returns its exit code. `stop` is requested when
  // the visitor presses Ctrl-C or goes away, or the daemon is stopped. Called on the visitor's thread.
  using Work = std::function<int(const Request& request, std::ostream& out, std::ostream& err,
                                 const std::stop_token& stop)>;

  // `setup` is what a command compares with its own. Throws Error(config): another daemon has this desk, or
  // the socket cannot be made.
  ServiceDesk(const std::filesystem::path& file, std::string setup, Work work, std::stop_token stop,
              DeskLimits limits = {});
  // Asks what is under way to stop, and waits for it.
  ~ServiceDesk();
  ServiceDesk(const ServiceDesk&) = delete;
  ServiceDesk& operator=(const ServiceDesk&) = delete;

 private:
  struct Visit {
    std::atomic<bool> over = false;
    std::jthread thread;
  };

  void keep_door(const std::stop_token& closing);
  void welcome(Wire wire);
  void serve(Wire& wire) const;
  void refuse(Wire& wire, Exit exit, const std::string& why) const;
  std::optional<Request> read(Wire& wire) const;

  const std::filesystem::path file_;
  const store::LockFile lock_;  // whoever has it may replace a dead daemon's socket
  const std::string setup_;
  const Work work_;
  std::stop_source stop_;  // of everything handed over
  const std::stop_callback<std::function<void()>> stop_with_daemon_;
  const DeskLimits limits_;
  Poco::Net::ServerSocket socket_;
  std::list<Visit> visits_;  // the doorkeeper's alone
  std::jthread doorkeeper_;
};

}  // namespace tilts::cli
