#include "gateway/mapping/code_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tilts::mapping {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;

CodeList read(const std::string& entries, std::vector<std::string>* told = nullptr) {
  const support::TemporaryFolder folder;
  const std::string file =
      folder.write("list.xml", "<code-list xmlns=\"urn:tilts:mapping:1\">\n" + entries + "\n</code-list>");
  std::vector<Problem> problems;
  CodeList list = CodeList::load("list", file, problems);
  if (told != nullptr)
    for (const Problem& problem : problems)
      told->push_back(std::to_string(problem.line) + ": " + problem.sentence);
  else
    EXPECT_TRUE(problems.empty()) << problems.front().text();
  return list;
}

TEST(CodeList, AnEntryHoldsOnBothItsDaysAndBetween) {
  const CodeList list = read(R"(<entry code="A" value="old" valid-to="2024-12-31"/>
                                <entry code="A" value="new" valid-from="2025-01-01"/>
                                <entry code="B" value="once" valid-from="2025-02-01" valid-to="2025-02-01"/>)");
  const auto on = [&](Date day, const char* code) {
    const CodesOfDay codes(list, day);
    const std::string* found = codes.find(code);
    return found == nullptr ? std::string("none") : *found;
  };
  EXPECT_EQ(on(2024y / December / 31, "A"), "old");
  EXPECT_EQ(on(2025y / January / 1, "A"), "new");
  EXPECT_EQ(on(2025y / January / 31, "B"), "none");
  EXPECT_EQ(on(2025y / February / 1, "B"), "once");
  EXPECT_EQ(on(2025y / February / 2, "B"), "none");
  EXPECT_EQ(on(2025y / February / 1, "C"), "none");
}

TEST(CodeList, TellsEveryProblemWithItsLine) {
  std::vector<std::string> told;
  read(
      "<entry code=\"A\" value=\"1\" valid-to=\"2024-12-31\"/>\n"
      "<entry code=\"A\" value=\"2\" valid-from=\"2024-12-31\"/>\n"
      "<entry code=\"B\" value=\"3\" valid-from=\"2024-02-02\" valid-to=\"2024-02-01\"/>\n"
      "<entry code=\"C\" value=\"4\" valid-form=\"2024-02-02\"/>\n"
      "<entry code=\"D\" value=\"5\" valid-from=\"2023-02-29\"/>",
      &told);
  EXPECT_THAT(told, testing::UnorderedElementsAre(HasSubstr("3: code \"A\" is said twice for 2024-12-31"),
                                                  HasSubstr("4: valid-to is before valid-from"),
                                                  HasSubstr("'valid-form'"), HasSubstr("2023-02-29")));
}

TEST(Age, IsYearsAndMonths) {
  EXPECT_EQ(read_age("P64Y9M")->months, 9);
  EXPECT_EQ(read_age("P65Y")->years, 65);
  for (const char* text : {"", "65", "P", "P65", "P9M", "P65Y9", "P65Y9D", "PY", "P-1Y", "P65Y1M ", "P1000Y"})
    EXPECT_FALSE(read_age(text).has_value()) << text;
}

TEST(Age, IsReachedOnTheSameDayOrTheLastOfAShorterMonth) {
  EXPECT_EQ(reaches(1961y / November / 21, {65, 0}), Date(2026y / November / 21));
  EXPECT_EQ(reaches(1960y / February / 29, {65, 0}), Date(2025y / February / 28));
  EXPECT_EQ(reaches(1960y / February / 29, {64, 0}), Date(2024y / February / 29));
  EXPECT_EQ(reaches(1959y / May / 31, {64, 9}), Date(2024y / February / 29));
  EXPECT_EQ(reaches(1960y / April / 30, {64, 9}), Date(2025y / January / 30));
}

TEST(Age, OnceReachedItStaysReachedWhenMoreIsAskedFor) {
  const CodeList ages = read(R"(<entry code="a" value="P64Y9M" valid-from="2024-01-01" valid-to="2024-12-31"/>
                                <entry code="b" value="P65Y" valid-from="2025-01-01"/>)");
  const Date last = 1960y / March / 31;  // 64 years 9 months on 2024-12-31
  const Date first = 1960y / April / 1;  // a day too late
  EXPECT_FALSE(ages.reached(last, 2024y / December / 30));
  EXPECT_EQ(ages.reached(last, 2024y / December / 31), Date(2024y / December / 31));
  EXPECT_EQ(ages.reached(last, 2025y / January / 1), Date(2024y / December / 31));
  EXPECT_FALSE(ages.reached(first, 2025y / March / 31));
  EXPECT_EQ(ages.reached(first, 2025y / April / 1), Date(2025y / April / 1));
  // Of age long before the list begins: from its first day.
  EXPECT_EQ(ages.reached(1930y / January / 1, 2026y / January / 1), Date(2024y / January / 1));
}

}  // namespace
}  // namespace tilts::mapping
