#include "gateway/store/send_journal.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace tilts::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Missing = SendJournal::Missing;

const Time kAt = parse_time("2026-11-21T02:00:00.000Z");

SendAttempt attempt(int64_t number, Time expires = kAt + std::chrono::minutes(5)) {
  return {fmt::format("{:032x}", number), 1, fmt::format("urn:uuid:{}", number), kAt, expires};
}

class SendJournalTest : public testing::Test {
 protected:
  SendJournalContents contents(Missing missing = Missing::refuse) const {
    return SendJournal(file_, missing).read();
  }
  // The refusal to open it.
  std::string refusal(Missing missing = Missing::create) const {
    try {
      const SendJournal journal(file_, missing);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::config);
      return error.what();
    }
    ADD_FAILURE() << "it was opened";
    return "";
  }
  static std::optional<Error> failure(SendJournal& journal, const SendAttempt& one) {
    try {
      journal.append(one);
    } catch (const Error& error) {
      return error;
    }
    return std::nullopt;
  }
  void put(std::string_view text) const { std::ofstream(file_, std::ios::binary | std::ios::trunc) << text; }

  support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "sent.journal";
};

TEST_F(SendJournalTest, KeepsWhatWasWritten) {
  std::string id;
  {
    SendJournal journal(file_, Missing::create);
    id = journal.id();
    EXPECT_THAT(id, SizeIs(32));
    EXPECT_THAT(journal.read().lines, IsEmpty());
    journal.append(attempt(1));
    const auto written = journal.append(attempt(2, Time{}));
    EXPECT_EQ(written.line(), 2);
    EXPECT_EQ(written.opened(), 0);
    EXPECT_EQ(written.journal(), id);
    EXPECT_EQ(written.checksum(), journal.read().lines.at(1).checksum);
  }
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  SendJournal journal(file_, Missing::refuse);
  EXPECT_EQ(journal.id(), id);
  EXPECT_EQ(journal.append(attempt(3)).opened(), 2);
  const auto lines = journal.read().lines;
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].attempt.key, attempt(1).key);
  EXPECT_EQ(lines[0].attempt.attempt, 1);
  EXPECT_EQ(lines[0].attempt.message_id, "urn:uuid:1");
  EXPECT_EQ(lines[0].attempt.at, kAt);
  EXPECT_EQ(lines[0].attempt.expires, kAt + std::chrono::minutes(5));
  EXPECT_EQ(lines[1].attempt.expires, Time{}) << "none was signed";
}

TEST_F(SendJournalTest, GoesByANewIdWithAllItsLines) {
  std::string first, second;
  {
    SendJournal journal(file_, Missing::create);
    first = journal.id();
    journal.append(attempt(1));
    journal.renew();
    second = journal.id();
    EXPECT_EQ(journal.append(attempt(2)).journal(), second);
  }
  EXPECT_NE(first, second);
  const SendJournalContents read = contents();
  EXPECT_EQ(read.id, second);
  EXPECT_THAT(read.lines, SizeIs(2));
}

TEST_F(SendJournalTest, IsMadeOnlyWhenTheCallerSaysSo) {
  EXPECT_THAT(refusal(Missing::refuse), HasSubstr("No such file"));
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_NE(contents(Missing::create).id, "");
}

TEST_F(SendJournalTest, TakesNoLineThatItCouldNotReadBack) {
  SendJournal journal(file_, Missing::create);
  SendAttempt wrong = attempt(1);
  wrong.message_id = "urn:uuid:1 2";
  EXPECT_THROW(journal.append(wrong), Error);
  wrong = attempt(1);
  wrong.key = "x";
  EXPECT_THROW(journal.append(wrong), Error);
  wrong = attempt(1);
  wrong.attempt = 0;
  EXPECT_THROW(journal.append(wrong), Error);
  EXPECT_EQ(failure(journal, attempt(1)), std::nullopt) << "and goes on";
}

