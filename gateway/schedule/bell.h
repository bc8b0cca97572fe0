// An alarm: a row that stands until its cause is gone, a line in the journal, and the operator's command with
// the text on its standard input. While an alarm about a subject stands, the same kind of trouble does not
// ring again: what stands says the newest sentence.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/store/store.h"

namespace tilts::schedule {

// Runs `command` by the shell with `text` on its standard input and waits for it, at most `patience`; then it
// is killed. Returns what went wrong, in one sentence, or nothing.
std::string run_alarm_command(const std::string& command, const std::string& text,
                              std::chrono::milliseconds patience = std::chrono::seconds{30});

class Bell {
 public:
  // Writes one line to wherever this process logs; called from any thread.
  using Journal = std::function<void(const std::string& line)>;

  // `command` may be empty. `preface` begins every text: "tilts test, Piekrastes novads".
  Bell(store::Store& store, std::string command, std::string preface, Journal journal, Clock clock);

  // Never throws: who rings has trouble enough. Thread-safe.
  void ring(const std::string& subject, const std::string& kind, const std::string& sentence) noexcept;
  // The cause is gone: what stands about `subject` ends.
  void quiet(const std::string& subject) noexcept;
  // A line without an alarm.
  void note(const std::string& line) noexcept;

 private:
  store::Store& store_;
  std::string command_;
  std::string preface_;
  Journal journal_;
  Clock clock_;
  std::mutex mutex_;
  std::pair<std::string, std::string>
      unkept_;  // subject and kind of the last one that the store did not take
};

}  // namespace tilts::schedule
