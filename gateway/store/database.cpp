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
#include "gateway/store/scrub.h"

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

std::exception_ptr translated(const std::exception_ptr& thrown, const std::string& place, bool connected) {
  try {
    try {
      std::rethrow_exception(thrown);
    } catch (...) {
      rethrow(place, connected);
    }
  } catch (...) {
    return std::current_exception();
  }
}

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
  Transaction& begin();
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
        try {
          transaction.run(kRollback);
        } catch (const Poco::Exception&) {  // SQLite rolled back by itself: why it did is what must be said
        }
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
  if (!session) session.emplace(Transaction(connection.open(Access::write)));
  return *session;
}

Transaction& Database::Implementation::begin() {
  const Sql& sql = connection.sqlite() ? kBeginSqlite : kBeginPostgresql;
  if (session && !connection.sqlite()) {
    try {
      session->run(sql);
      return *session;
    } catch (const Poco::Exception&) {
      session.reset();  // the server was away: a new connection, or a sentence
    }
  }
  writer().run(sql);
  return *session;
}

// One group: every task between its own savepoints, one commit for all.
void Database::Implementation::commit(std::vector<Task>& group) {
  try {
    connection.demand_files();
    Transaction& transaction = begin();
    bool any = false;
    for (Task& task : group) any = run(transaction, task, group.size() == 1) || any;
    if (any || group.size() > 1) transaction.run(kCommit);
  } catch (...) {
    give_up(group);
  }
}

// True when the task's work stands. What it threw is its own; when the database can no longer go back to the
// savepoint (SQLite rolls everything back when the disk is full, or the server is gone) the group is lost.
bool Database::Implementation::run(Transaction& transaction, Task& task, bool alone) {
  if (!alone) transaction.run(kSavepoint);
  std::exception_ptr thrown;
  try {
    task.work(transaction);
    if (!alone) transaction.run(kRelease);
    return true;
  } catch (...) {
    thrown = std::current_exception();
  }
  try {
    transaction.run(alone ? kRollback : kBack);
    if (!alone) transaction.run(kRelease);
  } catch (const Poco::Exception&) {
    std::rethrow_exception(thrown);
  }
  task.failure = translated(thrown, connection.place(), true);
  return false;
}

void Database::Implementation::give_up(std::vector<Task>& group) {
  const std::exception_ptr thrown = std::current_exception();
  bool connected = true;
  try {
    if (session) session->run(kRollback);
  } catch (const Poco::Exception&) {  // SQLite rolled back by itself, or the server is gone
    connected = connection.sqlite();
    session.reset();
  }
  for (Task& task : group)
    if (!task.failure) task.failure = translated(thrown, connection.place(), connected);
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

bool Database::scrub() const { return store::scrub(implementation_->connection); }

bool Database::is_sqlite() const { return implementation_->connection.sqlite(); }

namespace {

Session borrow(ReaderPool& pool, const Connection& connection) {
  try {
    return pool.take();
  } catch (...) {
    rethrow(connection.place(), true);
  }
}

}  // namespace

Database::Reader::Reader(const Database& database)
    : database_(database),
      session_(borrow(*database.implementation_->readers, database.implementation_->connection)) {}

Database::Reader::~Reader() {
  if (whole_) database_.implementation_->readers->give_back(session_);
}

void Database::Reader::failed() {
  const Connection& connection = database_.implementation_->connection;
  const std::exception_ptr thrown = std::current_exception();
  const bool connected = connection.sqlite() || session_.answers();
  whole_ = connected;
  std::rethrow_exception(translated(thrown, connection.place(), connected));
}

}  // namespace tilts::store
