// The prepared statements of one SQLite session, kept by their text. Poco prepares a statement anew at every
// execution, which is half of what a small statement costs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <Poco/Data/Session.h>
#include <sqlite3.h>

#include "gateway/base/handle.h"
#include "gateway/store/sql.h"

namespace tilts::store {

class SqliteStatements {
 public:
  // One use of a statement: bound, stepped, and given back reset when it is destroyed. What a text or bytes
  // parameter points at must live as long. SQLite's errors are thrown as Poco's own exceptions of them.
  class Use {
   public:
    Use(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    void bind(int64_t number);
    void bind(std::string_view text);
    void bind_bytes(std::string_view bytes);  // empty ones as NULL

    bool step();      // true when there is a row
    size_t finish();  // to the end; how many rows were changed

    int64_t number(int column) const;
    std::string text(int column) const;
    std::string bytes(int column) const;

   private:
    void demand(int result) const;

    sqlite3* database_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
  };

  explicit SqliteStatements(const Poco::Data::Session& session);

  // Prepared at its first use. Not twice at the same time.
  Use use(const Sql& sql);

 private:
  sqlite3* database_;  // Poco's; it must outlive this
  std::unordered_map<std::string_view, Handle<sqlite3_stmt, sqlite3_finalize>> prepared_;
};

}  // namespace tilts::store
