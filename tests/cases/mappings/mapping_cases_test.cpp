// Every mapping that is shipped loads, has cases beside it, and gives what they expect.
#include <algorithm>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/mapping/cases.h"
#include "gateway/mapping/mapper.h"
#include "gateway/mapping/mapping.h"
#include "tests/support/temporary_folder.h"

namespace tilts::mapping {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shipped() {
  std::vector<fs::path> files;
  for (const auto& target : fs::directory_iterator(TILTS_MAPPINGS)) {
    if (!target.is_directory() || target.path().filename() == "code-lists") continue;
    for (const auto& file : fs::directory_iterator(target))
      if (file.path().extension() == ".xml") files.push_back(file.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST(ShippedMappings, AreTheThreeOfTheIssueAtLeast) {
  std::vector<std::string> names;
  for (const fs::path& file : shipped()) names.push_back(Mapping::load(file)->name());
  for (const char* name : {"municipal/address", "municipal/resident", "resident_card/holder"})
    EXPECT_TRUE(std::ranges::find(names, name) != names.end()) << name;
}

TEST(ShippedMappings, GiveWhatTheirCasesExpect) {
  for (const fs::path& file : shipped()) {
    const std::vector<CaseResult> cases = run_cases(file);
    EXPECT_FALSE(cases.empty()) << file << " has no cases";
    for (const CaseResult& result : cases)
      EXPECT_TRUE(result.passed()) << result.folder << ": " << result.difference;
  }
}

TEST(ShippedMappings, ACaseThatExpectsSomethingElseFails) {
  const support::TemporaryFolder folder;
  fs::copy(TILTS_MAPPINGS, folder.path(), fs::copy_options::recursive);
  const fs::path expected = folder.path() / "resident_card/cases/holder/on-the-day/expected.xml";
  std::string text = support::read_file(expected);
  text.replace(text.find("21.11.1961"), 10, "22.11.1961");
  folder.write("resident_card/cases/holder/on-the-day/expected.xml", text);
  std::vector<std::string> differences;
  for (const CaseResult& result : run_cases(folder.path() / "resident_card/holder.xml"))
    if (!result.passed()) differences.push_back(result.difference);
  EXPECT_EQ(differences,
            std::vector<std::string>{"expected cell birth_date = \"22.11.1961\", but the mapping gives cell "
                                     "birth_date = \"21.11.1961\""});
}

using namespace std::chrono;

// Whole months of age, counted anew here: the birthday of a month that lacks the day is its last.
int age_in_months(Date birth, Date today) {
  const bool last_of_month = (today.year() / today.month() / last).day() == today.day();
  const bool month_is_full = today.day() >= birth.day() || last_of_month;
  return (static_cast<int>(today.year()) - static_cast<int>(birth.year())) * 12 +
         (static_cast<int>(static_cast<unsigned>(today.month())) -
          static_cast<int>(static_cast<unsigned>(birth.month()))) -
         (month_is_full ? 0 : 1);
}

TEST(ShippedMappings, InThreeQuietYearsEachHolderAppearsOnTheDayAndStays) {
  const auto mapping = Mapping::load(TILTS_MAPPINGS "/resident_card/holder.xml");
  struct Somebody {
    Date birth;
    std::vector<Record> records;
    bool expected = false;
  };
  std::vector<Somebody> people;
  for (sys_days birth = 1958y / January / 1; birth < sys_days{1963y / January / 1}; birth += days{17}) {
    people.push_back({birth,
                      {{"person",
                        "16117519997",
                        "",
                        true,
                        "",
                        {{"code", "16117519997"},
                         {"given_name", "A"},
                         {"surname", "B"},
                         {"birth_date", to_text(Date{birth})},
                         {"status", "active"}}},
                       {"address",
                        "16117519997/declared",
                        "",
                        true,
                        "",
                        {{"kind", "declared"}, {"code", "105123456"}, {"municipality", "0001000"}}}}});
  }
  int appeared = 0;
  for (sys_days day = 2024y / January / 1; day <= sys_days{2026y / December / 31}; day += days{1}) {
    const int asked_for = Date{day}.year() == 2024y ? 64 * 12 + 9 : 65 * 12;
    Mapper mapper(mapping, {day, "Piekrastes novads", "test"});
    for (Somebody& somebody : people) {
      const bool before = somebody.expected;
      // On the first day some are of age already, by the ages of the years before.
      somebody.expected = before || age_in_months(somebody.birth, day) >= asked_for;
      const bool mapped = !mapper.map({"K-1", "16117519997", "", somebody.records}).rows.empty();
      if (day == sys_days{2024y / January / 1}) somebody.expected = mapped;
      ASSERT_EQ(mapped, somebody.expected) << to_text(somebody.birth) << " on " << to_text(Date{day});
      appeared += somebody.expected && !before && day != sys_days{2024y / January / 1} ? 1 : 0;
    }
  }
  EXPECT_GT(appeared, 50);
}

// The XML examples of a page, in order.
std::vector<std::string> examples(const std::string& page) {
  std::vector<std::string> found;
  constexpr std::string_view fence = "```xml\n";
  for (size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 1)) {
    const size_t begin = at + fence.size();
    found.push_back(page.substr(begin, page.find("```", begin) - begin));
  }
  return found;
}

TEST(Documentation, ItsExamplesLoad) {
  const std::vector<std::string> xml =
      examples(support::read_file(TILTS_MAPPINGS "/../docs/writing-a-mapping.md"));
  ASSERT_EQ(xml.size(), 2u);
  const support::TemporaryFolder folder;
  fs::copy(TILTS_MAPPINGS "/code-lists", folder.path() / "code-lists");
  const std::string mapping = folder.write("municipal/example.xml", xml[0]);
  EXPECT_EQ(Mapping::load(mapping)->name(), "municipal/resident");
  folder.write("code-lists/sex.xml", xml[1]);
  EXPECT_NO_THROW(Mapping::load(mapping));
  fs::remove(folder.path() / "code-lists/sex.xml");
  EXPECT_THROW(Mapping::load(mapping), Error);
}

}  // namespace
}  // namespace tilts::mapping
