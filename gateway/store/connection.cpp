#include "gateway/store/connection.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/store/postgresql_statements.h"

namespace tilts::store {
namespace {

constexpr size_t kIdle = 16;  // reader sessions kept open

// The writer's, x'54494c54' is "TILT".
constexpr Sql kTryLock = "SELECT pg_try_advisory_lock(x'54494c54'::int)::int";
constexpr std::chrono::seconds kPatience{3};

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresql = "postgresql:";

// SQLite forgets these with each connection. secure_delete: what retention deletes is overwritten.
constexpr const char* kPragmas[] = {
    "PRAGMA synchronous = FULL", "PRAGMA keys.synchronous = FULL", "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON", "PRAGMA keys.secure_delete = ON", "PRAGMA busy_timeout = 30000",
    "PRAGMA cache_size = -8000",
};

void run(Poco::Data::Session& session, const char* statement) {
  Poco::Data::Statement(session << statement).execute();
}

}  // namespace

Connection::Connection(const std::string& words) {
  if (words.starts_with(kSqlite) && words.size() > kSqlite.size()) {
    sqlite_ = true;
    file_ = words.substr(kSqlite.size());
    place_ = "store: " + file_.string();
    Poco::Data::SQLite::Connector::registerConnector();
  } else if (words.starts_with(kPostgresql) && words.size() > kPostgresql.size()) {
    words_ = words.substr(kPostgresql.size());
    place_ = "store: PostgreSQL";
    Poco::Data::PostgreSQL::Connector::registerConnector();
  } else {
    throw Error(Code::config,
                "store: the connection is neither sqlite:FILE nor postgresql: and libpq's words");
  }
}

std::filesystem::path Connection::keys_file() const {
  std::filesystem::path keys = file_;
  return keys.replace_extension(".keys" + file_.extension().string());
}

Poco::Data::Session Connection::open(Access access) const {
  // Poco 1.11 never frees a connection that could not be made: a server that is away is asked by libpq
  // itself.
  if (!sqlite_ && PQping(words_.c_str()) != PQPING_OK)
    throw Error(Code::transient, place_ +
                                     ": the database server does not answer; nothing of this step was kept; "
                                     "start it or mend the connection's words, then run again");
  Poco::Data::Session session(connector(), words());
  prepare(session, access);
  return session;
}

void Connection::prepare(Poco::Data::Session& session, Access access) const {
  if (!sqlite_) {
    PostgresqlStatements statements(session);
    statements.use("SET client_min_messages = 'warning'; SET client_encoding = 'UTF8'").finish();
    if (access == Access::read)
      statements.use("SET default_transaction_read_only = on").finish();
    else
      demand_alone(session);
    return;
  }
  std::string keys = keys_file().string();
  Poco::Data::Statement attach(session);
  attach << "ATTACH DATABASE $1 AS keys", Poco::Data::Keywords::use(keys), Poco::Data::Keywords::now;
  for (const char* pragma : kPragmas) run(session, pragma);
  if (access == Access::read) {
    run(session, "PRAGMA query_only = ON");
  } else {
    run(session, "PRAGMA journal_mode = WAL");
    run(session, "PRAGMA keys.journal_mode = WAL");
  }
}

// As the lock file does for SQLite: the server lets go of it with the connection, however that ends.
void Connection::demand_alone(Poco::Data::Session& session) const {
  PostgresqlStatements statements(session);
  bool alone = false;
  // The server notices a moment later that who wrote before is gone.
  for (const auto until = std::chrono::steady_clock::now() + kPatience;;) {
    PostgresqlStatements::Use attempt = statements.use(kTryLock);
    alone = attempt.step() && attempt.number(0) == 1;
    if (alone || std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (!alone)
    throw Error(Code::config, place_ + ": another process writes it; stop that one, or let it do the work");
}

void Connection::create_files() const {
  for (const std::filesystem::path& file : {file_, keys_file()}) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      throw Error(Code::config,
                  fmt::format("store: {}: {}; the folder must exist and be writable by this user",
                              file.string(), std::strerror(errno)));
    close(descriptor);
  }
}

Connection::Identity Connection::identity(const std::filesystem::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? Identity{status.st_dev, status.st_ino} : Identity{};
}

void Connection::remember_files() {
  if (!sqlite_) return;
  store_identity_ = identity(file_);
  keys_identity_ = identity(keys_file());
}

void Connection::demand_files() const {
  if (!sqlite_) return;
  for (const auto& [file, known] :
       {std::pair{file_, store_identity_}, std::pair{keys_file(), keys_identity_}}) {
    const Identity now = identity(file);
    if (now == Identity{} && file == keys_file())
      throw Error(
          Code::config,
          fmt::format("store: {}: the keys of the proofs are not there; put them back, or start `tilts "
                      "serve` or a run: it begins new ones, and older proofs cannot be opened any more",
                      file.string()));
    if (now == Identity{})
      throw Error(Code::config,
                  fmt::format("store: {}: there is no such file; name the store that `tilts run` or "
                              "`tilts serve` made, or restore it from the last backup",
                              file.string()));
    if (known != Identity{} && now != known)
      throw Error(Code::config,
                  fmt::format("store: {}: the file was replaced while it was in use, nothing more is "
                              "written; stop this program, then start it on the file that is meant",
                              file.string()));
  }
}

// A session whose server went away says so only when it is asked.
Session ReaderPool::take() {
  for (;;) {
    std::unique_lock guard(mutex_);
    if (idle_.empty()) break;
    Session session = std::move(idle_.back());
    idle_.pop_back();
    guard.unlock();
    if (connection_.sqlite() || session.answers()) return session;
  }
  return Session(connection_.open(Access::read));
}

void ReaderPool::give_back(Session session) {
  const std::lock_guard guard(mutex_);
  if (idle_.size() < kIdle) idle_.push_back(std::move(session));
}

}  // namespace tilts::store
