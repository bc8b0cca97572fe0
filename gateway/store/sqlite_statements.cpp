#include "gateway/store/sqlite_statements.h"

#include <Poco/Data/SQLite/Utility.h>

namespace tilts::store {

using Poco::Data::SQLite::Utility;

SqliteStatements::SqliteStatements(const Poco::Data::Session& session)
    : database_(Utility::dbHandle(session)) {}

SqliteStatements::Use SqliteStatements::use(const Sql& sql) {
  auto& kept = prepared_[sql.text()];
  if (!kept) {
    sqlite3_stmt* prepared = nullptr;
    const int result = sqlite3_prepare_v3(database_, sql.text().data(), static_cast<int>(sql.text().size()),
                                          SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (result != SQLITE_OK) Utility::throwException(database_, result);
    kept.reset(prepared);
  }
  return {database_, kept.get()};
}

SqliteStatements::Use::~Use() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void SqliteStatements::Use::demand(int result) const {
  if (result != SQLITE_OK) Utility::throwException(database_, result);
}

void SqliteStatements::Use::bind(int64_t number) { demand(sqlite3_bind_int64(statement_, ++bound_, number)); }

void SqliteStatements::Use::bind(std::string_view text) {
  // A text without an address would be NULL.
  const char* const address = text.data() == nullptr ? "" : text.data();
  demand(sqlite3_bind_text64(statement_, ++bound_, address, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteStatements::Use::bind_bytes(std::string_view bytes) {
  ++bound_;
  demand(bytes.empty() ? sqlite3_bind_null(statement_, bound_)
                       : sqlite3_bind_blob64(statement_, bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
}

bool SqliteStatements::Use::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) Utility::throwException(database_, result);
  return false;
}

size_t SqliteStatements::Use::finish() {
  while (step()) {
  }
  return sqlite3_stmt_readonly(statement_) != 0 ? 0 : static_cast<size_t>(sqlite3_changes(database_));
}

int64_t SqliteStatements::Use::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqliteStatements::Use::text(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string() : std::string(text, sqlite3_column_bytes(statement_, column));
}

std::string SqliteStatements::Use::bytes(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, sqlite3_column_bytes(statement_, column));
}

}  // namespace tilts::store
