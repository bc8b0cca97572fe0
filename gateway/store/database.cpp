#include "gateway/store/database.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/backup.h"
#include "gateway/store/connection.h"
#include "gateway/store/failure.h"
#include "gateway/store/lock_file.h"
#include "gateway/store/migrations.h"

namespace tilts::store {
namespace {

constexpr Sql kBeginSqlite = "BEGIN IMMEDIATE";  // a deferred one fails at its first write under contention
constexpr Sql kBeginPostgresql = "BEGIN";
constexpr Sql kCommit = "COMMIT";
constexpr Sql kRollback = "ROLLBACK";
constexpr Sql kSavepoint = "SAVEPOINT one";
constexpr Sql kRelease = "RELEASE SAVEPOINT one";
constexpr Sql kBack = "ROLLBACK TO SAVEPOINT one";

constexpr size_t kGroup = 256;  // closures to a commit at most

struct Task {
  Database::Work work;
  std::promise<void> done;
  std::exception_ptr failure;
};

}  // namespace

struct Database::Implementation {
  Implementation(const std::string& words, Access access);
  ~Implementation();

  void write_groups();
  void commit(std::vector<Task>& group);
  bool run(Transaction& transaction, Task& task, bool alone);
  Transaction& writer();
  void give_up(std::vector<Task>& group);

  Connection connection;
  std::optional<LockFile> lock;
  std::optional<Transaction> session;  // the writer's; made anew after the server was gone

  std::mutex mutex;
  std::condition_variable work_came;
  std::deque<Task> queue;
  bool closing = false;
  std::thread thread;

  std::unique_ptr<ReaderPool> readers;
};

Database::Implementation::Implementation(const std::string& words, Access access) : connection(words) {
  try {
    if (access == Access::write) {
      if (connection.sqlite()) {
        connection.create_files();
        lock.emplace(connection.file().string() + ".lock");
      }
      Transaction& transaction = writer();
      transaction.run(connection.sqlite() ? kBeginSqlite : kBeginPostgresql);
      try {
        migrate(transaction, connection.sqlite());
        transaction.run(kCommit);
      } catch (...) {
        transaction.run(kRollback);
        throw;
      }
      connection.remember_files();
    } else {
      connection.demand_files();
      Session reader(connection.open(Access::read));
      demand_schema(reader, connection.sqlite());
    }
    readers = std::make_unique<ReaderPool>(connection);
  } catch (...) {
    rethrow(connection.place(), true);
  }
  if (access == Access::write) thread = std::thread([this] { write_groups(); });
}

Database::Implementation::~Implementation() {
  if (!thread.joinable()) return;
  {
    const std::lock_guard guard(mutex);
    closing = true;
  }
  work_came.notify_one();
  thread.join();
}

void Database::Implementation::write_groups() {
  for (;;) {
    std::vector<Task> group;
    {
      std::unique_lock guard(mutex);
      work_came.wait(guard, [this] { return closing || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < kGroup) {
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    commit(group);
    for (Task& task : group) {
      if (task.failure)
        task.done.set_exception(task.failure);
      else
        task.done.set_value();
    }
  }
}

Transaction& Database::Implementation::writer() {
  if (session && !session->connected()) session.reset();
  if (!session) session.emplace(Transaction(connection.open(Access::write)));
  return *session;
}

// One group: every task between its own savepoints, one commit for all.
void Database::Implementation::commit(std::vector<Task>& group) {
  try {
    connection.demand_files();
    Transaction& transaction = writer();
    transaction.run(connection.sqlite() ? kBeginSqlite : kBeginPostgresql);
    bool any = false;
    for (Task& task : group) any = run(transaction, task, group.size() == 1) || any;
    transaction.run(any ? kCommit : kRollback);
  } catch (...) {
    give_up(group);
  }
}

// True when the task's work stands. What it threw is its own; a database that can no longer go back to the
// savepoint (SQLite rolls everything back when the disk is full) throws, and the group is lost.
bool Database::Implementation::run(Transaction& transaction, Task& task, bool alone) {
  if (!alone) transaction.run(kSavepoint);
  try {
    task.work(transaction);
    if (!alone) transaction.run(kRelease);
    return true;
  } catch (...) {
    try {
      rethrow(connection.place(), transaction.connected());
    } catch (...) {
      task.failure = std::current_exception();
    }
  }
  if (!alone) {
    transaction.run(kBack);
    transaction.run(kRelease);
  }
  return false;
}

void Database::Implementation::give_up(std::vector<Task>& group) {
  std::exception_ptr failure;
  try {
    rethrow(connection.place(), session && session->connected());
  } catch (...) {
    failure = std::current_exception();
  }
  for (Task& task : group)
    if (!task.failure) task.failure = failure;
  try {
    if (session) session->run(kRollback);
  } catch (...) {
    session.reset();  // already rolled back, or gone: the next group opens a new one
  }
}

Database::Database(const std::string& connection, Access access)
    : implementation_(std::make_unique<Implementation>(connection, access)) {}

Database::~Database() = default;

std::future<void> Database::post(Work work) {
  Implementation& own = *implementation_;
  if (!own.thread.joinable())
    throw Error(Code::bug, own.connection.place() + ": opened for reading, and written");
  if (std::this_thread::get_id() == own.thread.get_id())
    throw Error(Code::bug, own.connection.place() + ": a write inside a write would wait for itself");
  Task task{std::move(work), {}, nullptr};
  std::future<void> done = task.done.get_future();
  {
    const std::lock_guard guard(own.mutex);
    own.queue.push_back(std::move(task));
  }
  own.work_came.notify_one();
  return done;
}

void Database::backup(const std::filesystem::path& file) const {
  store::backup(implementation_->connection, file);
}

bool Database::is_sqlite() const { return implementation_->connection.sqlite(); }

namespace {

Poco::Data::Session borrow(ReaderPool& pool, const std::string& place) {
  try {
    return pool.get();
  } catch (...) {
    rethrow(place, true);
  }
}

}  // namespace

Database::Reader::Reader(const Database& database)
    : database_(database),
      session_(borrow(*database.implementation_->readers, database.implementation_->connection.place())) {}

Database::Reader::~Reader() = default;

void Database::Reader::failed() {
  rethrow(database_.implementation_->connection.place(), session_.connected());
}

}  // namespace tilts::store
