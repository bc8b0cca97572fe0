// One conversation with the database. A Session reads; a Transaction, which only the writer thread hands out,
// writes. Methods of the repositories take the one they need, so the caller decides what commits together.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/postgresql_statements.h"
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

// One use of a prepared statement, on either database: bound in the order of the placeholders, then read row
// by row or finished.
template <typename U>
concept StatementUse = requires(U use, const U row, std::string_view text) {
  use.bind(int64_t{});
  use.bind(text);
  use.bind_bytes(text);
  { use.step() } -> std::same_as<bool>;
  { use.finish() } -> std::same_as<size_t>;
  { row.number(0) } -> std::same_as<int64_t>;
  { row.text(0) } -> std::same_as<std::string>;
  { row.bytes(0) } -> std::same_as<std::string>;
};

class Session {
 public:
  explicit Session(Poco::Data::Session session)
      : session_(std::move(session)), statements_(std::make_shared<Statements>(statements(session_))) {}

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

  // What `work(use)` returns, given the statement with its arguments bound.
  template <typename F, typename... Arguments>
  auto with(const Sql& sql, F&& work, const Arguments&... arguments);

 private:
  using Statements = std::variant<SqliteStatements, PostgresqlStatements>;
  static Statements statements(Poco::Data::Session& session) {
    if (session.connector() == Poco::Data::SQLite::Connector::KEY) return SqliteStatements(session);
    return PostgresqlStatements(session);
  }

  Poco::Data::Session session_;
  std::shared_ptr<Statements> statements_;  // of this connection alone; copies of a session share both
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

void bind(StatementUse auto& use, const Blob& value) { use.bind_bytes(value.bytes); }
void bind(StatementUse auto& use, Time value) {
  use.bind(static_cast<int64_t>(value.time_since_epoch().count()));
}
void bind(StatementUse auto& use, std::integral auto value) { use.bind(static_cast<int64_t>(value)); }
void bind(StatementUse auto& use, std::string_view value) { use.bind(value); }

template <typename T>
struct Column;
template <>
struct Column<std::string> {
  static std::string read(const StatementUse auto& use, int column) { return use.text(column); }
};
template <>
struct Column<int64_t> {
  static int64_t read(const StatementUse auto& use, int column) { return use.number(column); }
};
template <>
struct Column<Time> {
  static Time read(const StatementUse auto& use, int column) {
    return Time(std::chrono::milliseconds(use.number(column)));
  }
};
template <>
struct Column<Blob> {
  static Blob read(const StatementUse auto& use, int column) { return Blob{use.bytes(column)}; }
};

template <typename... Columns, size_t... index>
std::tuple<Columns...> read(const StatementUse auto& use, std::index_sequence<index...>) {
  return {Column<Columns>::read(use, index)...};
}

}  // namespace detail

template <typename F, typename... Arguments>
auto Session::with(const Sql& sql, F&& work, const Arguments&... arguments) {
  if (static_cast<size_t>(sql.arguments()) != sizeof...(Arguments))
    throw Error(Code::bug, "store: a statement got another number of arguments than it has placeholders");
  return std::visit(
      [&](auto& prepared) {
        StatementUse auto use = prepared.use(sql);
        (detail::bind(use, arguments), ...);
        return work(use);
      },
      *statements_);
}

template <typename... Columns, typename... Arguments>
std::vector<std::tuple<Columns...>> Session::rows(const Sql& sql, const Arguments&... arguments) {
  return with(
      sql,
      [](auto& use) {
        std::vector<std::tuple<Columns...>> result;
        while (use.step())
          result.push_back(detail::read<Columns...>(use, std::index_sequence_for<Columns...>()));
        return result;
      },
      arguments...);
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
  return with(sql, [](auto& use) { return use.finish(); });
}

template <typename F>
auto Session::at_one_moment(F&& work) {
  say(std::holds_alternative<SqliteStatements>(*statements_) ? Sql("BEGIN")
                                                             : Sql("BEGIN ISOLATION LEVEL REPEATABLE READ"));
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
  return with(
      sql, [](auto& use) { return use.finish(); }, arguments...);
}

}  // namespace tilts::store
