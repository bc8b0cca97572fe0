#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Codes that cannot be issued: the 81st day of a month.
constexpr const char* kFirst = "81017012345";
constexpr const char* kSecond = "82017012345";
constexpr const char* kThird = "83017012345";

class Records : public Contract {};

TEST_P(Records, ComeBackAsTheRegistrySaidThem) {
  roster({kFirst});
  const Record said = person(kFirst, "Bērziņš-Ķirsis");
  EXPECT_EQ(put(said), Effect::added);
  const auto page = people();
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].client, "K-1");
  EXPECT_EQ(page[0].code, kFirst);
  ASSERT_THAT(page[0].records, SizeIs(1));
  EXPECT_EQ(page[0].records[0].record, said);
  EXPECT_EQ(page[0].records[0].seen, "r1");
}

TEST_P(Records, SayWhatChanged) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  EXPECT_EQ(put(person(kFirst, "Kalns"), "r2"), Effect::same);
  EXPECT_EQ(put(person(kFirst, "Ozols"), "r3"), Effect::changed);
  EXPECT_EQ(people()[0].records[0].seen, "r3");
}

TEST_P(Records, RememberWhichRunFoundOtherFields) {
  const auto night = [&] {
    now_ += std::chrono::hours(24);
    return write([&](Transaction& t) { return store_->runs().start(t, "night", {}, now_).id; });
  };
  const auto changed = [&] { return people()[0].records[0].changed; };
  roster({kFirst});
  put(address(kFirst, "declared", "Liepu iela 3"), night());
  EXPECT_EQ(changed(), Time{}) << "new is not changed";
  put(address(kFirst, "declared", "Liepu iela 5"), night());
  const Time moved = now_;
  EXPECT_EQ(changed(), moved);
  put(address(kFirst, "declared", "Liepu iela 5"), night());
  Record renamed = address(kSecond, "declared", "Liepu iela 5");
  renamed.previous_key = std::string(kFirst) + "/declared";
  EXPECT_EQ(put(renamed, night()), Effect::changed);
  EXPECT_EQ(changed(), moved) << "another code is no other address";
}

TEST_P(Records, AreOneAKindForAPersonWithSeveral) {
  roster({kFirst});
  put(address(kFirst, "declared", "Liepu iela 3"));
  put(address(kFirst, "actual", "Ozolu iela 4"));
  put(address(kFirst, "declared", "Liepu iela 5"));
  EXPECT_THAT(people()[0].records, SizeIs(2));
}

TEST_P(Records, StayButAreNotPresentWhenGone) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  Record gone = person(kFirst, "");
  gone.present = false;
  EXPECT_EQ(put(gone, "r2"), Effect::gone);
  const auto page = people();
  ASSERT_THAT(page[0].records, SizeIs(1));
  EXPECT_FALSE(page[0].records[0].record.present);
  EXPECT_EQ(*page[0].records[0].record.find("surname"), "Kalns");
  EXPECT_EQ(put(person(kFirst, "Kalns"), "r3"), Effect::added);
}

TEST_P(Records, OfAChangedCodeStayWithThePerson) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  put(address(kFirst, "declared", "Liepu iela 3"));
  Record renamed = person(kSecond, "Kalns");
  renamed.previous_key = kFirst;
  EXPECT_EQ(put(renamed, "r2"), Effect::changed);
  const auto page = people();
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].client, "K-1");
  EXPECT_EQ(page[0].code, kSecond);
  EXPECT_THAT(page[0].former, ElementsAre(kFirst));
  EXPECT_THAT(page[0].records, SizeIs(2)) << "re-linked, not doubled";
  put(renamed, "r3");
  EXPECT_THAT(people()[0].former, ElementsAre(kFirst)) << "said again every night";
}

TEST_P(Records, OfACodeThatChangedTwiceStayUnderTheLast) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  for (const auto& [now, before] : {std::pair{kSecond, kFirst}, {kThird, kSecond}}) {
    Record renamed = person(now, "Kalns");
    renamed.previous_key = before;
    put(renamed);
  }
  Record late = person(kSecond, "Kalns");  // a registry that has not heard of the last change
  late.previous_key = kFirst;
  put(late, "r2");
  EXPECT_EQ(people()[0].code, kThird);
  EXPECT_THAT(people()[0].former, testing::UnorderedElementsAre(kSecond, kFirst));
}

TEST_P(Records, OfTwoPeopleWhoAreOneAreMerged) {
  roster({kFirst, kSecond});
  put(person(kFirst, "Kalns"));
  put(address(kFirst, "declared", "Liepu iela 3"));
  put(person(kSecond, "Ozols"));
  Record renamed = person(kSecond, "Ozols");
  renamed.previous_key = kFirst;
  put(renamed, "r2");
  const auto page = people();
  ASSERT_THAT(page, SizeIs(2)) << "both client numbers stay on the roster";
  for (const StoredSubject& client : page) {
    EXPECT_EQ(client.code, kSecond);
    ASSERT_THAT(client.records, SizeIs(2));
    EXPECT_EQ(*client.records[1].record.find("surname"), "Ozols") << "the record of the code in use wins";
  }
}

