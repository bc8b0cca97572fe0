// The database of the store: SQLite (default) or PostgreSQL, the same SQL on both. One writer thread commits
// in groups; readers have sessions of their own. One process writes a SQLite store, any number may read it.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "gateway/store/session.h"

namespace tilts::store {

enum class Access {
  write,  // takes the lock file (SQLite), applies the migrations, starts the writer
  read,   // the store must exist and have this program's schema
};

class Database {
 public:
  using Work = std::function<void(Transaction&)>;

  // `connection` is "sqlite:FILE" or "postgresql:" and libpq's words. Throws Error(config): another process
  // holds the store, the store is newer than this program, the folder or server cannot be used.
  Database(const std::string& connection, Access access);
  // Finishes what is queued.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Queues `work` for the writer thread. The future is ready when the group it was committed with is durable,
  // or throws: what `work` itself threw (its neighbours are not touched), or Error(transient | config) when
  // the database failed; then nothing of `work` was kept. `work` must not wait for a network, an adapter or a
  // target.
  std::future<void> post(Work work);

  // post(), waited for, with the value that `work(Transaction&)` returns. Never from inside another write.
  template <typename F>
  auto write(F&& work);

  // Runs `work(Session&)` in the calling thread on a session of its own. Thread-safe.
  template <typename F>
  auto read(F&& work) const;

  // A consistent copy while others go on writing, opened and checked (integrity_check) before it takes its
  // name. Keys of the evidence are not in it. PostgreSQL: Error(config) that says which pg_dump command to
  // use.
  void backup(const std::filesystem::path& file) const;

  // What was overwritten is nowhere in the files of a SQLite store after this. False: somebody was reading
  // all the time.
  bool scrub() const;

  bool is_sqlite() const;

 private:
  class Reader;
  struct Implementation;

  std::unique_ptr<Implementation> implementation_;
};

// A session out of the pool of readers, back in it when destroyed.
class Database::Reader {
 public:
  explicit Reader(const Database& database);
  ~Reader();
  Session& session() { return session_; }
  // Rethrows the exception in flight as the store's Error.
  [[noreturn]] void failed();

 private:
  const Database& database_;
  Session session_;
  bool whole_ = true;  // false: not to be lent again
};

template <typename F>
auto Database::write(F&& work) {
  using Result = std::invoke_result_t<F, Transaction&>;
  if constexpr (std::is_void_v<Result>) {
    post([&](Transaction& transaction) { work(transaction); }).get();
  } else {
    std::optional<Result> result;
    post([&](Transaction& transaction) { result.emplace(work(transaction)); }).get();
    return std::move(*result);
  }
}

template <typename F>
auto Database::read(F&& work) const {
  Reader reader(*this);
  try {
    return work(reader.session());
  } catch (...) {
    reader.failed();
  }
}

}  // namespace tilts::store
