#include "gateway/pull/finding_sink.h"

#include <fstream>

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>
#include <Poco/Logger.h>
#include <Poco/Message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Lines final : public Poco::Channel {
 public:
  void log(const Poco::Message& message) override { all.push_back(message.getText()); }
  std::vector<std::string> all;
};

// What the log got while it lived.
class Log {
 public:
  Log() { Poco::Logger::get("findings").setChannel(lines_); }
  ~Log() { Poco::Logger::get("findings").setChannel(nullptr); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  const std::vector<std::string>& lines() const { return lines_->all; }

 private:
  Poco::AutoPtr<Lines> lines_{new Lines};
};

store::Settings settings(const support::TemporaryFolder& folder) {
  store::Vault::create(folder.path() / "master.key");
  return {.connection = "sqlite:" + (folder.path() / "tilts.db").string(),
          .master_key = folder.path() / "master.key",
          .checkpoints = folder.path() / "checkpoints"};
}

struct Nights {
  // One run that finds this about these clients; the lines it logged.
  std::vector<std::string> night(const std::string& run, const std::vector<std::string>& clients,
                                 bool preview = false, bool asked_to_the_end = true) {
    const Log log;
    FindingSink sink(store, "residents", run, folder.path(), "Europe/Riga", Clock::system(), preview);
    for (const std::string& client : clients)
      sink.add({"cards", client, "01017012345", "Anna Bērziņa"},
               {Weight::record, "date-not-readable", "person", "01017012345" + client, "birth_date",
                "resident.xml:7", "the birth date cannot be read", "dzimšanas datums nav salasāms"});
    sink.finish(!asked_to_the_end);
    EXPECT_EQ(sink.held_records(), static_cast<int64_t>(clients.size()));
    return log.lines();
  }

  // What the clerk's file names.
  std::vector<std::string> clients_in_file() const {
    std::ifstream file(folder.path() / "residents.csv");
    std::vector<std::string> clients;
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("\"K-")) clients.push_back(line.substr(1, line.find('"', 1) - 1));
    return clients;
  }

  support::TemporaryFolder folder;
  store::Store store{settings(folder), Clock::system()};
};

TEST(FindingSink, LogsWhatIsNewAndCountsWhatStands) {
  Nights nights;
  auto first = nights.night("r1", {"K-1", "K-2"});
  ASSERT_EQ(first.size(), 3u);
  EXPECT_THAT(first[0], AllOf(HasSubstr("job residents: run r1: target cards: finding "),
                              EndsWith(": date-not-readable (person/birth_date) the record is held back")));
  EXPECT_EQ(first[2], "job residents: run r1: 2 findings, 2 new, 0 gone");

  EXPECT_THAT(nights.night("r2", {"K-1", "K-2"}),
              ElementsAre("job residents: run r2: 2 findings, 0 new, 0 gone"));
  EXPECT_THAT(nights.night("r3", {"K-2", "K-3"}),
              ElementsAre(HasSubstr("run r3: target cards: finding "),
                          "job residents: run r3: 2 findings, 1 new, 1 gone"));
  EXPECT_THAT(nights.night("r4", {"K-1"}),
              ElementsAre(first[0].replace(first[0].find("r1"), 2, "r4"),  // mended, and broken again
                          "job residents: run r4: 1 finding, 1 new, 2 gone"));
  nights.night("r5", {});
  EXPECT_THAT(nights.night("r6", {}), IsEmpty());
}

TEST(FindingSink, TheLogHoldsNoPersonalData) {
  Nights nights;
  for (const std::string& line : nights.night("r1", {"K-1"}))
    for (const char* personal : {"K-1", "0101", "Anna", "birth date cannot", "salasāms"})
      EXPECT_THAT(line, Not(HasSubstr(personal)));
}

TEST(FindingSink, WhatWasNotAskedAboutStaysKnown) {
  Nights nights;
  nights.night("r1", {"K-1", "K-2"});
  EXPECT_THAT(nights.night("r2", {"K-1"}, false, false),
              ElementsAre("job residents: run r2: 1 finding, 0 new, 0 gone"));
  EXPECT_THAT(nights.night("r3", {"K-2"}), ElementsAre("job residents: run r3: 1 finding, 0 new, 1 gone"));
}

TEST(FindingSink, TheFileHoldsAllThatStands) {
  Nights nights;
  nights.night("r1", {"K-2", "K-1"});
  EXPECT_THAT(nights.clients_in_file(), ElementsAre("K-1", "K-2"));
  nights.night("r2", {"K-3"}, false, false);
  EXPECT_THAT(nights.clients_in_file(), ElementsAre("K-1", "K-2", "K-3")) << "not everybody was asked about";
  nights.night("r3", {"K-3"});
  EXPECT_THAT(nights.clients_in_file(), ElementsAre("K-3"));
  nights.night("r4", {});
  EXPECT_FALSE(std::filesystem::exists(nights.folder.path() / "residents.csv"));
}

TEST(FindingSink, APreviewCountsAndWritesNowhere) {
  Nights nights;
  EXPECT_THAT(nights.night("r1", {"K-1", "K-2"}, true), IsEmpty());
  EXPECT_EQ(nights.store.read([&](store::Session& s) { return nights.store.findings().count(s, ""); }), 0);
  EXPECT_FALSE(std::filesystem::exists(nights.folder.path() / "residents.csv"));
}

}  // namespace
}  // namespace tilts::pull
