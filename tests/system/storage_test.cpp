// What holds the data fails: a disk, a folder, the store itself.
#include <csignal>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "gateway/base/error.h"
#include "tests/support/postgresql.h"
#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;

pull::RunOptions initial() {
  pull::RunOptions options;
  options.initial = true;
  return options;
}

// No file may grow beyond so many bytes: what a full disk looks like to a process, without being root.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(Storage, AFullDiskEndsTheRunAndTheNextOneCarriesOn) {
  City city;
  pull::RunReport report;
  {
    const FullDisk full(300'000);
    report = city.night(initial());
  }
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_TRUE(city.deliveries("residents").empty());
  const pull::RunReport next = city.night(initial());
  EXPECT_TRUE(next.fetched) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST(Storage, OneTargetOutOfReachKeepsNothingFromTheOthers) {
  City city;
  std::filesystem::remove(city.file("out/addresses"));
  const pull::RunReport report = city.night(initial());
  EXPECT_THAT(report.state, testing::AnyOf(RunState::transient, RunState::config)) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("addresses"));
  EXPECT_EQ(city.table("residents").size(), 300u);
  std::filesystem::create_directory(city.file("out/addresses"));
  const pull::RunReport next = city.night(initial());
  EXPECT_GT(city.table("addresses").size(), 290u) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST(Storage, AStoreThatIsGoneInTheMiddleEndsTheRunAndTheNextOneCarriesOn) {
  support::PostgreSql server;
  Plan plan;
  plan.store = server.fresh_database();
  City city(plan);
  pull::RunOptions options = initial();
  options.progress = [&, gone = false](const pull::Progress& progress) mutable {
    if (progress.records > 0 && !std::exchange(gone, true)) server.kill();
  };
  pull::RunReport report;
  city.with([&](pull::JobRunner& runner, store::Store&) { report = runner.run("residents", options); });
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_TRUE(city.deliveries("residents").empty());
  server.start();
  const pull::RunReport next = city.night(initial());
  EXPECT_TRUE(next.fetched) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST(Storage, AnUnreadableMasterKeyIsARefusal) {
  City city;
  std::filesystem::permissions(city.file("master.key"), std::filesystem::perms::all);
  EXPECT_THROW(city.night(), Error);
}

}  // namespace
}  // namespace tilts::system_test
