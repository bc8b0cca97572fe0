// Who lives there, and what the nights do to them.
#include "tests/simulator/residents.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/simulator/clock.h"
#include "tests/simulator/rows.h"

namespace tilts::simulator::tests {
namespace {

constexpr Index city = 22'500;

std::string truth(const Residents& residents) {
  std::ostringstream out;
  write_truth_json(out, residents);
  return out.str();
}

TEST(PersonalCode, TheCheckDigitIsTheKnownOne) {
  EXPECT_TRUE(check_digit_fits(16'117'519'997));
  EXPECT_TRUE(check_digit_fits(11'111'111'111));
  EXPECT_FALSE(check_digit_fits(16'117'519'998));
  EXPECT_FALSE(check_digit_fits(with_wrong_check_digit(16'117'519'997)));
}

TEST(PersonalCode, OfABirthdayIsImpossible) {
  const Code code = old_code(parse_day("1970-01-05"), 12);
  EXPECT_EQ(text(code).substr(0, 10), "6501701012");
  EXPECT_TRUE(check_digit_fits(code));
}

TEST(PersonalCode, IsElevenDigitsOnTheWire) {
  EXPECT_EQ(text(parse_code("01017012345")), "01017012345");
  for (const char* wrong : {"", "0101701234", "010170-12345", "0101701234a", "010170123456"})
    EXPECT_EQ(parse_code(wrong), 0U) << wrong;
}

TEST(Residents, TheSameSeedGivesTheSameTruth) {
  Residents first(5, 3'000, first_day), second(5, 3'000, first_day), other(6, 3'000, first_day);
  for (int night = 0; night < 30; ++night) first.advance(), second.advance();
  EXPECT_EQ(truth(first), truth(second));
  EXPECT_NE(truth(Residents(5, 3'000, first_day)), truth(other));
}

TEST(Residents, TheDateOfTheStartChangesNobodysCode) {
  const Residents january(5, 1'000, first_day), june(5, 1'000, parse_day("2027-06-01"));
  for (Index index = 0; index < january.size(); ++index)
    EXPECT_EQ(january.at(index).code, june.at(index).code);
  EXPECT_THROW(Residents(5, 1'000, first_day - std::chrono::days(1)), std::invalid_argument);
}

TEST(Residents, NoCodeCanBeIssued) {
  const Residents residents(1, city, first_day);
  std::set<Code> codes;
  std::size_t wrong = 0, new_form = 0;
  for (Index index = 0; index < residents.size(); ++index) {
    const Code code = residents.at(index).code;
    EXPECT_TRUE(codes.insert(code).second);
    const int day = std::stoi(text(code).substr(0, 2));
    if (day == 32) {
      ++new_form;
      EXPECT_EQ(check_remainder(code / 10), 10U) << "a right eleventh digit exists";
    } else {
      EXPECT_TRUE(day > 60 && day <= 91) << day;
    }
    if (!check_digit_fits(code)) ++wrong;
  }
  EXPECT_NEAR(static_cast<double>(wrong), city / 300.0, 40);
  EXPECT_GT(new_form, city / 20);
  EXPECT_LT(new_form, city / 3);
}

TEST(Residents, NamesHoldEveryLatvianLetter) {
  const Residents residents(1, city, first_day);
  std::string names;
  std::size_t doubled = 0, longest = 0;
  for (Index index = 0; index < residents.size(); ++index) {
    const std::string name = surname(residents.at(index));
    names += given_name(residents.at(index)) + " " + name + "\n";
    if (residents.at(index).second_surname != 0) ++doubled;
    longest = std::max(longest, name.size());
  }
  for (const char* letter : {"ā", "č", "ē", "ģ", "ī", "ķ", "ļ", "ņ", "š", "ū", "ž", "ŗ", "Ō",
                             "Ā", "Č", "Ē", "Ģ", "Ķ", "Ļ", "Ņ", "Š", "Ū", "Ž", "ễ", "Ł", "'"})
    EXPECT_THAT(names, testing::HasSubstr(letter));
  EXPECT_GT(doubled, city / 30);
  EXPECT_GT(longest, 35U);
}

TEST(Residents, AddressesHaveNineDigitsAndACareCentreHasOne) {
  const Residents residents(1, city, first_day);
  std::map<std::uint32_t, std::size_t> at;
  std::map<std::string, std::uint32_t> numbers;
  for (Index index = 0; index < residents.size(); ++index) {
    const std::uint32_t number = residents.at(index).address;
    ++at[number];
    const Address home = address(number);
    EXPECT_THAT(home.code, testing::MatchesRegex("[1-9][0-9]{8}"));
    EXPECT_THAT(home.post_code, testing::MatchesRegex("LV-[0-9]{4}|22[0-9]{4}"));
    EXPECT_EQ(numbers.emplace(home.code, number).first->second, number) << "one code for two places";
  }
  std::size_t centres = 0;
  for (const auto& [number, people] : at) {
    if (number < homes) continue;
    ++centres;
    EXPECT_GE(people, 20U);
  }
  EXPECT_EQ(centres, 9U);
}

TEST(Residents, RelationsAnswerEachOther) {
  const Residents residents(1, 3'000, first_day);
  std::map<std::string, std::size_t> kinds;
  for (Index index = 0; index < residents.size(); ++index)
    for (const Relation& relation : residents.relations(index)) {
      ++kinds[relation.kind];
      if (std::string(relation.kind) != "spouse") continue;
      const auto back = residents.relations(relation.other);
      EXPECT_TRUE(std::any_of(back.begin(), back.end(), [&](const Relation& other) {
        return std::string(other.kind) == "spouse" && other.other == index;
      }));
    }
  for (const char* kind : {"representative", "spouse", "child"}) EXPECT_GT(kinds[kind], 10U) << kind;
}

TEST(Residents, AMaritalStatusFitsTheCoupleAndTheAge) {
  const Residents residents(1, city, first_day);
  std::map<std::string, std::size_t> statuses;
  for (Index index = 0; index < residents.size(); ++index) {
    const Person& person = residents.at(index);
    const std::string status(residents.marital_status(index));
    ++statuses[status];
    EXPECT_TRUE(person.role != Role::minor || status == "single") << status;
    EXPECT_TRUE(!status.empty() || person.nationality == Nationality::foreigner);
    const auto relations = residents.relations(index);
    const auto spouse = std::find_if(relations.begin(), relations.end(), [](const Relation& relation) {
      return std::string(relation.kind) == "spouse";
    });
    if (spouse == relations.end()) {
      EXPECT_NE(status, "married");
    } else if (residents.at(spouse->other).death) {
      EXPECT_TRUE(status == "widowed" || (person.death && status == "married")) << status;
    } else {
      EXPECT_EQ(status, "married");
    }
  }
  for (const char* status : {"single", "married", "divorced", "widowed", ""})
    EXPECT_GT(statuses[status], 10U) << status;
  EXPECT_EQ(statuses.size(), 5U);
}

TEST(Residents, ADeathWidowsTheOtherAndVoidsTheDocuments) {
  Residents residents(1, city, first_day);
  for (int night = 0; night < 100; ++night) residents.advance();
  const Residents::Page page = residents.changes(0, 100'000);
  const std::set<Index> changed(page.people.begin(), page.people.end());
  std::size_t widowed = 0;
  for (const Event& event : residents.events()) {
    if (event.kind != EventKind::death) continue;
    EXPECT_TRUE(identity_documents(residents.at(event.person), event.person).empty());
    for (const Relation& relation : residents.relations(event.person)) {
      if (std::string(relation.kind) != "spouse" || residents.at(relation.other).death) continue;
      ++widowed;
      EXPECT_EQ(residents.marital_status(relation.other), "widowed");
      EXPECT_TRUE(changed.contains(relation.other)) << "whose record says it";
    }
  }
  EXPECT_GT(widowed, 10U);
}

TEST(Residents, TheLivingHaveADocumentOrTwoWithNumbersOfTheirOwn) {
  const Residents residents(1, city, first_day);
  std::set<std::string> numbers;
  std::map<std::size_t, std::size_t> how_many;
  for (Index index = 0; index < residents.size(); ++index) {
    const Person& person = residents.at(index);
    const std::vector<IdentityDocument> found = identity_documents(person, index);
    ++how_many[found.size()];
    EXPECT_EQ(found.empty(), person.death.has_value());
    for (const IdentityDocument& document : found) {
      EXPECT_TRUE(numbers.insert(document.number).second) << document.number;
      EXPECT_THAT(document.number, testing::MatchesRegex("TEST[0-9]{7}"));
      EXPECT_GE(document.issued, person.birth);
      EXPECT_GT(document.expires, document.issued);
    }
    EXPECT_TRUE(found.size() < 2 || found[0].kind != found[1].kind);
  }
  EXPECT_EQ(how_many.size(), 3U);
  EXPECT_GT(how_many[2], city / 5);
}

TEST(Residents, SomeAreDeadAndSomeAreGone) {
  const Residents residents(1, city, first_day);
  std::size_t dead = 0, gone = 0, foreign = 0;
  for (Index index = 0; index < residents.size(); ++index) {
    const Person& person = residents.at(index);
    dead += person.death ? 1 : 0;
    gone += person.emigrated ? 1 : 0;
    foreign += person.nationality == Nationality::foreigner ? 1 : 0;
    EXPECT_GT(person.death.value_or(first_day), person.birth);
    EXPECT_LE(person.birth, first_day);
  }
  EXPECT_GT(dead, 20U);
  EXPECT_GT(gone, 50U);
  EXPECT_GT(foreign, 200U);
}

TEST(Residents, ANightOfACityIsAsItIsTold) {
  Residents residents(1, city, first_day);
  constexpr int nights = 200;
  for (int night = 0; night < nights; ++night) residents.advance();
  std::map<EventKind, int> happened;
  for (const Event& event : residents.events()) ++happened[event.kind];
  EXPECT_NEAR(happened[EventKind::death], 1.5 * nights, 30);
  EXPECT_NEAR(happened[EventKind::move], 5 * nights, 30);
  EXPECT_NEAR(happened[EventKind::code], 1 * nights, 30);
  EXPECT_EQ(residents.date(), first_day + std::chrono::days(nights));
}

TEST(Residents, EventsAreTrueAndInTheFeed) {
  Residents residents(1, city, first_day);
  for (int night = 0; night < 20; ++night) residents.advance();
  const Residents::Page page = residents.changes(0, 100'000);
  const std::set<Index> changed(page.people.begin(), page.people.end());
  for (const Event& event : residents.events()) {
    EXPECT_TRUE(changed.contains(event.person));
    const Person& person = residents.at(event.person);
    EXPECT_TRUE(event.kind != EventKind::death || person.death.has_value());
    EXPECT_TRUE(event.kind != EventKind::move || person.address_from >= first_day);
    if (event.kind == EventKind::code) {
      EXPECT_EQ(person.previous_code, residents.roster_code(event.person));
      EXPECT_EQ(residents.find(person.previous_code), residents.find(person.code));
      for (const Relation& relation : residents.relations(event.person))
        EXPECT_TRUE(changed.contains(relation.other)) << "whose record names the changed code";
    }
  }
}

// Nothing happens to anybody that night, and yet a record changes.
TEST(Residents, ComingOfAgeEndsRepresentationAndIsInTheFeed) {
  Residents residents(1, 3'000, first_day);
  Index child = 0;
  while (residents.at(child).role != Role::minor || residents.at(child).birth > parse_day("2008-06-01"))
    ++child;
  ASSERT_FALSE(residents.relations(child).empty());
  for (int night = 0; night < 155; ++night) residents.advance();
  EXPECT_TRUE(residents.relations(child).empty());
  const Residents::Page page = residents.changes(0, 100'000);
  EXPECT_THAT(page.people, testing::Contains(child));
}

TEST(Residents, ATinyTownDiesOutInPeace) {
  Residents residents(1, 1, first_day);
  for (int night = 0; night < 100; ++night) residents.advance();
  EXPECT_EQ(residents.size(), 1U);
}

TEST(Rows, TheRosterIsWhatTheCityHas) {
  std::ostringstream out;
  write_roster(out, Residents(1, 2, first_day));
  EXPECT_THAT(out.str(),
              testing::MatchesRegex("client;code;open\nK-000001;[0-9]{11};yes\nK-000002;[0-9]{11};yes\n"));
}

TEST(Rows, TheTableHasARowForEachPersonAndEveryCell) {
  std::ostringstream out;
  write_truth_csv(out, Residents(1, 500, first_day));
  std::istringstream lines(out.str());
  std::string line;
  std::size_t rows = 0;
  for (; std::getline(lines, line); ++rows) {
    bool quoted = false;
    const auto cells = std::count_if(line.begin(), line.end(), [&](char c) {
      if (c == '"') quoted = !quoted;
      return c == ';' && !quoted;
    });
    EXPECT_EQ(cells, 19) << line;
  }
  EXPECT_EQ(rows, 501U);
}

// The biggest list that may be asked for, of those whose rows are longest: the registry of the profile would
// refuse it with error 19 above 4 MB.
TEST(Rows, AThousandAtOnceAreAnAnswer) {
  const Residents residents(1, city, first_day);
  const AsOf as_of(first_day);
  std::vector<std::size_t> sizes;
  for (Index index = 0; index < residents.size(); ++index) {
    std::string xml;
    append_person(xml, residents, index, as_of);
    sizes.push_back(xml.size());
  }
  std::partial_sort(sizes.begin(), sizes.begin() + 1'000, sizes.end(), std::greater<>());
  EXPECT_LT(std::accumulate(sizes.begin(), sizes.begin() + 1'000, std::size_t{0}), 2U << 20);
}

TEST(Times, HaveRigasOffsetOfTheirDate) {
  EXPECT_EQ(start_of_day(parse_day("2026-03-29"), false), "2026-03-29T00:00:00+02:00");
  EXPECT_EQ(start_of_day(parse_day("2026-03-30"), false), "2026-03-30T00:00:00+03:00");
  EXPECT_EQ(start_of_day(parse_day("2026-03-30"), true), "2026-03-29T21:00:00Z");
  EXPECT_EQ(riga(parse_utc("2026-10-25T00:59:59.5Z")), "2026-10-25T03:59:59.500000+03:00");
  EXPECT_EQ(riga(parse_utc("2026-10-25T01:00:00Z")), "2026-10-25T03:00:00.000000+02:00");
  EXPECT_THROW(parse_utc("2026-10-25T01:00:00+02:00"), std::invalid_argument);
  EXPECT_THROW(parse_day("2026-02-30"), std::invalid_argument);
}

}  // namespace
}  // namespace tilts::simulator::tests
