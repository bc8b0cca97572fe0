#include "tests/simulator/residents.h"

#include <algorithm>
#include <stdexcept>

namespace tilts::simulator {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr double city = 22'500;  // the size the nightly rates are told for
constexpr Index care_centre_every = 2'500;
constexpr Index first_care_centre = 200;
constexpr sys_days new_codes_since{std::chrono::year{2017} / 7 / 1};
constexpr int major = 18;

bool is_new(Code code) { return code / 1'000'000'000 == 32; }

int age(const Person& person, sys_days on) {
  const std::chrono::year_month_day birth(person.birth), today(on);
  const bool had_birthday = std::pair(today.month(), today.day()) >= std::pair(birth.month(), birth.day());
  return static_cast<int>(today.year()) - static_cast<int>(birth.year()) - (had_birthday ? 0 : 1);
}

sys_days day_between(Random& random, sys_days from, sys_days to) {
  return from + days(random.below(static_cast<std::uint32_t>(std::max(1L, (to - from).count()))));
}

double rate(EventKind kind) {
  switch (kind) {
    case EventKind::death:
      return 1.5 / city;
    case EventKind::move:
      return 5 / city;
    case EventKind::code:
      return 1 / city;
  }
  return 0;
}

}  // namespace

Residents::Residents(std::uint64_t seed, Index count, sys_days date)
    : seed_(seed), count_(count), date_(date) {
  if (date < first_day) throw std::invalid_argument("the registry's date must not be before 2026-01-01");
  people_.reserve(count);
  by_code_.reserve(count + count / 10);
  Random random(seed);
  while (size() < count) {
    const bool due = size() >= first_care_centre + care_centres_ * care_centre_every;
    due ? add_care_centre(random) : add_household(random);
  }
  roster_.reserve(count);
  for (const Person& person : people_) roster_.push_back(person.code);
}

std::uint32_t Residents::home(Random& random) const { return random.below(std::max<Index>(20'000, count_)); }

void Residents::add_household(Random& random) {
  const std::uint32_t shape = random.below(100);
  const bool couple = shape < 52;
  std::uint32_t minors = 0;
  if (shape < 25) minors = 1 + random.below(3);
  if (shape >= 90) minors = 1 + random.below(2);
  const Index first = size();
  const std::uint32_t address = home(random);
  const auto adults = static_cast<std::uint8_t>(std::min<Index>(couple ? 2 : 1, count_ - first));
  for (std::uint32_t member = 0; member < adults + minors && size() < count_; ++member) {
    const bool adult = member < adults;
    Person& person = minors == 0 ? add(random, major, 97) : adult ? add(random, 22, 58) : add(random, 0, 17);
    person.role = adult ? Role::adult : Role::minor;
    person.address = address;
    const Person& head = people_[first];
    if (!adult || (member == 1 && random.chance(0.6))) {  // one family name
      person.surname = head.surname;
      person.second_surname = head.second_surname;
    }
  }
  for (Index index = first; index < size(); ++index) {
    people_[index].household = first;
    people_[index].adults = adults;
    people_[index].household_size = static_cast<std::uint8_t>(size() - first);
  }
}

void Residents::add_care_centre(Random& random) {
  const std::uint32_t beds = 28 + random.below(17);
  const Index before = size();
  for (std::uint32_t bed = 0; bed < beds && size() < count_; ++bed) {
    Person& person = add(random, 62, 99);
    const Index self = size() - 1;
    person.role = Role::care;
    person.address = homes + care_centres_;
    person.household = self;
    if (random.chance(0.3)) {
      person.guardian = random.below(before);
      wards_.emplace(person.guardian, self);
    }
  }
  ++care_centres_;
}

Person& Residents::add(Random& random, int youngest, int oldest) {
  Person& person = people_.emplace_back();
  const auto most = static_cast<std::uint32_t>((oldest - youngest + 1) * 365);
  person.birth = first_day - days(youngest * 365 + youngest / 4 + 1 + static_cast<int>(random.below(most)));
  person.sex = random.chance(0.53) ? Sex::female : Sex::male;
  person.given = static_cast<std::uint16_t>(random.below(60'000));
  person.surname = static_cast<std::uint16_t>(random.below(60'000));
  if (random.chance(0.05)) person.second_surname = static_cast<std::uint16_t>(1 + random.below(60'000));
  const double kind = random.unit();
  person.nationality = kind < 0.015  ? Nationality::foreigner
                       : kind < 0.10 ? Nationality::non_citizen
                                     : Nationality::citizen;
  person.address_from =
      day_between(random, std::max(person.birth, sys_days{std::chrono::year{1995} / 1 / 1}), first_day);
  person.document_issued =
      day_between(random, std::max(person.birth, sys_days{std::chrono::year{2016} / 1 / 1}), first_day);
  if (random.chance(0.004) && age(person, first_day) >= 40)
    person.death = first_day - days(1 + random.below(700));
  else
    person.emigrated = random.chance(0.005);
  give_code(random, person);
  return person;
}

void Residents::give_code(Random& random, Person& person) {
  std::uint16_t& serial = serials_[static_cast<int>(person.birth.time_since_epoch().count())];
  const bool changed = random.chance(0.01);
  const bool born_new = person.birth >= new_codes_since || person.nationality == Nationality::foreigner;
  const bool full = serial > 999;  // a birthday with more people than three digits count
  if (!born_new && !full) person.code = old_code(person.birth, serial++);
  if (person.code == 0 || changed) {
    person.previous_code = person.code;
    person.code = unused_new_code(random);
  }
  if (random.below(300) == 0) person.code = with_wrong_check_digit(person.code);
  const Index self = size() - 1;
  by_code_.emplace(person.code, self);
  if (person.previous_code != 0) by_code_.emplace(person.previous_code, self);
}

// Unused by its first ten digits, so that a wrong check digit cannot meet another's right one.
Code Residents::unused_new_code(Random& random) const {
  for (;;) {
    const Code code = new_code(random);
    if (!by_code_.contains(code) && !by_code_.contains(with_wrong_check_digit(code))) return code;
  }
}

const Person* Residents::find(Code code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &people_[found->second];
}

std::vector<Relation> Residents::relations(Index index) const {
  const Person& person = people_[index];
  if (person.role == Role::care)
    return person.guardian == nobody ? std::vector<Relation>{}
                                     : std::vector<Relation>{{"representative", person.guardian}};
  std::vector<Relation> found;
  for (Index other = person.household; other < person.household + person.household_size; ++other) {
    const bool other_adult = people_[other].role == Role::adult;
    if (other == index) continue;
    if (person.role == Role::adult)
      found.push_back({other_adult ? "spouse" : "child", other});
    else if (other_adult && age(person, date_) < major)
      found.push_back({"representative", other});
  }
  return found;
}

// The other of a couple; nobody when there is none.
Index Residents::spouse(const Person& person, Index index) const {
  if (person.role != Role::adult || person.adults != 2) return nobody;
  return index == person.household ? index + 1 : person.household;
}

std::string_view Residents::marital_status(Index index) const {
  const Person& person = people_[index];
  const Index other = spouse(person, index);
  if (other == nobody) return status_alone(person);
  const auto& lost = people_[other].death;
  return lost && (!person.death || *lost < *person.death) ? "widowed" : "married";
}

void Residents::advance() {
  date_ += days(1);
  Random random(seed_, static_cast<std::uint64_t>(date_.time_since_epoch().count()));
  for (const EventKind kind : {EventKind::death, EventKind::move, EventKind::code}) {
    const double expected = size() * rate(kind);
    auto times = static_cast<unsigned>(expected);
    if (random.chance(expected - times)) ++times;
    for (; times > 0; --times)
      if (const Index index = pick(kind, random); index != nobody) happen(kind, index, random);
  }
  come_of_age();
}

bool Residents::may_happen(EventKind kind, const Person& person) const {
  if (passive(person)) return false;
  if (kind == EventKind::death) return age(person, date_) >= 40;
  if (kind == EventKind::move) return person.role == Role::adult;
  return person.previous_code == 0 && !is_new(person.code);
}

Index Residents::pick(EventKind kind, Random& random) const {
  constexpr int patience = 1000;  // a tiny town may have nobody left to die
  for (int attempt = 0; attempt < patience; ++attempt) {
    const Index index = random.below(size());
    if (may_happen(kind, people_[index])) return index;
  }
  return nobody;
}

void Residents::happen(EventKind kind, Index index, Random& random) {
  Person& person = people_[index];
  if (kind == EventKind::death) {
    person.death = date_ - days(1);
    // of the dead the record says what was
    const Index other = spouse(person, index);
    if (other != nobody && !people_[other].death) feed_.push_back(other);
  }
  if (kind == EventKind::move) {
    person.address =
        random.below(5) == 0 ? homes_in_town + random.below(homes - homes_in_town) : home(random);
    person.address_from = date_ - days(1);
  }
  if (kind == EventKind::code) {
    person.previous_code = person.code;
    person.code = unused_new_code(random);
    by_code_.emplace(person.code, index);
    for (const Relation& relation : relations(index)) feed_.push_back(relation.other);
    const auto [first, last] = wards_.equal_range(index);
    for (auto ward = first; ward != last; ++ward) feed_.push_back(ward->second);
  }
  feed_.push_back(index);
  events_.push_back({date_, kind, index});
}

// On the eighteenth birthday the representatives leave the record, though nothing happened to anybody.
void Residents::come_of_age() {
  for (Index index = 0; index < size(); ++index) {
    const Person& person = people_[index];
    if (person.role == Role::minor && age(person, date_) == major && age(person, date_ - days(1)) < major)
      feed_.push_back(index);
  }
}

Residents::Page Residents::changes(std::size_t position, std::size_t limit) const {
  Page page;
  page.next = std::min(position, feed_.size());
  while (page.next < feed_.size() && page.people.size() < limit) {
    const Index index = feed_[page.next++];
    if (std::find(page.people.begin(), page.people.end(), index) == page.people.end())
      page.people.push_back(index);
  }
  page.more = page.next < feed_.size();
  return page;
}

}  // namespace tilts::simulator
