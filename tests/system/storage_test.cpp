// What holds the data fails: a disk, a folder, the store itself.
#include <csignal>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "gateway/base/error.h"
#include "tests/support/postgresql.h"
#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::AllOf;
using testing::HasSubstr;

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
  EXPECT_EQ(pull::exit_code(report.state), 6);
  EXPECT_THAT(report.sentence,
              HasSubstr("the disk cannot be read or written, it may be full; nothing of this step was kept"));
  EXPECT_TRUE(city.deliveries("residents").empty());
  const pull::RunReport next = city.night(initial());
  EXPECT_TRUE(next.fetched) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

// The store is elsewhere, so that only the targets meet the full disk; the card holders fit.
TEST(Storage, AFullDiskUnderATargetLeavesNoHalfFile) {
  support::PostgreSql server;
  Plan plan;
  plan.residents = 100;
  plan.store = server.fresh_database();
  City city(plan);
  pull::RunReport report;
  {
    const FullDisk full(8'000);
    report = city.night(initial());
  }
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;
  EXPECT_EQ(pull::exit_code(report.state), 6);
  EXPECT_THAT(report.sentence,
              AllOf(HasSubstr("out/residents"), HasSubstr("no space is left for it; nothing was delivered")));
  EXPECT_TRUE(city.deliveries("residents").empty());
  for (const auto& left : std::filesystem::directory_iterator(city.file("out/residents")))
    ADD_FAILURE() << "left behind: " << left.path();
  const size_t cards = city.table("cards").size();
  EXPECT_GT(cards, 0u);
  EXPECT_THAT(report.sentence, HasSubstr(fmt::format("; {} of ", cards)));
  const pull::RunReport next = city.night(initial());
  EXPECT_TRUE(next.fetched) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 100u);
}

TEST(Storage, OneTargetOutOfReachKeepsNothingFromTheOthers) {
  City city;
  std::filesystem::remove(city.file("out/addresses"));
  const pull::RunReport report = city.night(initial());
  EXPECT_EQ(report.state, RunState::transient) << report.sentence;  // a share that is not mounted comes back
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
  EXPECT_EQ(pull::exit_code(report.state), 6);
  EXPECT_THAT(report.sentence,
              HasSubstr("the database server does not answer; nothing of this step was kept"));
  EXPECT_TRUE(city.deliveries("residents").empty());
  server.start();
  const pull::RunReport next = city.night(initial());
  EXPECT_TRUE(next.fetched) << next.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST(Storage, AMasterKeyThatOthersMayReadIsARefusal) {
  City city;
  std::filesystem::permissions(city.file("master.key"), std::filesystem::perms::all);
  try {
    city.night();
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(city.file("master.key").string()),
                                    HasSubstr("others may read it; run `chmod 600` on it")));
  }
}

}  // namespace
}  // namespace tilts::system_test
