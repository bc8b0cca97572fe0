#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr Sql kRead = "SELECT value FROM job_cursor WHERE job = $1";
constexpr Sql kNumbers = "SELECT value FROM job_cursor ORDER BY job";
constexpr Sql kInsert = "INSERT INTO job_cursor (job, value) VALUES ($1, $2)";
constexpr Sql kNewer = "UPDATE schema_step SET number = $1";

class DatabaseContract : public Contract {
 protected:
  int64_t rows() {
    return static_cast<int64_t>(read([](Session& s) { return s.rows<std::string>(kNumbers); }).size());
  }
};

TEST_P(DatabaseContract, OneFailureDoesNotTouchItsNeighbours) {
  // The first closure waits until the others are queued, so that they are one group.
  std::promise<void> queued;
  auto gate = store_->post([&](Transaction&) { queued.get_future().wait(); });
  auto good = store_->post([](Transaction& t) { t.run(kInsert, "a", "1"); });
  auto thrown = store_->post([](Transaction& t) {
    t.run(kInsert, "b", "2");
    throw Error(Code::declined, "mine");
  });
  auto refused = store_->post([](Transaction& t) { t.run(kInsert, "a", "again"); });
  auto other = store_->post([](Transaction& t) { t.run(kInsert, "c", "3"); });
  queued.set_value();
  gate.get();
  good.get();
  EXPECT_EQ(sentence(Code::declined, [&] { thrown.get(); }), "mine");
  EXPECT_THAT(sentence(Code::bug, [&] { refused.get(); }), StartsWith("store: "));
  other.get();
  EXPECT_EQ(read([](Session& s) { return s.value<std::string>("", kRead, "a"); }), "1");
  EXPECT_EQ(rows(), 2);
}

TEST_P(DatabaseContract, CommitsManyWritersInGroups) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 8; ++writer)
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 25; ++i)
        write([&](Transaction& t) { t.run(kInsert, std::to_string(writer) + "/" + std::to_string(i), "x"); });
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(rows(), 200);
}

TEST_P(DatabaseContract, RefusesAWriteInsideAWrite) {
  sentence(Code::bug, [&] { write([&](Transaction&) { write([](Transaction&) {}); }); });
}

TEST_P(DatabaseContract, ReadersDoNotWrite) {
  EXPECT_THROW(read([](Session& s) {
                 return s.rows<std::string>(
                     "INSERT INTO job_cursor (job, value) VALUES ('a', 'b')"
                     " RETURNING job");
               }),
               Error);
  EXPECT_EQ(rows(), 0);
}

TEST_P(DatabaseContract, ReaderProcessesSeeWhatAWriterHolds) {
  write([](Transaction& t) { t.run(kInsert, "a", "1"); });
  Store reader(settings(), Clock::fixed(kNow), Access::read);
  EXPECT_EQ(reader.read([](Session& s) { return s.value<std::string>("", kRead, "a"); }), "1");
  sentence(Code::bug, [&] { reader.write([](Transaction&) {}); });
}

TEST_P(DatabaseContract, RefusesAStoreThatIsNewer) {
  write([](Transaction& t) { t.run(kNewer, 1000); });
  store_.reset();
  EXPECT_THAT(sentence(Code::config, [&] { open(); }), HasSubstr("written by a newer tilts (schema 1000"));
  EXPECT_THAT(sentence(Code::config, [&] { Store(settings(), Clock::fixed(kNow), Access::read); }),
              HasSubstr("install the version that wrote it"));
}

TEST_P(DatabaseContract, RefusesAnotherMasterKey) {
  store_.reset();
  std::filesystem::remove(folder_.path() / "master.key");
  Vault::create(folder_.path() / "master.key");
  EXPECT_THAT(sentence(Code::config, [&] { open(); }), HasSubstr("not the one this store was made with"));
}

