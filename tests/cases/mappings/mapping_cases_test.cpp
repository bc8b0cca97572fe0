// Every mapping that is shipped loads, has cases beside it, and gives what they expect.
#include <algorithm>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/mapping/cases.h"
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
