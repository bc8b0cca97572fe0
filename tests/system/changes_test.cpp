// The change feed over several nights: what it tells of the roster's people is taken, audited and resumed.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int residents = 1500;

Plan feed() {
  Plan plan;
  plan.residents = residents;
  plan.operation = "changes";
  plan.snapshot = false;
  plan.page_size = 1;
  return plan;
}

// Half of the residents have a case, so that the feed tells of strangers too.
struct Feed {
  Feed() {
    std::string roster = support::read_file(city.file("roster.csv"));
    roster.erase(roster.find('\n', roster.size() / 2) + 1);
    std::ofstream(city.file("roster.csv")) << roster;
  }

  pull::RunReport night() { return city.night(options()); }
  static pull::RunOptions options() {
    pull::RunOptions options;
    options.initial = true;  // nobody is stored yet: whom the feed names first is a first load
    return options;
  }
  // In the registry alone: the clocks, and with them the certificates, stay where they are.
  void nights_pass(int nights) { city.registry().advance(nights); }

  struct Known {
    int64_t stored = 0;  // people of the roster with records
    int64_t looks = 0;   // rows of the audit about the roster's people
    std::string cursor;
  };
  // Whoever's records are stored was audited, nobody else was, and the chain holds.
  Known known() {
    Known known;
    city.with([&](pull::JobRunner&, store::Store& store) {
      store.read([&](store::Session& session) {
        const auto stored = store.records().page(session, "residents", "population", "", residents);
        for (const store::StoredSubject& person : stored) {
          const auto looks = store.audit().subject(session, person.code);
          EXPECT_EQ(looks.empty(), person.records.empty());
          for (const store::Look& look : looks) {
            EXPECT_EQ(look.actor, "residents");
            EXPECT_EQ(look.legal_basis, "residents");
            EXPECT_EQ(look.operation, "SubmitSync");
            EXPECT_EQ(look.outcome, "told unasked");
            EXPECT_THAT(look.message_ids, HasSubstr(" ")) << "the question's and the answer's";
          }
          known.stored += !person.records.empty();
          known.looks += static_cast<int64_t>(looks.size());
        }
        known.cursor = store.cursors().get(session, "residents");
      });
      EXPECT_THAT(store.verify_audit().defects, IsEmpty());
    });
    return known;
  }

  City city{feed()};
};

TEST(Changes, WhomTheFeedTellsOfIsAuditedAndStrangersAreDropped) {
  Feed feed;
  Feed::Known before;
  int64_t dropped = 0;
  for (int i = 0; i < 3; ++i) {
    feed.nights_pass(30);
    const pull::RunReport report = feed.night();
    EXPECT_TRUE(report.fetched) << report.sentence;
    EXPECT_EQ(report.counts.asked, 0);
    dropped += report.counts.dropped;
    const Feed::Known now = feed.known();
    EXPECT_GT(now.stored, before.stored) << report.sentence;
    EXPECT_NE(now.cursor, before.cursor);
    before = now;
  }
  EXPECT_GT(dropped, 0);

  const pull::RunReport quiet = feed.night();
  EXPECT_EQ(quiet.counts.records, 0) << quiet.sentence;
  const Feed::Known after = feed.known();
  EXPECT_EQ(after.looks, before.looks) << "nobody was told of, nobody is audited";
  EXPECT_EQ(after.cursor, before.cursor);
}

TEST(Changes, GoOnAfterAKillWhereTheLastPageWasTaken) {
  Feed killed;
  killed.nights_pass(60);
  pull::RunOptions options = Feed::options();
  // With the fourth answer in hand: the pages before it are taken, its own is not.
  options.progress = [](const pull::Progress& progress) {
    if (progress.stage == pull::Progress::Stage::asking && progress.pages == 4) std::raise(SIGKILL);
  };
  std::string cursor;
  for (int kill = 0; kill < 4; ++kill) {
    EXPECT_EQ(killed.city.night_in_a_child(options), -SIGKILL);
    const std::string further = killed.known().cursor;
    EXPECT_NE(further, cursor);
    cursor = further;
  }
  killed.night();

  Feed whole;
  whole.nights_pass(60);
  whole.night();
  const Feed::Known one = killed.known(), other = whole.known();
  EXPECT_EQ(one.cursor, other.cursor);
  EXPECT_EQ(one.stored, other.stored);
  EXPECT_EQ(one.looks, other.looks) << "no page was lost, none was taken twice";
}

}  // namespace
}  // namespace tilts::system_test
