// The rehabilitation queue: what it decides about an entry, and what it holds to be true. It has no duplicate
// key of its own: what comes twice is committed twice, so that a double is never hidden. Thread-safe.
#pragma once

#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/simulator/clock.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/hub.h"
#include "tests/simulator/profile.h"
#include "tests/simulator/queue_messages.h"
#include "tests/simulator/queue_steps.h"

namespace tilts::simulator {

class Queue : public Desk {
 public:
  // The year of `start` stands in the numbers it gives.
  Queue(const Profile& profile, const Clock& clock, std::chrono::sys_days start);

  // Does the profile speak of the queue?
  static bool is_meant(const Profile& profile);

  std::string_view body_namespace() const override;
  std::vector<std::string_view> operations() const override;
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) override;
  // The right answer with numbers nobody gave, and with everything declined received.
  std::string forge(std::string content) const override;

  // JSON lines, one a key, in the order in which they first came: README.md, "Control".
  void write_truth(std::ostream& out) const;
  // The steps, as JSON lines too.
  void write_steps(std::ostream& out) const;

  // So many days pass, on the last of which every entry that has not ended takes its next step. Returns how
  // many did.
  std::size_t advance(unsigned days);
  // Throw std::invalid_argument for a number that is not there.
  void put(const QueueStep& step);
  void change_code(const std::string& number, const std::string& code);

 private:
  struct Commit {
    std::string message_id;
    Verdict verdict;
  };
  struct Entry {
    Submission first;  // as it first came under its key
    std::vector<Commit> commits;
  };
  std::vector<DataService> services();
  Outcome answer(const std::string& operation, const xmlNode* payload, const std::string& message_id,
                 const Twist& twist);
  std::string changes(const StepsWanted& wanted, bool leave_out_half) const;
  KeyedVerdict commit(const std::string& message_id, Submission submission);
  Verdict decide(const Submission& submission);  // under the mutex
  // Of what was received under the key, the last; empty: nothing was. Under the mutex.
  std::string number_of(const std::string& key) const;
  std::string number(unsigned long place) const;
  std::vector<KeyedVerdict> inquire(const std::string& key, bool two) const;

  const Profile& profile_;
  const int year_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> places_;  // by key
  unsigned long last_number_ = 0;
  std::chrono::sys_days today_;
  QueueSteps steps_;
  std::optional<Hub> hub_;  // it stands behind one, when its profile says so
};

}  // namespace tilts::simulator
