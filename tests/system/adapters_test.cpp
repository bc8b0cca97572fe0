// `tilts adapters`: what the libraries of the adapters' folder offer, and why one of them does not load.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A folder of its own, with the shipped adapter in it.
std::filesystem::path install(City& city) {
  const std::filesystem::path folder = city.file("adapters");
  std::filesystem::create_directory(folder);
  std::filesystem::copy(TILTS_ADAPTERS "/libtilts_population.so", folder);
  city.edit_configuration(TILTS_ADAPTERS, folder.string());
  return folder;
}

const auto population = AllOf(ContainsRegex("\npopulation [0-9.]+   registry population\n  [^\n]+\n"),
                              ContainsRegex("\n  residents +everyone on the roster, in lists of page-size\n"),
                              ContainsRegex("\n  resident +everyone on the roster, one by one: a look-up\n"),
                              ContainsRegex("\n  changes +what changed since the last time, page by page\n"),
                              ContainsRegex("\n  person +code previous_code given_name surname birth_date "),
                              ContainsRegex("\n  address +kind code text post_code municipality from\n"),
                              ContainsRegex("\n  relation +kind code given_name surname\n"),
                              ContainsRegex("\n  page-size +100 +how many people one request asks about\n"));

TEST(Adapters, OperationsSettingsAndFieldsAreListed) {
  City city;
  install(city);
  Command adapters(city, {"adapters"});
  EXPECT_EQ(adapters.end(), 0);
  EXPECT_THAT(adapters.out(), population);
  EXPECT_THAT(adapters.err(), IsEmpty());
}

// Also where no registry uses it: a library that is installed is there to be used.
TEST(Adapters, OneThatDoesNotLoadSaysWhyAndHidesNoOther) {
  City city;
  const std::filesystem::path folder = install(city);
  std::ofstream(folder / "libtilts_broken.so") << "no library";
  std::filesystem::copy(TILTS_WAYWARD "/libtilts_wayward.so", folder / "libtilts_renamed.so");
  std::ofstream(folder / "README") << "not an adapter's name";
  Command adapters(city, {"adapters"});
  EXPECT_EQ(adapters.end(), 78);
  EXPECT_THAT(adapters.out(), AllOf(population, Not(HasSubstr("wayward"))));
  EXPECT_THAT(adapters.err(),
              AllOf(HasSubstr("\nadapter broken: " + (folder / "libtilts_broken.so").string() +
                              ": is not a shared library of this machine ("),
                    HasSubstr("\nadapter renamed: " + (folder / "libtilts_renamed.so").string() +
                              ": it is the adapter wayward, the configuration says renamed"),
                    Not(HasSubstr("README"))));
}

TEST(Adapters, AnEmptyFolderAndNoneAreTwoSentences) {
  City city;
  const std::filesystem::path folder = install(city);
  std::filesystem::remove(folder / "libtilts_population.so");
  Command empty(city, {"adapters"});
  EXPECT_EQ(empty.end(), 0);
  EXPECT_THAT(empty.out(), HasSubstr("No adapter is in " + folder.string() + ".\n"));
  std::filesystem::remove(folder);
  Command none(city, {"adapters"});
  EXPECT_EQ(none.end(), 78);
  EXPECT_THAT(none.err(), HasSubstr(folder.string()));
}

}  // namespace
}  // namespace tilts::system_test