// A child writes until it is killed and says on a pipe what was acknowledged. `store_` is closed meanwhile.
TEST_P(DatabaseContract, KeepsWhatWasAcknowledgedWhenTheProcessIsKilled) {
  store_.reset();
  std::string before;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      Store store(settings(), Clock::fixed(kNow));
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(round) + "/" + std::to_string(i);
        store.write([&](Transaction& t) {
          t.run(kInsert, name + "a", name);
          t.run(kInsert, name + "b", name);
        });
        if (::write(ends[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(ends[1]);
    int last = -1;
    for (int read = 0; read < 20 + round * 7; ++read)
      ASSERT_EQ(::read(ends[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (::read(ends[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last)) {
    }
    close(ends[0]);

    open();
    for (int i = 0; i <= last; ++i)
      ASSERT_NE(read([&](Session& s) {
                  return s.value<std::string>("", kRead,
                                              std::to_string(round) + "/" + std::to_string(i) + "b");
                }),
                "")
          << "acknowledged and lost";
    EXPECT_EQ(rows() % 2, 0) << "half a step was kept";
    store_.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(Both, DatabaseContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

// --- what is one database's own ----------------------------------------------------------------------------

class Sqlite : public DatabaseContract {
 protected:
  std::string file() const { return (folder_.path() / "tilts.db").string(); }
};

TEST_P(Sqlite, IsHeldByOneProcess) {
  EXPECT_THAT(sentence(Code::config, [&] { Store(settings(), Clock::fixed(kNow)); }),
              AllOf(HasSubstr("process " + std::to_string(getpid()) + " holds"), HasSubstr("tilts.db")));
  store_.reset();
  open();
}

TEST_P(Sqlite, FilesAreTheOwnersAlone) {
  for (const char* name : {"tilts.db", "tilts.keys.db", "tilts.db-wal", "tilts.keys.db-wal"})
    EXPECT_EQ(std::filesystem::status(folder_.path() / name).permissions() & std::filesystem::perms(077),
              std::filesystem::perms::none)
        << name;
}

TEST_P(Sqlite, NoticesThatItsFileIsGone) {
  write([](Transaction& t) { t.run(kInsert, "a", "1"); });
  std::filesystem::rename(file(), file() + ".away");
  EXPECT_THAT(sentence(Code::config, [&] { write([](Transaction& t) { t.run(kInsert, "b", "2"); }); }),
              HasSubstr("there is no such file"));
  std::ofstream(file()) << "";
  EXPECT_THAT(sentence(Code::config, [&] { write([](Transaction& t) { t.run(kInsert, "b", "2"); }); }),
              HasSubstr("replaced while it was in use"));
  std::filesystem::rename(file() + ".away", file());
  write([](Transaction& t) { t.run(kInsert, "b", "2"); });
  EXPECT_EQ(rows(), 2);
}

TEST_P(Sqlite, SaysThatAFileIsNoStore) {
  store_.reset();
  std::ofstream(file(), std::ios::trunc) << std::string(8192, 'x');
  EXPECT_THAT(sentence(Code::config, [&] { open(); }), HasSubstr("damaged"));
}

TEST_P(Sqlite, ReaderDoesNotMakeAStore) {
  Settings other = settings();
  other.connection = "sqlite:" + (folder_.path() / "none.db").string();
  EXPECT_THAT(sentence(Code::config, [&] { Store(other, Clock::fixed(kNow), Access::read); }),
              HasSubstr("there is no such file"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "none.db"));
}

// The kernel refuses to let files grow past a limit, as a full disk does. In a child: the limit is the
// process's.
TEST_P(Sqlite, SurvivesAFullDisk) {
  store_.reset();
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1 << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &small);
    Store store(settings(), Clock::fixed(kNow));
    int kept = 0;
    try {
      for (; kept < 1000; ++kept)
        store.write([&](Transaction& t) { t.run(kInsert, std::to_string(kept), std::string(20000, 'x')); });
    } catch (const Error& error) {
      const bool told = error.code() == Code::transient &&
                        std::string(error.what()).find("nothing of this step was kept") != std::string::npos;
      const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
      setrlimit(RLIMIT_FSIZE, &large);
      const auto there = store.read([](Session& s) { return s.rows<std::string>(kNumbers); }).size();
      store.write([&](Transaction& t) { t.run(kInsert, "after", "x"); });  // and it goes on
      _exit(told && there == static_cast<size_t>(kept) ? 0 : 1);
    }
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: wrong sentence or rows, 2: the disk was never full";
  open();
  EXPECT_EQ(read([](Session& s) { return s.value<std::string>("", kRead, "after"); }), "x");
}

TEST_P(Sqlite, BackupIsAWholeStoreWithoutTheKeys) {
  write([](Transaction& t) { t.run(kInsert, "a", "1"); });
  const auto copy = folder_.path() / "copy.db";
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) write([&](Transaction& t) { t.run(kInsert, "w" + std::to_string(i), "1"); });
  });
  store_->backup(copy);
  writer.join();
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".part"));
  EXPECT_THAT(sentence(Code::config, [&] { store_->backup(copy); }), HasSubstr("exists already"));

  Settings restored = settings();
  restored.connection = "sqlite:" + copy.string();
  Store other(restored, Clock::fixed(kNow));
  EXPECT_EQ(other.read([](Session& s) { return s.value<std::string>("", kRead, "a"); }), "1");
  constexpr Sql kKeys =
      "SELECT COUNT(*) FROM main.sqlite_master WHERE type = 'table' AND name = 'evidence_key'";
  EXPECT_EQ(other.read([&](Session& s) { return s.value<int64_t>(-1, kKeys); }), 0);
  other.write([&](Transaction& t) {
    other.evidence().put(t, {"m-1", "population", "resident", "r1", kNow, kNow, "request", "response", 0});
  });
}

TEST_P(Sqlite, BackupOfADamagedStoreIsRefused) {
  for (int i = 0; i < 200; ++i)
    store_->post([i](Transaction& t) { t.run(kInsert, std::to_string(i), std::string(2000, 'x')); });
  write([](Transaction&) {});
  store_.reset();
  {
    std::fstream damage(file(), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file()));
    for (std::streamoff at = size / 2 / 4096 * 4096; at < size / 2 + 40960; at += 4096) {
      damage.seekp(at);
      damage << std::string(200, '\xff');
    }
  }
  open();
  const auto copy = folder_.path() / "copy.db";
  EXPECT_THAT(sentence(Code::config, [&] { store_->backup(copy); }), HasSubstr("damaged"));
  EXPECT_FALSE(std::filesystem::exists(copy));
}

INSTANTIATE_TEST_SUITE_P(Alone, Sqlite, testing::Values("sqlite"));

class PostgreSql : public DatabaseContract {};

TEST_P(PostgreSql, GoneInTheMiddleIsSaidAndSurvived) {
  write([](Transaction& t) { t.run(kInsert, "a", "1"); });
  postgresql().kill();
  EXPECT_THAT(sentence(Code::transient, [&] { write([](Transaction& t) { t.run(kInsert, "b", "2"); }); }),
              AllOf(HasSubstr("the database server"), HasSubstr("nothing of this step was kept")));
  sentence(Code::transient, [&] { write([](Transaction& t) { t.run(kInsert, "b", "2"); }); });
  sentence(Code::transient, [&] { rows(); });
  postgresql().start();
  write([](Transaction& t) { t.run(kInsert, "c", "3"); });
  EXPECT_EQ(rows(), 2);
}

TEST_P(PostgreSql, IsWrittenByOneProcess) {
  EXPECT_THAT(sentence(Code::config, [&] { Store(settings(), Clock::fixed(kNow)); }),
              HasSubstr("another process writes it; stop that one"));
  Store(settings(), Clock::fixed(kNow), Access::read);
  store_.reset();
  open();
}

TEST_P(PostgreSql, TellsNoPasswordAndNoValues) {
  Settings wrong = settings();
  wrong.connection = "postgresql:host=/nonexistent user=tilts password=sekrets dbname=tilts";
  const std::string told = sentence(Code::transient, [&] { Store(wrong, Clock::fixed(kNow)); });
  EXPECT_THAT(told, testing::Not(HasSubstr("sekrets")));
  write([](Transaction& t) { t.run(kInsert, "personal", "1"); });
  EXPECT_THAT(sentence(Code::bug, [&] { write([](Transaction& t) { t.run(kInsert, "personal", "1"); }); }),
              AllOf(HasSubstr("23505"), testing::Not(HasSubstr("personal"))));
}

TEST_P(PostgreSql, BackupNamesItsOwnCommand) {
  EXPECT_THAT(sentence(Code::config, [&] { store_->backup(folder_.path() / "copy"); }), HasSubstr("pg_dump"));
}

INSTANTIATE_TEST_SUITE_P(Alone, PostgreSql, testing::Values("postgresql"));

}  // namespace
}  // namespace tilts::store
