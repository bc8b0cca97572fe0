// What becomes of the entries that the queue has received: steps, in the order in which they were made. The
// queue's mutex guards it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/simulator/queue_messages.h"

namespace tilts::simulator {

class QueueSteps {
 public:
  // A received entry is registered; its number's first step. `today`: "2026-11-20".
  void begin(const std::string& number, const Submission& entry, const std::string& today);
  // Out of the queue again, corrected or withdrawn; nothing when its number is not there or was ended before.
  void end(const std::string& number, const std::string& reason_code, const std::string& reason,
           const std::string& today);
  // Every entry that has not ended takes its next step, which its number decides: README.md, "The queue".
  // Returns how many did.
  std::size_t advance(std::chrono::sys_days today);
  // Whatever somebody wants said, right or not. Throws std::invalid_argument for a number that is not there.
  void put(const QueueStep& wanted, const std::string& today);
  // From then on its steps are of this code, and name the old one. Throws the same.
  void change_code(const std::string& number, const std::string& code);

  const std::vector<QueueStep>& all() const { return all_; }

 private:
  struct Entry {
    QueueStep last;
    int postponed = 0;
  };
  Entry& entry(const std::string& number);
  void add(QueueStep step, const std::string& date);

  std::vector<QueueStep> all_;
  std::unordered_map<std::string, Entry> entries_;  // by number
  std::vector<std::string> numbers_;                // as they came
};

}  // namespace tilts::simulator