TEST_P(Records, AreNotTakenAwayByAFormerCode) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  Record renamed = person(kSecond, "Kalns");
  renamed.previous_key = kFirst;
  put(renamed);
  Record gone = person(kFirst, "");
  gone.present = false;
  EXPECT_EQ(put(gone), Effect::ignored);
  EXPECT_TRUE(people()[0].records[0].record.present);
}

TEST_P(Records, ComeInClientOrderPageByPage) {
  // Latvian collation would put these in another order, and lose some at a page's edge.
  write([&](Transaction& t) {
    std::vector<RosterEntry> entries;
    for (const char* client : {"b-1", "B-1", "a1", "A-2", "Ā-1", "c"})
      entries.push_back({client, "8101701" + std::to_string(1000 + entries.size()), true});
    store_->rosters().put(t, "night", "r0", entries, now_);
    store_->rosters().complete(t, "night", "r0", now_);
    for (const RosterEntry& entry : entries)
      store_->records().put(t, "population", "r1", person(entry.code, entry.client), now_);
  });
  std::vector<std::string> seen;
  for (std::string after;;) {
    const auto page = people(after, 2);
    if (page.empty()) break;
    for (const StoredSubject& client : page) {
      ASSERT_THAT(client.records, SizeIs(1)) << client.client;
      EXPECT_EQ(*client.records[0].record.find("surname"), client.client);
      seen.push_back(client.client);
    }
    after = page.back().client;
  }
  EXPECT_THAT(seen, ElementsAre("A-2", "B-1", "a1", "b-1", "c", "Ā-1"));
}

TEST_P(Records, UnseenInACompleteSnapshotAreGone) {
  roster({kFirst, kSecond});
  put(person(kFirst, "Kalns"), "r1");
  put(person(kSecond, "Ozols"), "r1");
  put(person(kFirst, "Kalns"), "r2");
  EXPECT_EQ(write([&](Transaction& t) {
              return store_->records().mark_unseen_gone(t, "night", "population", "r2");
            }),
            1);
  const auto page = people();
  EXPECT_TRUE(page[0].records[0].record.present);
  EXPECT_FALSE(page[1].records[0].record.present);
}

TEST_P(Records, AndTheCursorAreOneStep) {
  roster({kFirst});
  EXPECT_THROW(write([&](Transaction& t) {
                 store_->records().put(t, "population", "r1", person(kFirst, "Kalns"), now_);
                 store_->cursors().put(t, "night", "page 2");
                 throw Error(Code::transient, "in the middle");
               }),
               Error);
  EXPECT_THAT(people()[0].records, IsEmpty());
  EXPECT_EQ(read([&](Session& s) { return store_->cursors().get(s, "night"); }), "");
  write([&](Transaction& t) {
    store_->records().put(t, "population", "r1", person(kFirst, "Kalns"), now_);
    store_->cursors().put(t, "night", "page 2");
  });
  open();
  EXPECT_THAT(people()[0].records, SizeIs(1));
  EXPECT_EQ(read([&](Session& s) { return store_->cursors().get(s, "night"); }), "page 2");
}

TEST_P(Records, OfAnotherPersonAreNoticed) {
  roster({kFirst, kSecond});
  put(person(kFirst, "Kalns"));
  constexpr Sql kSwap = "UPDATE record SET subject = $1";
  const auto other = read([&](Session& s) { return *store_->subjects().find(s, kSecond); });
  write([&](Transaction& t) { t.run(kSwap, other); });
  EXPECT_THROW(people(), Error);
}

class Rosters : public Contract {};

TEST_P(Rosters, KnowJoinersAndLeavers) {
  const auto night = [&](const std::vector<RosterEntry>& entries, const char* run) {
    return write([&](Transaction& t) {
      store_->rosters().put(t, "night", run, entries, now_);
      return store_->rosters().complete(t, "night", run, now_);
    });
  };
  RosterChange change = night({{"K-1", kFirst, true}, {"K-2", kSecond, true}}, "r1");
  EXPECT_EQ(change.joined, 2);
  EXPECT_EQ(change.left, 0);
  now_ += std::chrono::hours(24);
  change = night({{"K-2", kSecond, false}, {"K-3", kThird, true}}, "r2");
  EXPECT_EQ(change.joined, 1);
  EXPECT_EQ(change.left, 1);
  EXPECT_EQ(change.members, 2);
  EXPECT_FALSE(read([&](Session& s) { return store_->rosters().has(s, "night", kFirst); }));
  EXPECT_TRUE(read([&](Session& s) { return store_->rosters().has(s, "night", kThird); }));
  const auto page = read([&](Session& s) { return store_->rosters().page(s, "night", "", 10); });
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].client, "K-2");
  EXPECT_FALSE(page[0].open);
  EXPECT_EQ(page[1].code, kThird);
  now_ += std::chrono::hours(24);
  change = night({{"K-1", kFirst, true}, {"K-2", kSecond, false}, {"K-3", kThird, true}}, "r3");
  EXPECT_EQ(change.joined, 1) << "who comes back joins again";
}

