#include <filesystem>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/pull/roster_source.h"

namespace tilts::pull {
namespace {

using namespace Poco::Data::Keywords;

Poco::Data::Session open(const std::string& connection) {
  const size_t colon = connection.find(':');
  const std::string kind = connection.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : connection.substr(colon + 1);
  if (kind == "sqlite") {
    // SQLite would make an empty database where none is.
    if (!std::filesystem::exists(rest))
      throw Error(Code::config, fmt::format("roster: there is no database {}; check the connection", rest));
    Poco::Data::SQLite::Connector::registerConnector();
    return {Poco::Data::SQLite::Connector::KEY, rest};
  }
  Poco::Data::PostgreSQL::Connector::registerConnector();
  return {Poco::Data::PostgreSQL::Connector::KEY, rest};
}

// The driver's text may quote a row, so it stays out; its class says enough.
[[noreturn]] void refuse(const Poco::Exception& problem, Code code, const char* what) {
  throw Error(code, fmt::format("roster: {} ({}); check the connection and the SELECT (client, code, open)",
                                what, problem.name()));
}

}  // namespace

Roster read_roster_sql(const std::string& connection, const std::string& sql) {
  RosterCollector collector;
  try {
    Poco::Data::Session session = open(connection);
    try {
      RosterLine row;
      Poco::Data::Statement statement(session);
      statement << sql, into(row.client), into(row.code), into(row.open), range(0, 1);
      for (int64_t number = 1; !statement.done(); ++number) {
        row = {};
        if (statement.execute() == 1) collector.take(number, row);
      }
    } catch (const Poco::Exception& problem) {
      if (!session.isConnected()) refuse(problem, Code::transient, "its database is gone");
      refuse(problem, Code::config, "its SELECT cannot be read");
    }
  } catch (const Poco::Exception& problem) {
    refuse(problem, Code::transient, "its database cannot be opened");
  }
  return std::move(collector).finish("from SQL");
}

}  // namespace tilts::pull
