// One life of the gateway's submitting half, as a process of its own that may be stopped and killed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

#include "gateway/config/configuration.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {

struct LifePlan {
  int rounds = 3;
  std::function<void()> first;         // in the child, before it opens anything
  std::function<void()> when_ready;    // in the child, before its first round
  std::optional<std::string> journal;  // the send journal's path when it is not the office's: another node
};

class Life {
 public:
  static constexpr int refused = 3;  // the exit code when it could not begin

  Life(QueueOffice& office, const LifePlan& plan);
  ~Life();  // kills it
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Waits so long at most; true: it has ended.
  bool ended_within(std::chrono::microseconds time);
  void kill();
  void stop();               // SIGSTOP; returns when it stands still, or has ended
  bool stopped_by_itself();  // waits until it stands still (true) or has ended
  void go_on();              // SIGCONT
  int wait();                // until it has ended; the exit code, or minus the signal
  // From its birth until it could send; nothing: it did not come to it.
  std::optional<std::chrono::microseconds> ready() const;

 private:
  struct Page;

  void live(QueueOffice& office, const LifePlan& plan) const;
  void take(int status);

  Page* const page_;
  std::chrono::steady_clock::time_point born_;
  pid_t process_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace tilts::system_test
