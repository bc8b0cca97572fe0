// The people one run may ask about, in memory: client number, code in use, and whether the registry has
// answered about them. Some 130 bytes a person: it is the one thing of a night that grows with the city.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tilts::pull {

class People {
 public:
  using Index = uint32_t;

  People() = default;
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  void add(std::string client, std::string code);

  size_t size() const { return people_.size(); }
  const std::string& client(Index person) const { return people_[person].client; }
  const std::string& code(Index person) const { return people_[person].code; }

  // By the code in use or one that the registry said replaced it; nullptr when not on the roster.
  const Index* find(std::string_view code) const;
  // The registry changed the code of somebody on the roster.
  void also_known_as(std::string_view code, Index person);

  // Somebody this run asked about by name: the look-up is audited.
  void asked(Index person) { people_[person].asked = true; }
  bool was_asked(Index person) const { return people_[person].asked; }

  void answered(Index person);
  size_t answered() const { return answered_; }

 private:
  struct Person {
    std::string client, code;
    bool asked = false;
    bool answered = false;
  };
  // A deque, because what is in it keeps its place: by_code_ looks at the codes where they are.
  std::deque<Person> people_;
  std::deque<std::string> new_codes_;
  std::unordered_map<std::string_view, Index> by_code_;
  size_t answered_ = 0;
};

}  // namespace tilts::pull
