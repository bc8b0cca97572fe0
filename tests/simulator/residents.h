// Everybody the registry knows, what happens to them by night, and the feed of changes. The same seed, count
// and nights give the same people on every machine. Not thread-safe: the Registry guards it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/simulator/person.h"

namespace tilts::simulator {

struct Relation {
  const char* kind;  // representative | spouse | child
  Index other;
};

enum class EventKind { death, move, code };

struct Event {
  std::chrono::sys_days date;
  EventKind kind;
  Index person;
};

// The ages are those of 1 January 2026, so that the date of the start changes nobody's code.
constexpr std::chrono::sys_days first_day{std::chrono::year{2026} / 1 / 1};

class Residents {
 public:
  // Throws std::invalid_argument for a date before first_day.
  Residents(std::uint64_t seed, Index count, std::chrono::sys_days date);

  std::chrono::sys_days date() const { return date_; }
  Index size() const { return static_cast<Index>(people_.size()); }
  const Person& at(Index index) const { return people_[index]; }
  // By the code of today or the one before it; nullptr when unknown.
  const Person* find(Code code) const;
  std::vector<Relation> relations(Index index) const;
  // single | married | divorced | widowed; empty when the registry was never told.
  std::string_view marital_status(Index index) const;
  Index index(const Person& person) const { return static_cast<Index>(&person - people_.data()); }
  // What the city wrote down before the first night.
  Code roster_code(Index index) const { return roster_[index]; }

  // One night; the events stay in events() too.
  void advance();
  const std::vector<Event>& events() const { return events_; }

  // Up to `limit` different people changed after `position` (0 is before the first night).
  struct Page {
    std::vector<Index> people;
    std::size_t next = 0;
    bool more = false;
  };
  std::size_t feed_length() const { return feed_.size(); }
  Page changes(std::size_t position, std::size_t limit) const;

 private:
  void add_household(Random& random);
  void add_care_centre(Random& random);
  Person& add(Random& random, int youngest, int oldest);
  void give_code(Random& random, Person& person);
  Code unused_new_code(Random& random) const;
  void happen(EventKind kind, Index index, Random& random);
  bool may_happen(EventKind kind, const Person& person) const;
  Index pick(EventKind kind, Random& random) const;
  void come_of_age();
  Index spouse(const Person& person, Index index) const;
  std::uint32_t home(Random& random) const;

  std::uint64_t seed_;
  Index count_;
  std::chrono::sys_days date_;
  std::vector<Person> people_;
  std::vector<Code> roster_;
  std::unordered_map<Code, Index> by_code_;
  std::unordered_multimap<Index, Index> wards_;
  std::unordered_map<int, std::uint16_t> serials_;  // by day of birth
  std::uint32_t care_centres_ = 0;
  std::vector<Event> events_;
  std::vector<Index> feed_;
};

}  // namespace tilts::simulator