TEST_F(SendJournalTest, ATornLastLineIsCutOffAtEveryLength) {
  std::string two;
  {
    SendJournal journal(file_, Missing::create);
    journal.append(attempt(1));
    journal.append(attempt(2));
    two = support::read_file(file_);
    journal.append(attempt(3));
  }
  const std::string three = support::read_file(file_);
  for (size_t size = two.size(); size < three.size(); ++size) {
    put(three.substr(0, size));
    SendJournal journal(file_, Missing::refuse);
    ASSERT_THAT(journal.read().lines, SizeIs(2)) << size;
    ASSERT_EQ(support::read_file(file_), two) << size;
    ASSERT_EQ(journal.append(attempt(4)).line(), 3) << "and it is gone on with";
    ASSERT_EQ(journal.read().lines.at(2).attempt.key, attempt(4).key);
  }
  put(two + std::string(100, '\0'));  // what a file system may leave after a power cut
  EXPECT_THAT(contents().lines, SizeIs(2));
}

TEST_F(SendJournalTest, ACreationThatWasCutOffIsDoneAgain) {
  contents(Missing::create);
  const std::string whole = support::read_file(file_);
  for (size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    ASSERT_THAT(refusal(Missing::refuse), HasSubstr("line 1"));
    ASSERT_THAT(contents(Missing::create).lines, IsEmpty()) << size;
    ASSERT_THAT(contents(Missing::refuse).lines, IsEmpty()) << size;
  }
  put("somebody's other file");
  EXPECT_THAT(refusal(), HasSubstr("line 1"));
  EXPECT_EQ(support::read_file(file_), "somebody's other file");
}

TEST_F(SendJournalTest, WhatIsGarbledBeforeItsEndIsRefusedWithItsLine) {
  {
    SendJournal journal(file_, Missing::create);
    for (int64_t number = 1; number <= 3; ++number) journal.append(attempt(number));
  }
  const std::string whole = support::read_file(file_);
  int64_t line = 1;
  for (size_t at = 0; at + 1 < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    ASSERT_THAT(refusal(), HasSubstr(fmt::format("line {}", line))) << at;
    ASSERT_EQ(support::read_file(file_), changed) << "nothing of it is touched";
    if (whole[at] == '\n') ++line;
  }
}

TEST_F(SendJournalTest, ALineTakenOutOrMovedIsSeen) {
  {
    SendJournal journal(file_, Missing::create);
    for (int64_t number = 1; number <= 3; ++number) journal.append(attempt(number));
  }
  std::vector<std::string> lines;
  std::ifstream stream(file_);
  for (std::string line; std::getline(stream, line);) lines.push_back(line + "\n");
  put(lines[0] + lines[2] + lines[3]);
  EXPECT_THAT(refusal(), HasSubstr("line 2"));
  put(lines[0] + lines[1] + lines[3] + lines[2]);
  EXPECT_THAT(refusal(), HasSubstr("line 3"));
  put(lines[0] + lines[1] + lines[1] + lines[2] + lines[3]);
  EXPECT_THAT(refusal(), HasSubstr("line 3"));
}

TEST_F(SendJournalTest, RefusesAFileThatOthersMayRead) {
  contents(Missing::create);
  std::filesystem::permissions(file_, std::filesystem::perms(0640));
  EXPECT_THAT(refusal(), HasSubstr("chmod 600"));
}

