#include "gateway/store/postgresql_statements.h"

#include <charconv>
#include <new>
#include <utility>

#include <Poco/Data/PostgreSQL/Utility.h>

#include "gateway/base/error.h"

namespace tilts::store {
namespace {

using Result = Handle<PGresult, PQclear>;

constexpr const char* kConnectionLost = "08006";
constexpr const char* kNotInRepertoire = "22021";  // what the server says of a text with a zero byte
constexpr const char* kTransactionFailed = "25P02";

Result demand(PGconn* connection, PGresult* returned) {
  Result result(returned);
  const ExecStatusType status = PQresultStatus(returned);  // PGRES_FATAL_ERROR of none
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
  const char* const state = PQresultErrorField(returned, PG_DIAG_SQLSTATE);
  if (state != nullptr) throw PostgresqlFailure(state);
  throw PostgresqlFailure(PQstatus(connection) == CONNECTION_OK ? "" : kConnectionLost);
}

}  // namespace

PostgresqlStatements::PostgresqlStatements(Poco::Data::Session& session)
    : connection_(*Poco::Data::PostgreSQL::Utility::handle(session)) {}

PostgresqlStatements::Use PostgresqlStatements::use(const Sql& sql) {
  if (sql.arguments() == 0) return {connection_, std::string(sql.text()), false};
  auto kept = names_.find(sql.text());
  if (kept == names_.end()) {
    const std::string name = "tilts_" + std::to_string(names_.size() + 1);
    demand(connection_,
           PQprepare(connection_, name.c_str(), std::string(sql.text()).c_str(), sql.arguments(), nullptr));
    kept = names_.emplace(sql.text(), name).first;
  }
  return {connection_, kept->second, true};
}

void PostgresqlStatements::Use::bind(int64_t number) {
  parameters_.push_back({std::to_string(number), {}, false});
}

void PostgresqlStatements::Use::bind(std::string_view text) {
  // libpq would end it there.
  if (text.find('\0') != std::string_view::npos) throw PostgresqlFailure(kNotInRepertoire);
  parameters_.push_back({std::string(text), {}, false});
}

void PostgresqlStatements::Use::bind_bytes(std::string_view bytes) {
  parameters_.push_back({{}, bytes, true});
}

void PostgresqlStatements::Use::execute() {
  if (!prepared_) {
    result_ = demand(connection_, PQexec(connection_, text_.c_str()));
    // The server answers the COMMIT of a transaction that failed with a ROLLBACK, and calls that success.
    if (text_ == "COMMIT" && std::string_view(PQcmdStatus(result_.get())) != text_)
      throw PostgresqlFailure(kTransactionFailed);
    return;
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const Parameter& one : parameters_) {
    values.push_back(!one.binary ? one.text.c_str() : one.bytes.empty() ? nullptr : one.bytes.data());
    lengths.push_back(static_cast<int>(one.bytes.size()));  // of binary ones alone
    formats.push_back(one.binary ? 1 : 0);
  }
  result_ = demand(connection_, PQexecPrepared(connection_, text_.c_str(), static_cast<int>(values.size()),
                                               values.data(), lengths.data(), formats.data(), 0));
}

bool PostgresqlStatements::Use::step() {
  if (!result_) execute();
  return ++row_ < PQntuples(result_.get());
}

size_t PostgresqlStatements::Use::finish() {
  if (!result_) execute();
  const std::string_view digits = PQcmdTuples(result_.get());
  size_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);  // none: BEGIN touches no rows
  return count;
}

int64_t PostgresqlStatements::Use::number(int column) const {
  const std::string digits = text(column);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() ? !digits.empty() : end != digits.data() + digits.size())
    throw Error(Code::bug, "store: a column that is read as a number holds something else");
  return number;
}

std::string PostgresqlStatements::Use::text(int column) const {
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<size_t>(PQgetlength(result_.get(), row_, column))};
}

std::string PostgresqlStatements::Use::bytes(int column) const {
  const auto* const escaped = reinterpret_cast<unsigned char*>(PQgetvalue(result_.get(), row_, column));
  size_t size = 0;
  const Handle<unsigned char, PQfreemem> bytes(PQunescapeBytea(escaped, &size));
  if (!bytes) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(bytes.get()), size};
}

}  // namespace tilts::store
