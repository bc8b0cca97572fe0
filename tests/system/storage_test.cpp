// What holds the data fails: a disk, a folder, the store itself.
#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/support/postgresql.h"
#include "tests/system/command.h"
#include "tests/system/full_disk.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Storage, AFullDiskEndsTheRunAndTheNextOneCarriesOn) {
  City city;
  pull::RunReport report;
  {
    const FullDisk full(600'000);  // the schema fits, the night does not
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

TEST(Storage, AFullDiskAtTheFirstStartOfAllSaysSo) {
  City city;
  {
    const FullDisk full(50'000);
    try {
      city.night(initial());
      FAIL() << "it ran";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("the disk cannot be read or written, it may be full"));
    }
  }
  EXPECT_TRUE(city.night(initial()).fetched);
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

// A run whose targets go away between its plan and its delivery; they come back, and a start completes it.
// Returns what `tilts runs` then shows of that run.
store::Run completed_later(City& city, RunState ended) {
  const auto out = city.file("out"), away = city.file("away");
  pull::RunOptions options = initial();
  options.progress = [&](const pull::Progress& progress) {
    if (progress.stage == pull::Progress::Stage::mapping && !std::filesystem::exists(away))
      std::filesystem::rename(out, away);
  };
  const pull::RunReport report = city.night(options);
  EXPECT_EQ(report.state, ended) << report.sentence;
  std::filesystem::rename(away, out);
  std::optional<store::Run> run;
  city.with([&](pull::JobRunner& runner, store::Store& store) {
    EXPECT_FALSE(runner.repair().empty());
    run = store.read([&](store::Session& session) { return store.runs().find(session, report.run); });
  });
  return run.value();
}

TEST(Storage, ADeliveryThatIsCompletedLaterEndsItsRunWell) {
  City city;
  const store::Run run = completed_later(city, RunState::transient);
  EXPECT_THAT(run.state, testing::AnyOf(store::RunState::done, store::RunState::done_held)) << run.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST(Storage, WhatFailedBeforeADeliveryThatIsCompletedLaterStaysFailed) {
  City city;
  city.night(initial());
  city.registry().advance(100);
  pull::RunOptions looking;
  looking.preview = true;
  city.night(looking);  // what happened is stored, and delivered to nobody
  city.registry().fault(R"({"kind":"unsigned","count":0})");
  const store::Run run = completed_later(city, RunState::untrusted);
  EXPECT_EQ(run.state, store::RunState::failed);
  EXPECT_EQ(run.code, "untrusted");
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
  // By whether the connection was in use when it broke.
  EXPECT_THAT(report.sentence,
              ContainsRegex("the database server (does not answer|is gone); nothing of this step was kept"));
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

// Every code of the registry, of today and of before, as it is sent and as it is printed, and every word of a
// name. A word of five bytes may come
// about by chance among so many bytes of ciphertext.
std::set<std::string> personal(City& city) {
  std::istringstream truth(city.registry().get("/truth.csv"));
  std::set<std::string> words;
  std::string line, cell, word;
  for (std::getline(truth, line); std::getline(truth, line);) {
    std::istringstream cells(line);
    for (int column = 0; column < 5 && std::getline(cells, cell, ';'); ++column) {
      std::istringstream parts(cell);
      while (column > 0 && std::getline(parts, word, ' '))
        if (word.size() > 5) words.insert(word);
      if (column == 1 || (column == 2 && !cell.empty())) words.insert(cell.insert(6, "-"));
    }
  }
  return words;
}

// The files of the store that are there now, each with what a reader without the key learns from it.
std::map<std::string, std::string> readable(const City& city, const std::set<std::string>& words) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(city.folder())) {
    const std::string name = fs::relative(entry.path(), city.folder()).string();
    if (!entry.is_regular_file() || !(name.starts_with("tilts.") || name.starts_with("checkpoints/")))
      continue;
    const std::string bytes = support::read_file(entry.path());
    std::string& learnt = found[name];
    for (const std::string& word : words)
      if (bytes.find(word) != std::string::npos) learnt += " " + word;
  }
  return found;
}

// The master key apart, nothing of the store tells who its people are: whole nights, because a column that
// forgets to seal does so in the middle of one.
TEST(Storage, NoFileOfItTellsWhoItsPeopleAre) {
  City city;
  std::ofstream(city.file("roster.csv"), std::ios::app) << "K-900000;111170-0000;yes\n";  // a finding
  city.edit_configuration("changes-percent=\"10\"", "changes-percent=\"0.1\"");
  ASSERT_TRUE(city.night(initial()).fetched);
  city.registry().advance(15);
  city.quiet_days(15);
  std::set<std::string> words = personal(city);
  ASSERT_GT(words.size(), 400u);
  words.insert("111170-0000");
  city.with([&](pull::JobRunner& runner, store::Store& store) {
    const pull::RunReport report = runner.run("residents");
    EXPECT_EQ(report.state, RunState::waiting) << report.sentence;
    store.read([&](store::Session& session) {
      EXPECT_EQ(store.plans().open(session).size(), 1u);
      EXPECT_GT(store.findings().count(session, ""), 0);
      return 0;
    });
    for (const auto& [file, learnt] : readable(city, words)) EXPECT_EQ(learnt, "") << file;  // with its log
  });
  Command backup(city, {"backup", city.file("tilts.copy.db").string()});
  ASSERT_EQ(backup.end(), 0) << backup.err();
  const auto files = readable(city, words);
  for (const char* file : {"tilts.db", "tilts.keys.db", "tilts.copy.db"})
    EXPECT_TRUE(files.contains(file)) << file;
  EXPECT_TRUE(
      std::ranges::any_of(files, [](const auto& one) { return one.first.starts_with("checkpoints/"); }));
  for (const auto& [file, learnt] : files) EXPECT_EQ(learnt, "") << file;
  // The words are what the store was given.
  const std::string delivered = support::read_file(city.deliveries("residents").front());
  EXPECT_GT(std::ranges::count_if(
                words, [&](const auto& word) { return delivered.find(word) != std::string::npos; }),
            400);
}

}  // namespace
}  // namespace tilts::system_test
