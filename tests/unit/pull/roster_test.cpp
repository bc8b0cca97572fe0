#include "gateway/pull/roster.h"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/support/postgresql.h"
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

// The same through PostgreSQL, whose types are stricter: a boolean is 't' or 'f', a NULL is no text.
class RosterPostgreSql : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = new support::PostgreSql; }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }

  void run(const std::string& statement) const {
    Poco::Data::PostgreSQL::Connector::registerConnector();
    Poco::Data::Session session("PostgreSQL", database.substr(database.find(':') + 1));
    session << statement, Poco::Data::Keywords::now;
  }
  Error refused(const std::string& select) const {
    try {
      read_roster(sql(database, select));
    } catch (const Error& error) {
      return error;
    }
    return Error(Code::bug, "taken");
  }

  static support::PostgreSql* server;
  const std::string database = server->fresh_database();
};
support::PostgreSql* RosterPostgreSql::server = nullptr;

TEST_F(RosterPostgreSql, OpenMayBeABooleanANumberOrAWord) {
  run("CREATE TABLE cases (client INTEGER, code CHAR(12), is_open BOOLEAN, number SMALLINT, word TEXT)");
  run("INSERT INTO cases VALUES (1, '11117000001', true, 1, 'jā'), (2, '111170-00002', false, 0, 'nē')");
  for (const char* open : {"is_open", "number", "word", "NOT NOT is_open", "is_open::text"}) {
    SCOPED_TRACE(open);
    const Roster roster = read_roster(
        sql(database, std::string("SELECT client, code, ") + open + " FROM cases ORDER BY client"));
    EXPECT_THAT(roster.entries,
                ElementsAre(RosterEntry{"1", "11117000001", true}, RosterEntry{"2", "11117000002", false}));
    EXPECT_THAT(roster.findings, IsEmpty());
  }
}

TEST_F(RosterPostgreSql, ANullIsAFindingAndNeverTheRowBeforeIt) {
  run("CREATE TABLE cases (client TEXT, code TEXT, is_open BOOLEAN)");
  run("INSERT INTO cases VALUES ('K-1', '11117000001', true), ('K-2', NULL, true),"
      " ('K-3', '11117000003', NULL), (NULL, '11117000004', true), ('K-5', '11117000005', false)");
  const Roster roster =
      read_roster(sql(database, "SELECT client, code, is_open FROM cases ORDER BY code, client"));
  EXPECT_THAT(roster.entries,
              ElementsAre(RosterEntry{"K-1", "11117000001", true}, RosterEntry{"K-5", "11117000005", false}));
  std::vector<std::string> rules;
  for (const RosterFinding& finding : roster.findings) rules.push_back(finding.rule);
  EXPECT_THAT(rules, ElementsAre("roster-open", "roster-client", "roster-code"));
}

TEST_F(RosterPostgreSql, AnEmptyTableAndAWrongSelectAreRefusals) {
  run("CREATE TABLE cases (client TEXT, code TEXT, open BOOLEAN)");
  const Error empty = refused("SELECT client, code, open FROM cases");
  EXPECT_EQ(empty.code(), Code::config);
  EXPECT_THAT(empty.what(), HasSubstr("roster from SQL: not one of its 0 lines can be used"));
  run("INSERT INTO cases VALUES ('K-1', '11117000001', true)");
  for (const char* select : {"SELECT client, code FROM cases", "SELECT client, kods, open FROM cases"}) {
    const Error wrong = refused(select);
    EXPECT_EQ(wrong.code(), Code::config) << select;
    EXPECT_THAT(wrong.what(), HasSubstr("roster: its SELECT cannot be read")) << select;
  }
}

TEST_F(RosterPostgreSql, AServerThatIsGoneIsNoMistakeOfTheConfiguration) {
  // In the middle of the SELECT, and before it.
  const Error cut = refused("SELECT 'K-1', '11117000001', pg_terminate_backend(pg_backend_pid())");
  EXPECT_EQ(cut.code(), Code::transient) << cut.what();
  EXPECT_THAT(cut.what(), HasSubstr("roster: its database is gone"));
  server->kill();
  const Error gone = refused("SELECT 1, 2, 3");
  EXPECT_EQ(gone.code(), Code::transient) << gone.what();
  EXPECT_THAT(gone.what(), HasSubstr("roster: its database cannot be opened"));
  server->start();
}

}  // namespace
}  // namespace tilts::pull
