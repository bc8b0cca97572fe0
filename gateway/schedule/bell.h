// An alarm: a row that stands until its cause is gone, a line in the journal, and the operator's command with
// the text on its standard input. While an alarm about a subject stands, the same kind of trouble does not
// ring again: what stands says the newest sentence.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/store/store.h"

namespace tilts::schedule {

// Runs `command` by the shell with `text` on its standard input and waits for it, at most `patience`; then it
// is killed with all that it started. Returns what went wrong, in one sentence, or nothing.
std::string run_alarm_command(const std::string& command, const std::string& text,
                              std::chrono::milliseconds patience = std::chrono::seconds{30});

class Bell {
 public:
  // Writes one line to wherever this process logs; called from any thread.
  using Journal = std::function<void(const std::string& line)>;

  // `command` may be empty. `preface` begins every text: "tilts test, Piekrastes novads".
  Bell(store::Store& store, std::string command, std::string preface, Journal journal, Clock clock);

  // Never throws: who rings has trouble enough. Thread-safe. The command runs on a thread of the bell, so
  // nobody waits for it; the destructor does.
  void ring(const std::string& subject, const std::string& kind, const std::string& sentence) noexcept;
  // What stands and has not rung: the store raises alarms too. What stood when this bell was made has rung.
  void ring_what_others_raised() noexcept;
  // All that is wrong about `subject` now, each sentence a kind of its own: new ones ring, others end.
  void announce(const std::string& subject, const std::vector<std::string>& sentences) noexcept;
  // The cause is gone: what stands about `subject` ends.
  void quiet(const std::string& subject) noexcept;
  // A line without an alarm.
  void note(const std::string& line) noexcept;

 private:
  void sound(const std::string& sentence);
  void sound_new(const std::vector<store::Alarm>& standing);
  void end(const std::string& subject, const std::vector<std::string>& kept) noexcept;
  void run_commands(const std::stop_token& stop);

  store::Store& store_;
  std::string command_;
  std::string preface_;
  Journal journal_;
  Clock clock_;
  std::mutex mutex_;
  // What rang and the store did not take: sentences by subject and kind. Forgotten when the store takes
  // something again, so that the next trouble of that kind rings.
  std::map<std::pair<std::string, std::string>, std::string> unkept_;
  int64_t rung_;                   // the number of the newest alarm that has rung
  std::deque<std::string> texts_;  // for the command
  std::condition_variable_any wake_;
  std::jthread caller_;  // the last member: it ends before what it uses
};

}  // namespace tilts::schedule