// In a process of its own; `work` returns whether all was as it should be.
template <typename F>
bool in_a_child(F&& work) {
  const pid_t child = fork();
  if (child == 0) {
    bool well = false;
    try {
      well = work();
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
    }
    _exit(well ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(SendJournalTest, OneProcessHasIt) {
  {
    SendJournal journal(file_, Missing::create);
    EXPECT_TRUE(in_a_child([&] { return refusal().find("another process holds it") != std::string::npos; }));
    EXPECT_EQ(failure(journal, attempt(1)), std::nullopt);
  }
  EXPECT_TRUE(in_a_child([&] { return contents().lines.size() == 1; }));
}

TEST_F(SendJournalTest, AFullDiskEndsItForThisProcess) {
  contents(Missing::create);
  const auto end = static_cast<rlim_t>(std::filesystem::file_size(file_) + 200);  // one line and a half
  EXPECT_TRUE(in_a_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{end, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    SendJournal journal(file_, Missing::refuse);
    if (failure(journal, attempt(1))) return false;
    const auto full = failure(journal, attempt(2));
    limit.rlim_cur = RLIM_INFINITY;  // somebody frees some space: who knows what is on the disk
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto after = failure(journal, attempt(3));
    return full && after && full->code() == Code::transient &&
           std::string(after->what()).find("start tilts again") != std::string::npos &&
           journal.read().lines.size() == 1;
  }));
  EXPECT_THAT(contents().lines, SizeIs(1)) << "the torn line was never sent";
}

TEST_F(SendJournalTest, AfterAFailedSyncNothingIsPromisedAnyMore) {
  bool broken = false;
  {
    SendJournal journal(file_, Missing::create, [&](int descriptor) {
      if (!broken) return ::fdatasync(descriptor);
      errno = EIO;
      return -1;
    });
    journal.append(attempt(1));
    broken = true;
    EXPECT_THAT(failure(journal, attempt(2))->what(), HasSubstr("Input/output error"));
    broken = false;
    EXPECT_THAT(failure(journal, attempt(3))->what(), HasSubstr("nothing more is sent"));
    EXPECT_THAT(journal.read().lines, SizeIs(1));
  }
  EXPECT_THAT(contents().lines, SizeIs(2)) << "the line is there, so its attempt counts as begun";
}

TEST_F(SendJournalTest, EveryThreadOfAFailedSyncIsTold) {
  std::atomic<bool> broken = false;
  SendJournal journal(file_, Missing::create, [&](int descriptor) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (!broken) return ::fdatasync(descriptor);
    errno = EIO;
    return -1;
  });
  std::mutex mutex;
  std::set<std::string> promised;
  std::vector<std::thread> threads;
  for (int64_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (int64_t number = thread * 1000;; ++number) {
        if (failure(journal, attempt(number))) return;
        const std::lock_guard guard(mutex);
        promised.insert(attempt(number).key);
        if (promised.size() > 40) broken = true;
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> there;
  for (const auto& line : journal.read().lines) there.insert(line.attempt.key);
  EXPECT_EQ(there, promised);
}

TEST_F(SendJournalTest, RefusesWhenTheFileIsNotItsOwnAnyMore) {
  const auto spoiled = [&](auto&& spoil) {
    std::filesystem::remove(file_);
    SendJournal journal(file_, Missing::create);
    journal.append(attempt(1));
    spoil();
    const auto refused = failure(journal, attempt(2));
    EXPECT_EQ(failure(journal, attempt(3)).has_value(), refused.has_value());
    return refused.has_value();
  };
  EXPECT_TRUE(spoiled([&] { std::filesystem::remove(file_); }));
  EXPECT_TRUE(spoiled([&] {
    std::filesystem::copy_file(file_, folder_.path() / "copy");
    std::filesystem::rename(folder_.path() / "copy", file_);
  }));
  EXPECT_TRUE(spoiled([&] { std::ofstream(file_, std::ios::app) << "x"; }));
  EXPECT_TRUE(spoiled([&] { std::filesystem::resize_file(file_, 10); }));
  EXPECT_FALSE(spoiled([] {}));
}

// 16 threads, each sync as slow as a plain disk's: one by one they would be 640.
TEST_F(SendJournalTest, ManyThreadsShareASync) {
  std::atomic<int> syncs = 0;
  std::atomic<int> at_once = 0;
  SendJournal journal(file_, Missing::create, [&](int descriptor) {
    ++syncs;
    EXPECT_EQ(++at_once, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --at_once;
    return ::fdatasync(descriptor);
  });
  std::vector<std::thread> threads;
  for (int64_t thread = 0; thread < 16; ++thread)
    threads.emplace_back([&, thread] {
      for (int64_t number = 0; number < 40; ++number) {
        const auto written = journal.append(attempt(thread * 1000 + number));
        // Durable when it returns: whoever reads now finds it, at its line.
        const auto lines = journal.read().lines;
        ASSERT_GE(static_cast<int64_t>(lines.size()), written.line());
        ASSERT_EQ(lines[static_cast<size_t>(written.line()) - 1].checksum, written.checksum());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(journal.read().lines, SizeIs(640));
  EXPECT_LT(syncs, 640 / 4);
}

}  // namespace
}  // namespace tilts::store
