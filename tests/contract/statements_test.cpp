// How values cross into the databases and back, and what a session keeps prepared.
#include <limits>

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Sql kCreate = "CREATE TABLE crossing (number BIGINT PRIMARY KEY, words TEXT, bytes BLOB)";
constexpr Sql kInsert = "INSERT INTO crossing (number, words, bytes) VALUES ($1, $2, $3)";
constexpr Sql kUpdate = "UPDATE crossing SET words = $1 WHERE number > $2";
constexpr Sql kRead = "SELECT number, words, bytes FROM crossing WHERE number >= $1 ORDER BY number";
constexpr Sql kFind = "SELECT number FROM crossing WHERE bytes = $1 AND words = $2";
constexpr Sql kCount = "SELECT COUNT(*) FROM crossing";
constexpr Sql kSum = "SELECT SUM(number) FROM crossing WHERE number > $1";

class StatementsContract : public Contract {
 protected:
  StatementsContract() {
    write([](Transaction& t) { t.run(kCreate); });
  }
  void insert(int64_t number, const std::string& words, const std::string& bytes) {
    write([&](Transaction& t) { t.run(kInsert, number, words, Blob{bytes}); });
  }
  int64_t count() {
    return read([](Session& s) { return s.value<int64_t>(-1, kCount); });
  }
};

TEST_P(StatementsContract, EveryValueComesBackAsItWent) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  const std::string latvian = "Ķēķis 'pie' \"Žaņa\" \\x41 $1; 😀\n";
  constexpr auto least = std::numeric_limits<int64_t>::min();
  constexpr auto most = std::numeric_limits<int64_t>::max();
  insert(least, latvian, every);
  insert(0, "", "");
  insert(most, "\\x4142", "\\x4142");
  const auto rows = read([](Session& s) {
    return s.rows<int64_t, std::string, Blob>(kRead, std::numeric_limits<int64_t>::min());
  });
  EXPECT_THAT(rows, ElementsAre(std::tuple(least, latvian, Blob{every}), std::tuple(int64_t{0}, "", Blob{}),
                                std::tuple(most, "\\x4142", Blob{"\\x4142"})));
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(1, kFind, Blob{every}, latvian); }), least);
}

TEST_P(StatementsContract, SaysHowManyRowsItTouched) {
  for (int number = 1; number <= 3; ++number) insert(number, "a", "b");
  write([](Transaction& t) {
    EXPECT_EQ(t.run(kUpdate, "c", 1), 2U);
    EXPECT_EQ(t.run(kUpdate, "c", 9), 0U);
  });
  EXPECT_EQ(read([](Session& s) { return s.value<int64_t>(-1, kSum, 0); }), 6);
  EXPECT_EQ(read([](Session& s) { return s.value<int64_t>(-1, kSum, 9); }), 0) << "NULL reads as 0";
}

