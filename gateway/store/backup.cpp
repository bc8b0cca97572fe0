#include "gateway/store/backup.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/store/connection.h"

namespace tilts::store {
namespace {

using Sqlite = Handle<sqlite3, sqlite3_close>;
using Statement = Handle<sqlite3_stmt, sqlite3_finalize>;

// A temporary name beside the right one; it always goes, the file stays when it was linked to its name.
class Draft {
 public:
  explicit Draft(std::filesystem::path file) : file_(std::move(file)) {
    const int descriptor = open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
      throw Error(Code::config,
                  fmt::format("backup: {}: {}; choose another place", file_.string(), std::strerror(errno)));
    close(descriptor);
  }
  ~Draft() { unlink(file_.c_str()); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& file() const { return file_; }
  // Takes its name once it is on the disk; never over a file that exists.
  void keep_as(const std::filesystem::path& name) {
    const int descriptor = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool flushed = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) close(descriptor);
    if (!flushed || link(file_.c_str(), name.c_str()) != 0)
      throw Error(Code::config,
                  fmt::format("backup: {}: {}; choose another name", name.string(), std::strerror(errno)));
    const std::filesystem::path folder = name.has_parent_path() ? name.parent_path() : ".";
    const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      fsync(directory);
      close(directory);
    }
  }

 private:
  std::filesystem::path file_;
};

Sqlite open_sqlite(const std::filesystem::path& file, int flags) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  Sqlite database(opened);
  if (result != SQLITE_OK)
    throw Error(Code::config,
                fmt::format("backup: {}: {}; nothing was copied", file.string(), sqlite3_errstr(result)));
  sqlite3_busy_timeout(opened, 30000);
  return database;
}

std::string first_text(sqlite3* database, const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v2(database, sql, -1, &prepared, nullptr);
  const Statement statement(prepared);
  if (result != SQLITE_OK || sqlite3_step(prepared) != SQLITE_ROW) return sqlite3_errmsg(database);
  return reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
}

}  // namespace

void backup(const Connection& connection, const std::filesystem::path& file) {
  if (!connection.sqlite())
    throw Error(Code::config,
                "backup: the store is a PostgreSQL database, which has its own: run "
                "`pg_dump --format=custom --exclude-schema=keys --file=FILE` with the store's connection");
  if (std::filesystem::exists(file))
    throw Error(Code::config,
                fmt::format("backup: {}: the file exists already; choose another name", file.string()));
  connection.demand_files();
  Draft draft(file.string() + ".part");
  {
    const Sqlite from = open_sqlite(connection.file(), SQLITE_OPEN_READWRITE);
    const Sqlite to = open_sqlite(draft.file(), SQLITE_OPEN_READWRITE);
    sqlite3_backup* copy = sqlite3_backup_init(to.get(), "main", from.get(), "main");
    // In one step: a reader of a WAL store stops nobody, and a copy in parts starts anew at every commit.
    const bool whole = copy != nullptr && sqlite3_backup_step(copy, -1) == SQLITE_DONE;
    if (copy == nullptr || sqlite3_backup_finish(copy) != SQLITE_OK || !whole)
      throw Error(Code::transient, fmt::format("backup: {}: {}; nothing was kept, free space and try again",
                                               file.string(), sqlite3_errmsg(to.get())));
    // The copy is one file that stands alone.
    first_text(to.get(), "PRAGMA journal_mode = DELETE");
    const std::string verdict = first_text(to.get(), "PRAGMA integrity_check");
    if (verdict != "ok")
      throw Error(Code::config,
                  fmt::format("backup: {}: the copy is damaged ({}); check the store with the same "
                              "command, and the disk",
                              file.string(), verdict));
    if (first_text(to.get(), "SELECT COUNT(*) > 0 FROM schema_step") != "1")
      throw Error(Code::config, fmt::format("backup: {}: the copy is not a store", file.string()));
  }
  draft.keep_as(file);
}

}  // namespace tilts::store