TEST_P(Rosters, ForgetLeaversAfterTheirDays) {
  roster({kFirst, kSecond});
  put(person(kFirst, "Kalns"));
  put(person(kSecond, "Ozols"));
  now_ += std::chrono::hours(24);
  roster({kFirst}, "r2");
  const auto purge = [&](Time before) {
    return write([&](Transaction& t) { return store_->rosters().purge(t, "night", before); });
  };
  EXPECT_EQ(purge(now_), 0) << "left now, not before";
  EXPECT_EQ(purge(now_ + std::chrono::hours(1)), 1);
  EXPECT_FALSE(read([&](Session& s) { return store_->subjects().find(s, kSecond); }));
  EXPECT_TRUE(read([&](Session& s) { return store_->subjects().find(s, kFirst); }));
  EXPECT_EQ(read([&](Session& s) { return store_->records().standing(s); })[0].records, 1);
}

TEST_P(Rosters, GiveAClientAnotherPersonWhenTheCaseSystemCorrectsACode) {
  roster({kFirst});
  now_ += std::chrono::hours(24);
  roster({kSecond}, "r2");
  const auto page = people();
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].code, kSecond);
}

INSTANTIATE_TEST_SUITE_P(Both, Records, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });
// Of a job without a roster: what the registry told of is listed, once, and goes when the registry and every
// target have it no more.
TEST_P(Records, ThatNoRosterNamesMakeTheirOwnMembers) {
  roster({kFirst});
  put(person(kFirst, "Kalns"));
  const auto tell = [&](const std::string& key) {
    write([&](Transaction& t) { store_->rosters().tell(t, "night", key, now_); });
  };
  write([&](Transaction& t) { store_->rosters().complete_told(t, "night", now_); });
  EXPECT_THAT(people(), IsEmpty()) << "whom a roster had put has left";

  Record said = person("a@1", "Piekraste");
  put(said);
  tell("a@1");
  tell("a@1");
  auto page = people();
  ASSERT_THAT(page, SizeIs(1));
  const std::string client = page[0].client;
  EXPECT_THAT(client, testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(page[0].code, "a@1");
  EXPECT_EQ(page[0].records[0].record, said);

  said.key = "a@2", said.previous_key = "a@1";
  put(said);
  tell("a@2");
  page = people();
  ASSERT_THAT(page, SizeIs(1)) << "another key is no other member";
  EXPECT_EQ(page[0].client, client);

  write([&](Transaction& t) { store_->rosters().complete_told(t, "night", now_); });
  EXPECT_THAT(people(), SizeIs(1));
}

TEST_P(Records, ThatNoRosterNamesAreForgottenWhenNobodyHasThem) {
  const auto purge = [&] {
    return write([&](Transaction& t) {
      store_->rosters().complete_told(t, "night", now_);
      return store_->rosters().purge_told(t, "night", "population", now_ - std::chrono::hours(48));
    });
  };
  const auto tell = [&](bool present) {
    Record said = person("a@1", "Piekraste");
    said.present = present;
    put(said);
    if (present) write([&](Transaction& t) { store_->rosters().tell(t, "night", said.key, now_); });
  };
  tell(true);
  const std::string client = people()[0].client;
  write([&](Transaction& t) {
    store_->delivered().set_mapping(t, "list", "m");
    store_->delivered().put(t, "list", {client, "row", std::string(32, 'h'), "row"});
  });
  now_ += std::chrono::hours(72);
  EXPECT_EQ(purge(), 0) << "the registry has it";
  tell(false);
  EXPECT_EQ(purge(), 0) << "it ended just now";
  now_ += std::chrono::hours(72);
  EXPECT_EQ(purge(), 0) << "a target holds it";
  write([&](Transaction& t) { store_->delivered().remove(t, "list", "row"); });
  EXPECT_EQ(purge(), 1);
  EXPECT_THAT(people(), IsEmpty());
  EXPECT_FALSE(read([&](Session& s) { return store_->subjects().find(s, "a@1"); }));
}

INSTANTIATE_TEST_SUITE_P(Both, Rosters, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
