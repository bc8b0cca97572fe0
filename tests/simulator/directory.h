// The addressee directory of e-address: institutions that do not exist, the same from the same seed. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/random.h"

namespace tilts::simulator {

struct Institution {
  std::string address;
  std::string number;  // of registration
  std::string title;
  bool active = true;
  bool removed = false;
  std::size_t version = 0;  // when it changed last
};

class Directory {
 public:
  explicit Directory(std::uint64_t seed);

  struct Page {
    std::vector<Institution> records;
    std::string token;    // of the next page of the whole list; empty on its last
    std::string version;  // what to ask for changes since; empty while there is a token
    bool more = false;    // there are further changes
  };
  // The whole list, page by page; none when the token was never given. Changes while it is read are told
  // by changes(): the version on the last page is that of the first.
  std::optional<Page> all(const std::string& token) const;
  // What changed since, each record once and as it is now; none when the version was never given.
  std::optional<Page> changes(const std::string& version) const;

  struct Turn {
    std::size_t added = 0, changed = 0, removed = 0;
  };
  Turn advance();

  // Null when nobody is there, or he is not active.
  const Institution* find(const std::string& address) const;
  std::size_t size() const;  // without the removed
  std::string version() const;

 private:
  void add();
  Institution& pick();

  Random random_;
  std::vector<Institution> institutions_;  // in the order in which they came
  std::size_t version_ = 1;
};

}  // namespace tilts::simulator
