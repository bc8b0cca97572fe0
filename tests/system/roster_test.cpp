// Whom a job asks about comes from the case system's own database.
#include <sstream>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/Session.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgresql.h"
#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

// The case system, with the roster of the simulator in it.
class CaseSystem {
 public:
  explicit CaseSystem(const City& city) {
    Poco::Data::PostgreSQL::Connector::registerConnector();
    run("CREATE TABLE cases (client TEXT PRIMARY KEY, code TEXT, open BOOLEAN)");
    std::istringstream lines(support::read_file(city.file("roster.csv")));
    std::string line, client, code;
    for (std::getline(lines, line); std::getline(lines, line);) {
      std::istringstream cells(line);
      std::getline(cells, client, ';');
      std::getline(cells, code, ';');
      run("INSERT INTO cases VALUES ('" + client + "', '" + code + "', true)");
    }
  }

  void run(const std::string& statement) {
    Poco::Data::Session session("PostgreSQL", connection.substr(connection.find(':') + 1));
    session << statement, Poco::Data::Keywords::now;
  }

  support::PostgreSql server;
  const std::string connection = server.fresh_database();
};

TEST(RosterBySql, ANightAsksAboutItsOpenCasesAndWaitsForADatabaseThatIsGone) {
  Plan plan;
  plan.residents = 60;
  City city(plan);
  CaseSystem cases(city);
  city.edit_configuration("csv=\"roster.csv\"", "sql=\"SELECT client, code, open FROM cases\" connection=\"" +
                                                    cases.connection + "\"");
  std::filesystem::remove(city.file("roster.csv"));
  const pull::RunReport first = city.night(initial());
  EXPECT_TRUE(first.fetched) << first.sentence;
  EXPECT_EQ(city.table("residents").size(), 60u);

  cases.run("UPDATE cases SET open = false WHERE client <= 'K-000005'");
  cases.run("UPDATE cases SET open = NULL WHERE client = 'K-000006'");
  const pull::RunReport second = city.night();
  EXPECT_TRUE(second.fetched) << second.sentence;
  EXPECT_EQ(second.counts.asked, 55);
  EXPECT_EQ(second.counts.left, 5) << second.sentence;
  EXPECT_EQ(second.counts.roster_broken, 1);  // and whose line is broken has not left
  EXPECT_EQ(city.table("residents").size(), 55u);

  cases.server.kill();
  const pull::RunReport third = city.night();
  EXPECT_EQ(name(third.state), name(RunState::transient)) << third.sentence;
  EXPECT_EQ(pull::exit_code(third.state), 6);
  EXPECT_THAT(third.sentence, HasSubstr("roster: its database cannot be opened"));
  EXPECT_EQ(third.counts.asked, 0);
}

}  // namespace
}  // namespace tilts::system_test
