#include "gateway/store/scrub.h"

#include <sqlite3.h>

#include "gateway/base/handle.h"
#include "gateway/store/connection.h"

namespace tilts::store {
namespace {

constexpr int kPatience = 5000;  // milliseconds; writers wait as long

bool empty_log(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  const Handle<sqlite3, sqlite3_close> database(opened);
  if (result != SQLITE_OK) return false;
  sqlite3_busy_timeout(opened, kPatience);
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(opened, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &prepared, nullptr);
  const Handle<sqlite3_stmt, sqlite3_finalize> statement(prepared);
  return sqlite3_step(prepared) == SQLITE_ROW && sqlite3_column_int(prepared, 0) == 0;
}

}  // namespace

bool scrub(const Connection& connection) {
  if (!connection.sqlite()) return true;
  const bool store = empty_log(connection.file());
  return empty_log(connection.keys_file()) && store;
}

}  // namespace tilts::store
