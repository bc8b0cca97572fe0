// Nights over every kind of target, on either store, in either envelope: whatever the way, the same people
// arrive.
#include <sstream>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/RecordSet.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgresql.h"
#include "tests/system/city.h"
#include "tests/system/tables.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Rows = std::map<std::string, std::string>;

constexpr int nights = 200;  // of 300 people, four die

// The cells of a table that a CSV target gets too, by client number, written as the CSV has them.
Rows card_holders(const std::string& connection) {
  const std::string rest = connection.substr(connection.find(':') + 1);
  const bool sqlite = connection.starts_with("sqlite:");
  if (sqlite)
    Poco::Data::SQLite::Connector::registerConnector();
  else
    Poco::Data::PostgreSQL::Connector::registerConnector();
  Poco::Data::Session session(
      sqlite ? Poco::Data::SQLite::Connector::KEY : Poco::Data::PostgreSQL::Connector::KEY, rest);
  Poco::Data::Statement statement(session);
  statement << "SELECT client_number, personas_kods, surname, address_code FROM holder",
      Poco::Data::Keywords::now;
  const Poco::Data::RecordSet set(statement);
  Rows rows;
  for (size_t r = 0; r < set.rowCount(); ++r) {
    std::string line;
    for (size_t c = 1; c < set.columnCount(); ++c)
      line += ";" + (set.isNull(c, r) ? "" : set.value(c, r).convert<std::string>());
    rows[set.value(0, r).convert<std::string>()] = line;
  }
  return rows;
}

// The same out of the CSV:
// client_number;personas_kods;given_name;surname;birth_date;municipality;address_code, where text that looks
// like a number is ="…".
Rows card_holders(const City& city) {
  Rows rows;
  for (const auto& [key, line] : city.table("cards")) {
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ';');) {
      std::erase_if(cell, [](char c) { return c == '=' || c == '"'; });
      cells.push_back(cell);
    }
    cells.resize(7);
    rows[cells[0]] = fmt::format(";{};{};{}", cells[1], cells[3], cells[6]);
  }
  return rows;
}

// The key of City::table(), as the CSV has it: ="K-000001".
std::string row(const std::string& client) { return "\"=\"\"" + client + "\"\"\""; }

// Of all deliveries, one below the other.
std::string everything(const City& city, const std::string& target) {
  std::string text;
  for (const auto& file : city.deliveries(target)) text += support::read_file(file);
  return text;
}

size_t count(const std::string& text, const std::string& what) {
  size_t times = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++times;
  return times;
}

// A city whose job feeds, beside the three CSV targets, one of every other kind.
class EveryKind : public testing::Test {
 protected:
  EveryKind() {
    for (const char* name : {"out/old", "out/register", "out/lines"})
      std::filesystem::create_directory(city.file(name));
    const std::string mappings = TILTS_SOURCE "/mappings/";
    city.edit_configuration("  </job>\n",
                            fmt::format(R"(    <deliver mapping="{0}municipal/resident.xml" target="old"/>
    <deliver mapping="{0}municipal/address.xml" target="register"/>
    <deliver mapping="{0}municipal/resident.xml" target="lines"/>
    <deliver mapping="{0}resident_card/holder.xml" target="holders"/>
    <deliver mapping="{0}resident_card/holder.xml" target="holders-of-many"/>
  </job>
  <target name="old" kind="csv" folder="out/old" encoding="windows-1257"/>
  <target name="register" kind="xml" folder="out/register" stylesheet="{0}municipal/address.xsl" schema="{0}municipal/address.xsd"/>
  <target name="lines" kind="ndjson" folder="out/lines"/>
  <target name="holders" kind="sql" connection="{1}" table="holder"/>
  <target name="holders-of-many" kind="sql" connection="{2}" table="holder"/>
)",
                                        mappings, sqlite, postgresql));
  }

  // Every target has what the CSV targets have.
  void expect_the_same_everywhere() const {
    EXPECT_EQ(difference(card_holders(sqlite), card_holders(city)), "");
    EXPECT_EQ(difference(card_holders(postgresql), card_holders(city)), "");
    for (const char* action : {"add", "change", "remove"}) {
      size_t addresses = 0, people = 0;
      for (const auto& file : city.deliveries("addresses"))
        for (const std::string& line : city.lines(file)) addresses += line.starts_with(action);
      for (const auto& file : city.deliveries("residents"))
        for (const std::string& line : city.lines(file)) people += line.starts_with(action);
      EXPECT_EQ(count(everything(city, "register"), fmt::format("\" action=\"{}\"><Client>", action)),
                addresses);
      EXPECT_EQ(count(everything(city, "lines"), fmt::format("\"action\":\"{}\"", action)), people);
    }
  }

  static void SetUpTestSuite() { server = std::make_unique<support::PostgreSql>(); }
  static void TearDownTestSuite() { server.reset(); }
  static inline std::unique_ptr<support::PostgreSql> server;

  City city;
  const std::string sqlite = "sqlite:" + city.file("out/cards.db").string();
  const std::string postgresql = server->fresh_database();
};

