// One conversation with the database. A Session reads; a Transaction, which only the writer thread hands out,
// writes. Methods of the repositories take the one they need, so the caller decides what commits together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <Poco/Data/LOB.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/sql.h"

namespace tilts::store {

// A binary column, as a parameter and as a result. Text columns are std::string, numbers int64_t, stamps Time
// (milliseconds since 1970 in a BIGINT). No column is ever NULL.
struct Blob {
  std::string bytes;

  bool operator==(const Blob&) const = default;
};

class Session {
 public:
  explicit Session(Poco::Data::Session session) : session_(std::move(session)) {}

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

 protected:
  template <typename... Arguments>
  void bind(Poco::Data::Statement& statement, const Sql& sql, Arguments&... arguments);

  Poco::Data::Session session_;
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

// --- how arguments and columns cross to Poco ---------------------------------------------------------------

namespace detail {

// What Poco binds for an argument, and how a result column comes back.
inline Poco::Data::BLOB bound(const Blob& value) {
  return Poco::Data::BLOB(reinterpret_cast<const unsigned char*>(value.bytes.data()), value.bytes.size());
}
inline Poco::Int64 bound(Time value) { return value.time_since_epoch().count(); }
template <typename T>
requires std::is_integral_v<T> Poco::Int64 bound(T value) { return static_cast<Poco::Int64>(value); }
inline std::string bound(std::string_view value) { return std::string(value); }

template <typename T>
struct Column {
  using Type = T;
  static T value(T&& raw) { return std::move(raw); }
};
template <>
struct Column<int64_t> {
  using Type = Poco::Int64;
  static int64_t value(Poco::Int64 raw) { return raw; }
};
template <>
struct Column<Time> {
  using Type = Poco::Int64;
  static Time value(Poco::Int64 raw) { return Time(std::chrono::milliseconds(raw)); }
};
template <>
struct Column<Blob> {
  using Type = Poco::Data::BLOB;
  static Blob value(const Poco::Data::BLOB& raw) {
    return Blob{std::string(reinterpret_cast<const char*>(raw.rawContent()), raw.size())};
  }
};

}  // namespace detail

template <typename... Arguments>
void Session::bind(Poco::Data::Statement& statement, const Sql& sql, Arguments&... arguments) {
  if (sql.arguments() != sizeof...(Arguments))
    throw Error(Code::bug, "store: a statement got another number of arguments than it has placeholders");
  statement << std::string(sql.text());
  ((statement, Poco::Data::Keywords::use(arguments)), ...);
}

template <typename... Columns, typename... Arguments>
std::vector<std::tuple<Columns...>> Session::rows(const Sql& sql, const Arguments&... arguments) {
  std::tuple<std::vector<typename detail::Column<Columns>::Type>...> raw;
  auto values = std::make_tuple(detail::bound(arguments)...);
  Poco::Data::Statement statement(session_);
  std::apply([&](auto&... value) { bind(statement, sql, value...); }, values);
  std::apply([&](auto&... column) { ((statement, Poco::Data::Keywords::into(column)), ...); }, raw);
  statement.execute();

  std::vector<std::tuple<Columns...>> result;
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

inline bool Session::answers() {
  try {
    return session_.isConnected() && value<int64_t>(0, "SELECT 1") == 1;
  } catch (const Poco::Exception&) {
    return false;
  }
}

template <typename... Arguments>
size_t Transaction::run(const Sql& sql, const Arguments&... arguments) {
  auto values = std::make_tuple(detail::bound(arguments)...);
  Poco::Data::Statement statement(session_);
  std::apply([&](auto&... value) { bind(statement, sql, value...); }, values);
  return statement.execute();
}

}  // namespace tilts::store
