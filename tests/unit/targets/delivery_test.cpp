// A file is delivered whole, with its manifest last, or not at all.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "gateway/base/error.h"
#include "gateway/targets/target.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/targets/rows.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::targets {
namespace {

namespace fs = std::filesystem;
using support::read_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char data[] = "residents.test.17.2-rest.csv";
constexpr char manifest[] = "residents.test.17.2-rest.csv.manifest.json";

class FileDelivery : public testing::Test {
 protected:
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  std::unique_ptr<Target> open() const {
    return Target::open(settings(Kind::csv, folder_.path()), residents());
  }

  // What an Error says, or "delivered".
  std::string attempt(Target& target, Code expected) const {
    try {
      deliver(target, many(2000));
      return "delivered";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), expected) << error.what();
      return error.what();
    }
  }

  support::TemporaryFolder folder_;
};

TEST_F(FileDelivery, LeavesDataAndManifestForOwnerAndGroup) {
  const auto target = open();
  umask(0);
  auto writing = target->begin(delivery());
  writing->write(Action::add, row("K-1", "Anna", "1"));
  writing->write(Action::change, row("K-2", "Zane", "2"));
  writing->write(Action::remove, removal(residents(), "K-3"));
  const Receipt receipt = writing->finish();
  umask(022);
  EXPECT_THAT(files(), ElementsAre(data, manifest));
  EXPECT_EQ(receipt.rows(), 3u);
  for (const char* file : {data, manifest}) {
    struct stat status {};
    ASSERT_EQ(stat((folder_.path() / file).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0640u);
  }
  const std::string expected =
      "{\n  \"file\": \"" + std::string(data) +
      "\",\n  \"target\": \"residents\",\n  \"environment\": \"test\",\n  \"run\": \"17\",\n  \"part\": "
      "\"2-rest\",\n  \"as_of\": \"2026-11-21T01:00:00.000Z\",\n  \"mapping_sha256\": \"" +
      std::string(64, 'a') +
      "\",\n  \"rows\": 3,\n  \"adds\": 1,\n  \"changes\": 1,\n  \"removals\": 1,\n  \"sha256\": \"" +
      receipt.sha256 + "\"\n}\n";
  EXPECT_EQ(read_file(folder_.path() / manifest), expected);
  // As sha256sum, which is not ours, sees it.
  const std::string command =
      "echo '" + receipt.sha256 + "  " + (folder_.path() / data).string() + "' | sha256sum --check --status";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(FileDelivery, DataIsDurableBeforeItsManifestIsWritten) {
  const auto target = open();
  support::start_recording();
  deliver(*target, {row("K-1", "Anna", "1")});
  EXPECT_THAT(support::stop_recording(),
              ElementsAre("unlinkat", "write", "fsync", "renameat", "fsync",    // the data, then its name
                          "unlinkat", "write", "fsync", "renameat", "fsync"));  // the manifest
}

TEST_F(FileDelivery, TheSameDeliveryAgainLeavesTheSameBytes) {
  const auto target = open();
  const Receipt first = deliver(*target, many(1000));
  const std::string bytes = read_file(folder_.path() / data), said = read_file(folder_.path() / manifest);
  EXPECT_EQ(deliver(*target, many(1000)), first);
  EXPECT_EQ(read_file(folder_.path() / data), bytes);
  EXPECT_EQ(read_file(folder_.path() / manifest), said);
  EXPECT_EQ(target->delivered(delivery()), first);
  EXPECT_EQ(target->delivered(delivery("18")), std::nullopt);
}

TEST_F(FileDelivery, ARunCannotDeliverSomethingElseAgain) {
  const auto target = open();
  deliver(*target, many(10));
  const std::string bytes = read_file(folder_.path() / data);
  EXPECT_THROW(deliver(*target, many(11)), Error);
  EXPECT_EQ(read_file(folder_.path() / data), bytes);
  EXPECT_THAT(files(), ElementsAre(data, manifest));
}

TEST_F(FileDelivery, WhatIsNotFinishedIsNotThere) {
  const auto target = open();
  {
    auto writing = target->begin(delivery());
    for (const Row& each : many(2000)) writing->write(Action::add, each);
    EXPECT_THAT(files(), ElementsAre("." + std::string(data) + ".part"));
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(FileDelivery, RepairRemovesWhatHasNoManifestAndNothingElse) {
  const auto target = open();
  deliver(*target, many(1));
  for (const char* name :
       {"residents.test.18.2-rest.csv", ".residents.test.19.2-rest.csv.part", "residents.test.notes.txt",
        "residents.production.18.2-rest.csv", "other.test.18.2-rest.csv", ".other.test.1.2-rest.csv.part"})
    folder_.write(name, "half");
  const std::vector<std::string> sentences = target->repair();
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_THAT(sentences[1],
              HasSubstr("target residents: removed residents.test.18.2-rest.csv, which an interrupted"));
  EXPECT_THAT(files(),
              ElementsAre(".other.test.1.2-rest.csv.part", "other.test.18.2-rest.csv",
                          "residents.production.18.2-rest.csv", data, manifest, "residents.test.notes.txt"));
  EXPECT_THAT(target->repair(), IsEmpty());
}

TEST_F(FileDelivery, AFullDiskIsOneSentenceAndNothingIsLeft) {
  const auto target = open();
  for (const char* call : {"write", "fsync"}) {
    support::fail_next(call, ENOSPC);
    EXPECT_EQ(attempt(*target, Code::transient),
              "target residents: " + (folder_.path() / data).string() +
                  ": no space is left for it; nothing was delivered, free some space and run the job again");
    EXPECT_THAT(files(), IsEmpty()) << call;
  }
  EXPECT_EQ(attempt(*target, Code::bug), "delivered");
}

TEST_F(FileDelivery, ARealLimitOnFilesIsToldTheSame) {
  const pid_t child = fork();
  if (child == 0) {
    const auto target = open();
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string said = attempt(*target, Code::transient);
    _exit(said.find("no space is left") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(FileDelivery, AVanishedFolderIsTransientAndNotMadeAnew) {
  const auto target = open();
  fs::remove_all(folder_.path());
  EXPECT_THAT(attempt(*target, Code::transient), HasSubstr("the folder is not there; nothing was delivered"));
  EXPECT_FALSE(fs::exists(folder_.path()));
}

TEST_F(FileDelivery, AFolderThatVanishesInTheMiddleIsTransient) {
  const auto target = open();
  auto writing = target->begin(delivery());
  fs::remove_all(folder_.path());
  EXPECT_THROW(writing->finish(), Error);
}

TEST_F(FileDelivery, AReadOnlyFolderIsFoundWhenTheTargetIsOpened) {
  const pid_t child = fork();
  if (child == 0) {
    chmod(folder_.path().c_str(), 0555);
    if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);  // root may write everywhere
    try {
      open();
    } catch (const Error& error) {
      _exit(error.code() == Code::config &&
                    std::string(error.what()).find("let the gateway's user write there") != std::string::npos
                ? 0
                : 1);
    }
    _exit(3);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(FileDelivery, NamesThatLeadElsewhereAreRefused) {
  Settings with = settings(Kind::csv, folder_.path());
  with.name = "../x";
  EXPECT_THROW(Target::open(with, residents()), Error);
  const auto target = open();
  EXPECT_THROW(target->begin(delivery("../1")), Error);
  EXPECT_THROW(target->begin(delivery("1", "a.b")), Error);
  EXPECT_THROW(target->begin(delivery("", "a")), Error);
}

TEST_F(FileDelivery, AManifestThatSomebodyChangedIsTold) {
  const auto target = open();
  deliver(*target, many(1));
  folder_.write(manifest, "{");
  EXPECT_THROW(target->delivered(delivery()), Error);
}

TEST_F(FileDelivery, ConsumedDataIsStillDelivered) {
  const auto target = open();
  deliver(*target, many(1));
  fs::remove(folder_.path() / data);  // the municipal system took it
  EXPECT_TRUE(target->delivered(delivery()).has_value());
  EXPECT_THAT(target->repair(), IsEmpty());
}

}  // namespace
}  // namespace tilts::targets