TEST_F(EveryKind, GetsThePeopleThenWhatChangesThenNothing) {
  const pull::RunReport first = city.night(initial());
  EXPECT_TRUE(first.fetched) << first.sentence;
  ASSERT_EQ(city.table("residents").size(), 300u);
  const Rows holders = card_holders(sqlite);
  EXPECT_GT(holders.size(), 20u);
  expect_the_same_everywhere();

  city.registry().advance(nights);
  const pull::RunReport lived = city.night();
  EXPECT_GT(lived.counts.deaths, 0) << lived.sentence;
  EXPECT_GT(lived.counts.changes, 0);
  expect_the_same_everywhere();
  // Whoever died holds no card any more.
  const std::string events = city.registry().get("/nights");
  size_t dead_holders = 0;
  for (const auto& [client, row] : holders) {
    const bool died = count(events, fmt::format("\"kind\":\"death\",\"client\":\"{}\"", client)) > 0;
    dead_holders += died;
    if (died) {
      EXPECT_FALSE(card_holders(sqlite).contains(client)) << client;
    }
  }
  EXPECT_GT(dead_holders, 0u) << events;

  const pull::RunReport quiet = city.night();
  EXPECT_THAT(quiet.deliveries, IsEmpty()) << quiet.sentence;
  EXPECT_THAT(quiet.sentence, HasSubstr("nothing changed, nothing was delivered"));
}

TEST_F(EveryKind, AnOldEncodingHoldsBackWhatItCannotSayAndNeverAsks) {
  const pull::RunReport report = city.night(initial());
  const std::string old = everything(city, "old");
  EXPECT_THAT(old, HasSubstr("akt\xEEvs"));
  EXPECT_THAT(old, Not(HasSubstr("aktīvs")));
  EXPECT_THAT(old, Not(HasSubstr("?")));
  EXPECT_FALSE(old.starts_with("\xEF\xBB\xBF"));
  EXPECT_EQ(city.table("old").size(), 300u);
  EXPECT_THAT(support::read_file(report.findings_file),
              HasSubstr("\"\"Țurcanu\"\" has a character that windows-1257 cannot write"));
  EXPECT_THAT(city.table("old").at(row("K-000057")), AllOf(HasSubstr(";Fatima;;"), HasSubstr(";surname")));
  EXPECT_THAT(city.table("residents").at(row("K-000057")), HasSubstr(";Fatima;Țurcanu;"));
}

// What a usual city has after a first load and some life.
class Ways : public testing::Test {
 protected:
  static Rows lived(City& city, size_t people) {
    const pull::RunReport first = city.night(initial());
    EXPECT_EQ(city.table("residents").size(), people) << first.sentence;
    city.registry().advance(nights);
    const pull::RunReport next = city.night();
    EXPECT_GT(next.counts.changes, 0) << next.sentence;
    const pull::RunReport quiet = city.night();
    EXPECT_THAT(quiet.deliveries, IsEmpty()) << quiet.sentence;
    return city.table("residents");
  }
  static void expect_as_usual(Plan plan) {
    plan.residents = 60;
    Plan usual;
    usual.residents = plan.residents;
    City city(plan), other(usual);
    EXPECT_EQ(difference(lived(city, 60), lived(other, 60)), "");
    city.with(
        [](pull::JobRunner&, store::Store& store) { EXPECT_THAT(store.verify_audit().defects, IsEmpty()); });
  }
};

TEST_F(Ways, AStoreOnPostgreSqlServesANightAsWell) {
  support::PostgreSql server;
  Plan plan;
  plan.store = server.fresh_database();
  expect_as_usual(plan);
}

TEST_F(Ways, ARegistryThatSpeaksSoap11IsUnderstood) {
  Plan plan;
  plan.soap = "1.1";
  expect_as_usual(plan);
}

}  // namespace
}  // namespace tilts::system_test
