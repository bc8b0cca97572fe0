// The people one run may ask about, in memory: client number, code in use, and whether the registry has
// answered about them. Some 130 bytes a person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tilts::pull {

class People {
 public:
  using Index = uint32_t;

  void add(std::string client, std::string code);

  size_t size() const { return people_.size(); }
  const std::string& client(Index person) const { return people_[person].client; }
  const std::string& code(Index person) const { return people_[person].code; }

  // By the code in use or one that the registry said replaced it; nullptr when not on the roster.
  const Index* find(std::string_view code) const;
  // The registry changed the code of somebody on the roster.
  void also_known_as(std::string_view code, Index person) { by_code_.emplace(code, person); }

  void answered(Index person);
  size_t answered() const { return answered_; }

 private:
  struct Person {
    std::string client, code;
    bool answered = false;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<Person> people_;
  std::unordered_map<std::string, Index, Hash, std::equal_to<>> by_code_;
  size_t answered_ = 0;
};

}  // namespace tilts::pull
