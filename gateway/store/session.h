// One conversation with the database. A Session reads; a Transaction, which only the writer thread hands out,
// writes. Methods of the repositories take the one they need, so the caller decides what commits together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <Poco/Data/LOB.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/sql.h"
#include "gateway/store/sqlite_statements.h"

namespace tilts::store {

// A binary column, as a parameter and as a result. Text columns are std::string, numbers int64_t, stamps Time
// (milliseconds since 1970 in a BIGINT). A NULL, which bytes alone may be, reads as
// empty.
struct Blob {
  std::string bytes;

  bool operator==(const Blob&) const = default;
};

class Session {
 public:
  explicit Session(Poco::Data::Session session)
      : session_(std::move(session)),
        sqlite_(session_.connector() == Poco::Data::SQLite::Connector::KEY
                    ? std::make_shared<SqliteStatements>(session_)
                    : nullptr) {}

  // Asks the server; not inside a transaction that failed. A library that was told nothing yet calls a broken
  // connection whole.
  bool answers();

  // All rows of a SELECT. Large tables are read in keyset pages: a result is held in memory whole.
  template <typename... Columns, typename... Arguments>
  std::vector<std::tuple<Columns...>> rows(const Sql& sql, const Arguments&... arguments);

  // The only row, or nothing.
  template <typename... Columns, typename... Arguments>
  std::optional<std::tuple<Columns...>> row(const Sql& sql, const Arguments&... arguments);

  // The only column of the only row, or `otherwise`.
  template <typename Column, typename... Arguments>
  Column value(Column otherwise, const Sql& sql, const Arguments&... arguments);

  // Runs `work()`, whose queries all see one moment, whatever is written meanwhile. Not inside a Transaction.
  template <typename F>
  auto at_one_moment(F&& work);

 protected:
  size_t say(const Sql& sql);

  template <typename... Arguments>
  void bind(Poco::Data::Statement& statement, const Sql& sql, Arguments&... arguments);
  template <typename... Arguments>
  void bind(SqliteStatements::Use& use, const Sql& sql, const Arguments&... arguments);

  Poco::Data::Session session_;
  std::shared_ptr<SqliteStatements> sqlite_;  // null on PostgreSQL
};

class Transaction : public Session {
 public:
  // Runs a statement and returns how many rows it touched.
  template <typename... Arguments>
  size_t run(const Sql& sql, const Arguments&... arguments);

