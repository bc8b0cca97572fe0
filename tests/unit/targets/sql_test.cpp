// The same tests on SQLite and on PostgreSQL.
#include "gateway/targets/sql.h"

#include <algorithm>
#include <memory>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/RecordSet.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/base/error.h"
#include "gateway/targets/sql_text.h"
#include "tests/support/postgresql.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/targets/rows.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::targets {
namespace {

using namespace Poco::Data::Keywords;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Database { sqlite, postgresql };

class SqlTarget : public testing::TestWithParam<Database> {
 protected:
  SqlTarget() : with_(settings(Kind::sql, "")) {
    with_.table = "resident";
    if (GetParam() == Database::postgresql) {
      if (server_ == nullptr) server_ = std::make_unique<support::PostgreSql>();
      with_.connection = server_->fresh_database();
    } else {
      with_.connection = "sqlite:" + (folder_.path() / "out.db").string();
    }
  }

  static void TearDownTestSuite() { server_.reset(); }

  Poco::Data::Session session() const {
    const std::string rest = with_.connection.substr(with_.connection.find(':') + 1);
    if (GetParam() == Database::sqlite) {
      Poco::Data::SQLite::Connector::registerConnector();
      return {Poco::Data::SQLite::Connector::KEY, rest};
    }
    Poco::Data::PostgreSQL::Connector::registerConnector();
    return {Poco::Data::PostgreSQL::Connector::KEY, rest};
  }

  void run(const std::string& sql) const { session() << sql, now; }

  // "a|b|-" for each row, "-" where NULL.
  std::vector<std::string> rows(const std::string& select) const {
    Poco::Data::Session open = session();
    Poco::Data::Statement statement(open);
    statement << select, now;
    const Poco::Data::RecordSet set(statement);
    std::vector<std::string> lines;
    for (size_t r = 0; r < set.rowCount(); ++r) {
      std::string line;
      for (size_t c = 0; c < set.columnCount(); ++c)
        line += (c == 0 ? "" : "|") + (set.isNull(c, r) ? "-" : set.value(c, r).convert<std::string>());
      lines.push_back(line);
    }
    return lines;
  }
  std::vector<std::string> table() const {
    return rows("SELECT client, name, code FROM resident ORDER BY client");
  }

  std::unique_ptr<Target> open() const { return Target::open(with_, residents()); }
  std::string refused() const {
    try {
      open();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::config) << error.what();
      return error.what();
    }
    return "opened";
  }

  support::TemporaryFolder folder_;
  // One server for all tests, a database for each.
  static inline std::unique_ptr<support::PostgreSql> server_;
  Settings with_;
};

TEST_P(SqlTarget, UpsertsAndRemovesInOneTransaction) {
  const auto target = open();
  deliver(*target,
          {row("1", "Anna", "001"), row("2", "Bērziņš; DROP TABLE resident", ""), row("3", "'\"", "3")});
  EXPECT_THAT(table(), ElementsAre("1|Anna|001", "2|Bērziņš; DROP TABLE resident|-", "3|'\"|3"));
  auto writing = target->begin(delivery("18"));
  writing->write(Action::change, row("1", "Ance", "001"));
  writing->write(Action::remove, removal(residents(), "2"));
  writing->write(Action::add, row("4", "Zane", "4"));
  EXPECT_EQ(table().size(), 3u);  // nobody sees half of it
  const Receipt receipt = writing->finish();
  EXPECT_THAT(table(), ElementsAre("1|Ance|001", "3|'\"|3", "4|Zane|4"));
  EXPECT_EQ(receipt.rows(), 3u);
  EXPECT_THAT(rows("SELECT target, environment, run, part, as_of, adds, changes, removals FROM "
                   "tilts_delivery ORDER BY run"),
              ElementsAre("residents|test|17|2-rest|2026-11-21T01:00:00.000Z|3|0|0",
                          "residents|test|18|2-rest|2026-11-21T01:00:00.000Z|1|1|1"));
}

TEST_P(SqlTarget, AHeldBackCellKeepsWhatTheTableHas) {
  const auto target = open();
  deliver(*target, {row("1", "Anna", "001"), row("2", "Zane", "2")});
  Row held = row("1", "", "009");
  held.held = {0, 1, 0};
  Row all_held = row("2", "", "");
  all_held.held = {0, 1, 1};
  deliver(*target, {held, all_held}, delivery("18"));
  EXPECT_THAT(table(), ElementsAre("1|Anna|009", "2|Zane|2"));
}

TEST_P(SqlTarget, TheSameDeliveryAgainChangesNothing) {
  const auto target = open();
  const Receipt first = deliver(*target, {row("1", "Anna", "001")});
  run("UPDATE resident SET name = 'by the municipality'");
  EXPECT_EQ(deliver(*target, {row("1", "Anna", "001")}), first);
  EXPECT_THAT(table(), ElementsAre("1|by the municipality|001"));
  EXPECT_EQ(target->delivered(delivery()), first);
  EXPECT_EQ(target->delivered(delivery("18")), std::nullopt);
  EXPECT_THROW(deliver(*target, {row("1", "Another", "001")}), Error);
  EXPECT_THAT(table(), ElementsAre("1|by the municipality|001"));
}