INSTANTIATE_TEST_SUITE_P(Both, StatementsContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

// --- PostgreSQL's own --------------------------------------------------------------------------------------

// How often the session has the statement prepared, and how often it was executed.
constexpr Sql kPrepared =
    "SELECT COUNT(*), SUM(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement = $1";

class PostgresqlStatementsTest : public StatementsContract {
 protected:
  using Kept = std::tuple<int64_t, int64_t>;
  static Kept kept(Session& session, const Sql& sql) {
    return session.row<int64_t, int64_t>(kPrepared, sql.text()).value();
  }
};

TEST_P(PostgresqlStatementsTest, ArePreparedOnceASession) {
  for (int number = 1; number <= 7; ++number) insert(number, "a", "b");
  write([](Transaction& t) { EXPECT_EQ(kept(t, kInsert), Kept(1, 7)); });
  read([](Session& s) {
    for (int i = 0; i < 3; ++i) s.rows<int64_t, std::string, Blob>(kRead, 0);
    EXPECT_EQ(kept(s, kRead), Kept(1, 3));
    return 0;
  });
}

// The statement was prepared inside a transaction that was taken back, and one of it failed.
TEST_P(PostgresqlStatementsTest, StayThroughARollback) {
  sentence(Code::bug, [&] {
    write([](Transaction& t) {
      t.run(kInsert, 1, "a", Blob{"b"});
      t.run(kInsert, 1, "a", Blob{"b"});
    });
  });
  insert(1, "a", "b");
  write([](Transaction& t) { EXPECT_EQ(kept(t, kInsert), Kept(1, 3)); });
  EXPECT_EQ(count(), 1);
}

TEST_P(PostgresqlStatementsTest, AConnectionThatWasCutLeavesNoneBehind) {
  insert(1, "a", "b");
  read([](Session& s) { return s.rows<int64_t, std::string, Blob>(kRead, 0).size(); });
  postgresql().cut_connections();
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(read([](Session& s) { return s.rows<int64_t, std::string, Blob>(kRead, 0).size(); }), 1U);
  insert(2, "a", "b");
  write([](Transaction& t) { EXPECT_EQ(kept(t, kInsert), Kept(1, 1)); });
  EXPECT_EQ(count(), 2);
}

TEST_P(PostgresqlStatementsTest, AConnectionCutBetweenTwoStatementsIsSaidAndSurvived) {
  const std::string gone = "the database server is gone; nothing of this step was kept";
  EXPECT_THAT(sentence(Code::transient,
                       [&] {
                         write([](Transaction& t) {
                           t.run(kInsert, 1, "a", Blob{"b"});
                           postgresql().cut_connections();
                           t.run(kInsert, 2, "a", Blob{"b"});
                         });
                       }),
              HasSubstr(gone));
  EXPECT_THAT(sentence(Code::transient,
                       [&] {
                         read([](Session& s) {
                           s.value<int64_t>(0, kCount);
                           postgresql().cut_connections();
                           return s.value<int64_t>(0, kCount);
                         });
                       }),
              HasSubstr(gone));
  EXPECT_EQ(count(), 0);
  insert(1, "a", "b");
  EXPECT_EQ(count(), 1);
}

TEST_P(PostgresqlStatementsTest, RowsThatAnotherHoldsAreSaid) {
  const Handle<PGconn, PQfinish> other(PQconnectdb(connection_.substr(connection_.find(':') + 1).c_str()));
  PQclear(PQexec(other.get(), "BEGIN; LOCK TABLE crossing"));
  EXPECT_THAT(sentence(Code::transient,
                       [&] {
                         write([](Transaction& t) {
                           t.run("SET LOCAL lock_timeout = '20ms'");
                           t.run(kInsert, 1, "a", Blob{"b"});
                         });
                       }),
              HasSubstr("another program changed the same rows; nothing of this step was kept"));
  PQclear(PQexec(other.get(), "ROLLBACK"));
  insert(1, "a", "b");
}

// The server would say of such a COMMIT that all is well, and have kept nothing.
TEST_P(PostgresqlStatementsTest, ATransactionThatFailedIsNotCalledKept) {
  insert(1, "a", "b");
  EXPECT_THAT(sentence(Code::bug,
                       [&] {
                         write([](Transaction& t) {
                           t.run(kInsert, 2, "a", Blob{"b"});
                           EXPECT_THROW(t.run(kInsert, 1, "a", Blob{"b"}), PostgresqlFailure);
                         });
                       }),
              HasSubstr("SQLSTATE 25P02"));
  EXPECT_EQ(count(), 1);
}

TEST_P(PostgresqlStatementsTest, ATextWithAZeroByteIsRefusedWhole) {
  EXPECT_THAT(sentence(Code::bug, [&] { insert(1, std::string("a\0b", 3), "b"); }),
              HasSubstr("SQLSTATE 22021"));
  EXPECT_EQ(count(), 0);
}

// Words like "client_encoding=LATIN1" in the connection, or PGCLIENTENCODING, change nothing.
TEST_P(PostgresqlStatementsTest, TextsAreUtf8WhateverTheEnvironmentSays) {
  store_.reset();
  connection_ += " client_encoding=LATIN1";
  open();
  insert(1, "Ķ", "b");
  const auto found = read([](Session& s) { return s.rows<int64_t, std::string, Blob>(kRead, 0); });
  EXPECT_THAT(found, ElementsAre(std::tuple(int64_t{1}, "Ķ", Blob{"b"})));
  constexpr Sql kOctets = "SELECT OCTET_LENGTH(words) FROM crossing";
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(0, kOctets); }), 2);
}

INSTANTIATE_TEST_SUITE_P(Alone, PostgresqlStatementsTest, testing::Values("postgresql"));

}  // namespace
}  // namespace tilts::store