 private:
  friend class Database;
  using Session::Session;
};

// --- how arguments and columns cross
// ---------------------------------------------------------------------------

namespace detail {

// To SQLite.
inline void bind(SqliteStatements::Use& use, const Blob& value) { use.bind_bytes(value.bytes); }
inline void bind(SqliteStatements::Use& use, Time value) {
  use.bind(static_cast<int64_t>(value.time_since_epoch().count()));
}
template <typename T>
requires std::is_integral_v<T>
void bind(SqliteStatements::Use& use, T value) { use.bind(static_cast<int64_t>(value)); }
inline void bind(SqliteStatements::Use& use, std::string_view value) { use.bind(value); }

// To Poco.
inline Poco::Data::BLOB bound(const Blob& value) {
  return Poco::Data::BLOB(reinterpret_cast<const unsigned char*>(value.bytes.data()), value.bytes.size());
}
inline Poco::Int64 bound(Time value) { return value.time_since_epoch().count(); }
template <typename T>
requires std::is_integral_v<T> Poco::Int64 bound(T value) { return static_cast<Poco::Int64>(value); }
inline std::string bound(std::string_view value) { return std::string(value); }

// From either. Type is what Poco fills.
template <typename T>
struct Column;
template <>
struct Column<std::string> {
  using Type = std::string;
  static std::string value(std::string&& raw) { return std::move(raw); }
  static std::string read(const SqliteStatements::Use& use, int column) { return use.text(column); }
};
template <>
struct Column<int64_t> {
  using Type = Poco::Int64;
  static int64_t value(Poco::Int64 raw) { return raw; }
  static int64_t read(const SqliteStatements::Use& use, int column) { return use.number(column); }
};
template <>
struct Column<Time> {
  using Type = Poco::Int64;
  static Time value(Poco::Int64 raw) { return Time(std::chrono::milliseconds(raw)); }
  static Time read(const SqliteStatements::Use& use, int column) { return value(use.number(column)); }
};
template <>
struct Column<Blob> {
  using Type = Poco::Data::BLOB;
  static Blob value(const Poco::Data::BLOB& raw) {
    return Blob{std::string(reinterpret_cast<const char*>(raw.rawContent()), raw.size())};
  }
  static Blob read(const SqliteStatements::Use& use, int column) { return Blob{use.bytes(column)}; }
};

template <typename... Columns, size_t... index>
std::tuple<Columns...> read(const SqliteStatements::Use& use, std::index_sequence<index...>) {
  return {Column<Columns>::read(use, index)...};
}

inline void demand_arguments(const Sql& sql, size_t arguments) {
  if (static_cast<size_t>(sql.arguments()) != arguments)
    throw Error(Code::bug, "store: a statement got another number of arguments than it has placeholders");
}

}  // namespace detail

template <typename... Arguments>
void Session::bind(SqliteStatements::Use& use, const Sql& sql, const Arguments&... arguments) {
  detail::demand_arguments(sql, sizeof...(Arguments));
  (detail::bind(use, arguments), ...);
}

template <typename... Arguments>
void Session::bind(Poco::Data::Statement& statement, const Sql& sql, Arguments&... arguments) {
  detail::demand_arguments(sql, sizeof...(Arguments));
  statement << std::string(sql.text());
  ((statement, Poco::Data::Keywords::use(arguments)), ...);
}

template <typename... Columns, typename... Arguments>
std::vector<std::tuple<Columns...>> Session::rows(const Sql& sql, const Arguments&... arguments) {
  std::vector<std::tuple<Columns...>> result;
  if (sqlite_) {
    SqliteStatements::Use use = sqlite_->use(sql);
    bind(use, sql, arguments...);
    while (use.step()) result.push_back(detail::read<Columns...>(use, std::index_sequence_for<Columns...>()));
    return result;
  }
  std::tuple<std::vector<typename detail::Column<Columns>::Type>...> raw;
  auto values = std::make_tuple(detail::bound(arguments)...);
  Poco::Data::Statement statement(session_);
  std::apply([&](auto&... value) { bind(statement, sql, value...); }, values);
  std::apply([&](auto&... column) { ((statement, Poco::Data::Keywords::into(column)), ...); }, raw);
  statement.execute();

  const size_t count = std::get<0>(raw).size();
  result.reserve(count);
  for (size_t row = 0; row < count; ++row)
    std::apply(
        [&](auto&... column) {
          result.emplace_back(detail::Column<Columns>::value(std::move(column[row]))...);
        },
        raw);
  return result;
}

template <typename... Columns, typename... Arguments>
std::optional<std::tuple<Columns...>> Session::row(const Sql& sql, const Arguments&... arguments) {
  auto all = rows<Columns...>(sql, arguments...);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

template <typename Column, typename... Arguments>
Column Session::value(Column otherwise, const Sql& sql, const Arguments&... arguments) {
  auto only = row<Column>(sql, arguments...);
  return only ? std::get<0>(std::move(*only)) : std::move(otherwise);
}

inline size_t Session::say(const Sql& sql) {
  if (sqlite_) return sqlite_->use(sql).finish();
  return (session_ << std::string(sql.text())).execute();
}

template <typename F>
auto Session::at_one_moment(F&& work) {
  say(sqlite_ ? Sql("BEGIN") : Sql("BEGIN ISOLATION LEVEL REPEATABLE READ"));
  try {
    auto result = work();
    say("COMMIT");
    return result;
  } catch (...) {
    const std::exception_ptr thrown = std::current_exception();
    try {
      say("ROLLBACK");
    } catch (const Poco::Exception&) {  // the server is gone, and its transaction with it
    }
    std::rethrow_exception(thrown);
  }
}

inline bool Session::answers() {
  try {
    return session_.isConnected() && value<int64_t>(0, "SELECT 1") == 1;
  } catch (const Poco::Exception&) {
    return false;
  }
}

template <typename... Arguments>
size_t Transaction::run(const Sql& sql, const Arguments&... arguments) {
  if (sqlite_) {
    SqliteStatements::Use use = sqlite_->use(sql);
    bind(use, sql, arguments...);
    return use.finish();
  }
  auto values = std::make_tuple(detail::bound(arguments)...);
  Poco::Data::Statement statement(session_);
  std::apply([&](auto&... value) { bind(statement, sql, value...); }, values);
  return statement.execute();
}

}  // namespace tilts::store
