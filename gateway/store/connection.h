// Where the store lies and how a session to it is opened.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <Poco/Data/Session.h>
#include <sys/types.h>

#include "gateway/store/database.h"

namespace tilts::store {

class Connection {
 public:
  // "sqlite:FILE" or "postgresql:" and libpq's words. Throws Error(config) for anything else.
  explicit Connection(const std::string& words);

  bool sqlite() const { return sqlite_; }
  const std::filesystem::path& file() const { return file_; }
  // The file of the evidence keys, "tilts.keys.db" beside "tilts.db".
  std::filesystem::path keys_file() const;
  // What a sentence begins with: "store: var/tilts.db". Never the connection's words: they may hold a
  // password.
  const std::string& place() const { return place_; }

  Poco::Data::Session open(Access access) const;
  void prepare(Poco::Data::Session& session, Access access) const;
  std::string connector() const { return sqlite_ ? "SQLite" : "PostgreSQL"; }
  std::string words() const { return sqlite_ ? file_.string() : words_; }

  // PostgreSQL: one process writes. Throws Error(config) when another one does.
  void demand_alone(Poco::Data::Session& session) const;

  // SQLite makes files that others can read; ours exist before it with mode 0600.
  void create_files() const;
  // A file that was removed or replaced while it is open would take every write and keep none: remember which
  // ones they are, and throw Error(config) when other ones, or none, lie there.
  void remember_files();
  void demand_files() const;

 private:
  struct Identity {
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const Identity&) const = default;
  };
  static Identity identity(const std::filesystem::path& file);

  bool sqlite_ = false;
  std::string words_;
  std::filesystem::path file_;
  std::string place_;
  Identity store_identity_;
  Identity keys_identity_;
};

// Sessions that read. Not Poco's SessionPool: that one keeps a thread and a timer for each pool.
class ReaderPool {
 public:
  explicit ReaderPool(const Connection& connection) : connection_(connection) {}

  // An idle session that still answers, or a new one.
  Session take();
  void give_back(Session session);

 private:
  const Connection& connection_;
  std::mutex mutex_;
  std::vector<Session> idle_;
};

}  // namespace tilts::store
