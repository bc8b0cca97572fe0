#include "gateway/pull/roster.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

config::RosterSettings csv(const std::string& file) {
  config::RosterSettings settings;
  settings.csv = file;
  return settings;
}

config::RosterSettings sql(const std::string& connection, const std::string& select) {
  config::RosterSettings settings;
  settings.connection = connection;
  settings.sql = select;
  return settings;
}

Roster read(const std::string& content) {
  support::TemporaryFolder folder;
  return read_roster(csv(folder.write("roster.csv", content)));
}

std::string refusal(const std::string& content) {
  try {
    read(content);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    return error.what();
  }
  return "taken";
}

TEST(RosterCsv, ReadsClientCodeAndOpen) {
  const Roster roster = read("client;code;open\nK-1;11117000001;1\nK-2;11117000002;0\n");
  EXPECT_THAT(roster.entries,
              ElementsAre(RosterEntry{"K-1", "11117000001", true}, RosterEntry{"K-2", "11117000002", false}));
  EXPECT_THAT(roster.findings, IsEmpty());
}

TEST(RosterCsv, ByteOrderMarkLineEndsHyphenQuotesAndColumnOrderDoNotMatter) {
  const Roster roster = read(
      "\xEF\xBB\xBFopen;name;client;code\r\njā;\"Bērziņa; \"\"A\"\"\";K-1;111170-00001\r\n\r\nnē;;K-2; "
      "11117000002 ");
  EXPECT_THAT(roster.entries,
              ElementsAre(RosterEntry{"K-1", "11117000001", true}, RosterEntry{"K-2", "11117000002", false}));
  EXPECT_THAT(roster.findings, IsEmpty());
}

TEST(RosterCsv, ABrokenLineIsAFindingWithItsNumberAndCostsNoOther) {
  const Roster roster = read(
      "client;code;open\n"
      "K-1;11117000001;1\n"
      "K-2;1111;1\n"             // 3
      ";11117000003;1\n"         // 4
      "K-4;11117000004;maybe\n"  // 5
      "K-5;11117000005\n"        // 6
      "K-6;\"11117000006;1\n"    // 7
      "K-\xE2;11117000007;1\n"   // 8
      "K-8;11117000008;1\n");
  EXPECT_EQ(roster.entries.size(), 2u);
  std::vector<std::pair<int64_t, std::string>> found;
  for (const RosterFinding& finding : roster.findings) found.emplace_back(finding.line, finding.rule);
  EXPECT_THAT(found, ElementsAre(std::pair{3, "roster-code"}, std::pair{4, "roster-client"},
                                 std::pair{5, "roster-open"}, std::pair{6, "roster-columns"},
                                 std::pair{7, "roster-columns"}, std::pair{8, "roster-text"}));
  EXPECT_THAT(roster.findings[0].latvian, HasSubstr("3. rinda"));
}

TEST(RosterCsv, AClientOrACodeTwiceIsAFindingAndTheFirstCounts) {
  const Roster roster = read(
      "client;code;open\n"
      "K-1;11117000001;1\n"
      "K-1;11117000002;1\n"
      "K-3;111170-00001;1\n"
      "K-3;11117000003;1\n");  // K-3 is free again: its first line was not taken
  EXPECT_THAT(roster.entries,
              ElementsAre(RosterEntry{"K-1", "11117000001", true}, RosterEntry{"K-3", "11117000003", true}));
  ASSERT_EQ(roster.findings.size(), 2u);
  EXPECT_THAT(roster.findings[0].english, HasSubstr("client number is already on line 2"));
  EXPECT_THAT(roster.findings[1].english, HasSubstr("personas kods is already on line 2"));
}

TEST(RosterCsv, NoRosterIsARefusalThatNamesTheFileAndNoPerson) {
  EXPECT_THAT(refusal(""), HasSubstr("the file is empty"));
  EXPECT_THAT(refusal("client;kods;open\nK-1;11117000001;1\n"), HasSubstr("no column \"code\""));
  const std::string nobody = refusal("client;code;open\nK-1;1111;1\n");
  EXPECT_THAT(nobody, HasSubstr("not one of its 1 lines can be used"));
  EXPECT_THAT(nobody, Not(HasSubstr("1111;")));
  EXPECT_THROW(read_roster(csv("/nowhere/roster.csv")), Error);
}

TEST(RosterSql, ReadsATableOfTheCaseSystem) {
  support::TemporaryFolder folder;
  const std::string file = (folder.path() / "cases.db").string();
  {
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::Session session("SQLite", file);
    session << "CREATE TABLE cases (client TEXT, code TEXT, open INTEGER)", Poco::Data::Keywords::now;
    session
        << "INSERT INTO cases VALUES ('K-1', '11117000001', 1), ('K-2', '11117000002', 0), ('K-3', NULL, 1)",
        Poco::Data::Keywords::now;
  }
  const Roster roster =
      read_roster(sql("sqlite:" + file, "SELECT client, code, open FROM cases ORDER BY client"));
  EXPECT_THAT(roster.entries,
              ElementsAre(RosterEntry{"K-1", "11117000001", true}, RosterEntry{"K-2", "11117000002", false}));
  ASSERT_EQ(roster.findings.size(), 1u);
  EXPECT_EQ(roster.findings[0].line, 3);
}

TEST(RosterSql, SaysWhatIsMissingAndMakesNoDatabase) {
  support::TemporaryFolder folder;
  const std::string file = (folder.path() / "cases.db").string();
  EXPECT_THROW(read_roster(sql("sqlite:" + file, "SELECT 1, 2, 3")), Error);
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace tilts::pull
