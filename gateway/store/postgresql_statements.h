// The prepared statements of one PostgreSQL session, kept by their text. Poco prepares, executes and
// deallocates at every execution, each a round trip to the server and back; here it is one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <Poco/Data/PostgreSQL/PostgreSQLException.h>
#include <Poco/Data/Session.h>
#include <libpq-fe.h>

#include "gateway/base/handle.h"
#include "gateway/store/sql.h"

namespace tilts::store {

// A statement that failed: its SQLSTATE (PostgreSQL, appendix A; empty when nobody said one) and not the
// server's words, which repeat values of rows.
class PostgresqlFailure : public Poco::Data::PostgreSQL::StatementException {
 public:
  explicit PostgresqlFailure(const std::string& state) : StatementException(state) {
    message(state);  // Poco put its own name before it
  }
  const std::string& state() const { return message(); }
};

class PostgresqlStatements {
 public:
  // One use of a statement: bound, then executed by the first step() or by finish(). What a bytes parameter
  // points at must live as long. Throws PostgresqlFailure.
  class Use {
   public:
    // `prepared`: `text` is the name of a prepared statement, otherwise the statement itself.
    Use(PGconn* connection, std::string text, bool prepared)
        : connection_(connection), text_(std::move(text)), prepared_(prepared) {}

    void bind(int64_t number);
    void bind(std::string_view text);         // UTF-8; one with a zero byte is refused
    void bind_bytes(std::string_view bytes);  // empty ones as NULL

    bool step();      // true when there is a row
    size_t finish();  // how many rows were changed, or read

    int64_t number(int column) const;  // 0 for NULL
    std::string text(int column) const;
    std::string bytes(int column) const;

   private:
    struct Parameter {
      std::string text;
      std::string_view bytes;
      bool binary;
    };
    void execute();

    PGconn* connection_;
    std::string text_;
    bool prepared_;
    std::vector<Parameter> parameters_;
    Handle<PGresult, PQclear> result_;
    int row_ = -1;
  };

  explicit PostgresqlStatements(Poco::Data::Session& session);

  // Prepared at its first use; one without arguments (BEGIN, SET) is said as it is.
  Use use(const Sql& sql);

 private:
  PGconn* connection_;  // Poco's; it must outlive this, and the server forgets the statements with it
  std::unordered_map<std::string_view, std::string> names_;
};

}  // namespace tilts::store
