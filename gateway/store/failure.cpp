#include "gateway/store/failure.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/PostgreSQLException.h>
#include <Poco/Data/SQLite/SQLiteException.h>

#include "gateway/base/error.h"
#include "gateway/store/postgresql_statements.h"

namespace tilts::store {
namespace {

namespace sqlite = Poco::Data::SQLite;

constexpr const char* kNothingKept = "nothing of this step was kept";

}  // namespace

void rethrow(const std::string& place, bool connected) {
  const auto error = [&place](Code code, const std::string& what) {
    return Error(code, place + ": " + what);
  };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const sqlite::DatabaseFullException&) {
    throw error(Code::transient,
                std::string("the disk is full; ") + kNothingKept + "; free space, then run again");
  } catch (const sqlite::IOErrorException&) {
    throw error(Code::transient, std::string("the disk cannot be read or written, it may be full; ") +
                                     kNothingKept + "; look at the disk and its free space, then run again");
  } catch (const sqlite::CorruptImageException&) {
    throw error(Code::config, "the file is damaged; restore it from the last backup");
  } catch (const sqlite::ReadOnlyException&) {
    throw error(Code::config, std::string("it cannot be written; ") + kNothingKept + "; look at its rights");
  } catch (const sqlite::CantOpenDBFileException&) {
    throw error(Code::config, "it cannot be opened; look at the folder and its rights");
  } catch (const sqlite::DBAccessDeniedException&) {
    throw error(Code::config, "access denied; look at its rights");
  } catch (const sqlite::DBLockedException&) {
    throw error(Code::transient, std::string("another program locks it; ") + kNothingKept +
                                     "; end that program, then run again");
  } catch (const sqlite::SQLiteException& other) {
    throw error(Code::bug, other.message());            // names tables and columns, never values
  } catch (const Poco::Data::NotConnectedException&) {  // a reader whose server went away between two queries
    throw error(Code::transient,
                std::string("the database server is gone; ") + kNothingKept + "; start it, then run again");
  } catch (const Poco::Data::ConnectionFailedException&) {
    throw error(Code::transient, std::string("the database server does not answer; ") + kNothingKept +
                                     "; start it or mend the connection's words, then run again");
  } catch (const Poco::Data::PostgreSQL::ConnectionException&) {
    throw error(Code::transient, std::string("the database server does not answer; ") + kNothingKept +
                                     "; start it or mend the connection's words, then run again");
  } catch (const PostgresqlFailure& other) {
    const std::string& state = other.state();
    if (!connected || state.starts_with("08") || state.starts_with("57P"))
      throw error(Code::transient,
                  std::string("the database server is gone; ") + kNothingKept + "; start it, then run again");
    if (state.starts_with("53"))
      throw error(Code::transient,
                  std::string("the database server's disk is full or its memory at an end; ") + kNothingKept +
                      "; free space there, then run again");
    if (state.starts_with("40") || state == "55P03")
      throw error(Code::transient,
                  std::string("another program changed the same rows; ") + kNothingKept + "; run again");
    if (state.starts_with("28") || state == "3D000" || state == "42501")
      throw error(Code::config,
                  "the database server refuses this user or database; look at the connection's words");
    throw error(Code::bug,
                "the database refused a statement (SQLSTATE " + (state.empty() ? "unknown" : state) + ")");
  } catch (const Poco::Exception& other) {
    if (!connected)
      throw error(Code::transient,
                  std::string("the database server is gone; ") + kNothingKept + "; start it, then run again");
    throw error(Code::bug, std::string("the database library failed: ") + other.name());
  }
}

}  // namespace tilts::store