TEST_P(SqlTarget, WhatIsNotFinishedIsNotThere) {
  const auto target = open();
  target->begin(delivery())->write(Action::add, row("1", "Anna", "001"));
  EXPECT_THAT(table(), IsEmpty());
  EXPECT_EQ(target->delivered(delivery()), std::nullopt);
}

TEST_P(SqlTarget, ATableThatDoesNotFitIsFoundWhenTheTargetIsOpened) {
  run("CREATE TABLE resident (client TEXT PRIMARY KEY, name TEXT)");
  EXPECT_THAT(refused(), HasSubstr("target residents: table resident: "));
  run("DROP TABLE resident");
  run("CREATE TABLE resident (client TEXT, name TEXT, code TEXT)");  // no key to upsert by
  EXPECT_THAT(refused(), HasSubstr("target residents: table resident: "));
  run("DROP TABLE resident");
  EXPECT_EQ(refused(), "opened");
  with_.table = "resident; DROP TABLE x";
  EXPECT_THAT(refused(), HasSubstr("a name of letters, digits and \"_\" is meant"));
}

TEST_P(SqlTarget, ADatabaseThatGoesInTheMiddleIsTransientAndQuotesNobody) {
  const auto target = open();
  auto writing = target->begin(delivery());
  writing->write(Action::add, row("1", "Anna", "001"));
  if (GetParam() == Database::postgresql)
    server_->kill();
  else
    support::fail_next("fdatasync", EIO);
  try {
    writing->write(Action::add, row("2", "Zane", "002"));
    writing->finish();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("target residents: table resident: the database did not take it"));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("Zane")));
  }
  writing.reset();
  support::fail_next("", 0);
  if (GetParam() == Database::postgresql) server_->start();
  EXPECT_THAT(table(), IsEmpty());
  deliver(*target, {row("1", "Anna", "001"), row("2", "Zane", "002")});
  EXPECT_EQ(table().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Databases, SqlTarget, testing::Values(Database::sqlite, Database::postgresql),
                         [](const auto& parameter) {
                           return parameter.param == Database::sqlite ? "sqlite" : "postgresql";
                         });

class SqliteTarget : public SqlTarget {};

TEST_P(SqliteTarget, IsNobodyElsesToRead) {
  umask(0);
  deliver(*open(), {row("1", "Anna", "001")});
  umask(022);
  struct stat status {};
  ASSERT_EQ(stat((folder_.path() / "out.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_P(SqliteTarget, KilledAtAnyCallItHasAllOrNothing) {
  open();
  for (int nth = 1;; ++nth) {
    run("DELETE FROM resident");
    run("DELETE FROM tilts_delivery");
    const bool died = support::dies(nth, [&] { deliver(*open(), many(300)); });
    const auto target = open();
    EXPECT_THAT(target->repair(), IsEmpty());
    EXPECT_EQ(table().size(), target->delivered(delivery()) ? 300u : 0u) << "call " << nth;
    deliver(*target, many(300));
    EXPECT_EQ(table().size(), 300u);
    if (!died) break;
    ASSERT_LT(nth, 500);
  }
}

TEST_P(SqliteTarget, AFolderThatIsNotThereMayComeBack) {
  with_.connection = "sqlite:" + (folder_.path() / "none/out.db").string();
  try {
    open();
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient);
    EXPECT_THAT(error.what(), HasSubstr("the folder is not there"));
  }
}

TEST_P(SqliteTarget, ADatabaseOfAnotherKindIsConfig) {
  with_.connection = "mysql:x";
  EXPECT_THAT(refused(), HasSubstr("must begin with sqlite: or postgresql:"));
}

INSTANTIATE_TEST_SUITE_P(Databases, SqliteTarget, testing::Values(Database::sqlite));

TEST(SqlText, PlaceholdersAscendFromOne) {
  // SQLite numbers $n by first appearance: out of order it would write into the wrong columns, silently.
  const Layout layout{"a", {{"x"}, {"client", true}, {"kind", true}, {"y"}}};
  for (const std::string& sql : {upsert("\"t\"", layout, {1, 0, 0, 0}), removal_by_key("\"t\"", layout),
                                 std::string(insert_delivery), std::string(select_delivery)}) {
    int expected = 0;
    for (size_t at = sql.find('$'); at != std::string::npos; at = sql.find('$', at + 1))
      EXPECT_EQ(std::stoi(sql.substr(at + 1)), ++expected) << sql;
    EXPECT_GT(expected, 0) << sql;
  }
  EXPECT_EQ(upsert("\"t\"", layout, {1, 0, 0, 0}),
            "INSERT INTO \"t\" (\"x\", \"client\", \"kind\", \"y\") VALUES ($1, $2, $3, $4) ON CONFLICT "
            "(\"client\", \"kind\") DO "
            "UPDATE SET \"y\" = excluded.\"y\"");
  EXPECT_EQ(quoted_table("social.resident"), "\"social\".\"resident\"");
  for (const char* bad : {"", ".", "a.", ".a", "a.b.c", "a\"b", "a b"})
    EXPECT_THROW(quoted_table(bad), Error) << bad;
}

}  // namespace
}  // namespace tilts::targets
