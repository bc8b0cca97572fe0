// The mailbox of one institution: letters in the order in which they were received. Thread-safe.
#pragma once

#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/letter.h"

namespace tilts::simulator {

class Mailbox {
 public:
  // For a letter that is being written; never given twice, and they grow.
  std::string next_id();
  void put(Letter letter);

  struct Page {
    std::vector<Letter> letters;
    bool more = false;
  };
  // Not confirmed yet, behind `after` (empty: from the first); none when `after` was never given.
  std::optional<Page> list(const std::string& after, std::size_t most) const;
  // None when it is not there, or was confirmed. A letter's files are shared, not copied.
  std::optional<Letter> find(const std::string& id) const;
  // False when it is not there (any more).
  bool confirm(const std::string& id);

  // All that ever lay in it, as JSON.
  void write(std::ostream& out) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Letter> letters_;
  unsigned long last_ = 5'000'000;
};

}  // namespace tilts::simulator
