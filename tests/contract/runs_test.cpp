#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RunsContract : public Contract {
 protected:
  store::Run start(std::optional<Time> occurrence = std::nullopt) {
    now_ += std::chrono::minutes(1);
    return write([&](Transaction& t) { return store_->runs().start(t, "night", occurrence, now_); });
  }
  void end(const store::Run& run, RunState state) {
    write([&](Transaction& t) { store_->runs().end(t, run.id, state, "", "all well", run.counts, now_); });
  }
  store::Run last() {
    return read([&](Session& s) { return *store_->runs().last(s, "night"); });
  }
};

TEST_P(RunsContract, SayHowTheyEnded) {
  store::Run run = start(kNow);
  EXPECT_EQ(last().state, RunState::running);
  EXPECT_EQ(last().occurrence, kNow);
  run.counts.asked = 22500;
  run.counts.codes_changed = 1;
  write([&](Transaction& t) {
    store_->runs().end(t, run.id, RunState::failed, "transient", "job night: registry: no answer", run.counts,
                       now_);
  });
  EXPECT_EQ(last().id, run.id);
  EXPECT_EQ(last().state, RunState::failed);
  EXPECT_EQ(last().code, "transient");
  EXPECT_EQ(last().sentence, "job night: registry: no answer");
  EXPECT_EQ(last().counts, run.counts);
  EXPECT_EQ(last().ended, now_);
  EXPECT_EQ(start().occurrence, std::nullopt);
  EXPECT_THAT(read([&](Session& s) { return store_->runs().list(s, "", 10); }), SizeIs(2));
  EXPECT_THAT(read([&](Session& s) { return store_->runs().list(s, "other", 10); }), IsEmpty());
}

TEST_P(RunsContract, CutOffByACrashNameTheAdapter) {
  const store::Run run = start();
  write([&](Transaction& t) { store_->runs().enter(t, run.id, "population"); });
  open();
  const auto cut = write([&](Transaction& t) { return store_->runs().interrupt(t, now_); });
  ASSERT_THAT(cut, SizeIs(1));
  EXPECT_THAT(cut[0].sentence, HasSubstr("ended while adapter population was at work"));
  EXPECT_EQ(last().state, RunState::interrupted);
  EXPECT_THAT(write([&](Transaction& t) { return store_->runs().interrupt(t, now_); }), IsEmpty());
}

TEST_P(RunsContract, CountSilentAdaptersInARow) {
  const auto silent = [&] {
    return read([&](Session& s) { return store_->runs().silent_in_a_row(s, "night"); });
  };
  const auto hush = [&](const store::Run& run) {
    write([&](Transaction& t) { store_->runs().mark_silent(t, run.id, "adapter silent", now_); });
  };
  hush(start());
  EXPECT_EQ(silent(), 1);
  end(start(), RunState::done);
  EXPECT_EQ(silent(), 0);
  hush(start());
  hush(start());
  EXPECT_EQ(silent(), 2);
}

TEST_P(RunsContract, APreviewIsNoRunOfItsJob) {
  const auto preview = [&] {
    now_ += std::chrono::minutes(1);
    return write([&](Transaction& t) { return store_->runs().start(t, "night", {}, now_, true); });
  };
  const store::Run waits = start();
  end(waits, RunState::waiting);
  const store::Run shown = preview();
  EXPECT_EQ(shown.state, RunState::previewing);
  EXPECT_TRUE(under_way(shown.state));
  EXPECT_EQ(last().id, waits.id) << "not while it runs";
  end(shown, RunState::preview);
  EXPECT_EQ(last().id, waits.id) << "and not when it has ended";

  const store::Run hung = preview();
  write([&](Transaction& t) { store_->runs().mark_silent(t, hung.id, "adapter silent", now_); });
  EXPECT_EQ(read([&](Session& s) { return store_->runs().silent_in_a_row(s, "night"); }), 0);
  const store::Run cut = preview();
  ASSERT_THAT(write([&](Transaction& t) { return store_->runs().interrupt(t, now_); }), SizeIs(1));
  for (const store::Run& run : {shown, hung, cut})
    EXPECT_EQ(read([&](Session& s) { return store_->runs().find(s, run.id); })->state, RunState::preview);
  EXPECT_EQ(last().id, waits.id);
  EXPECT_THAT(read([&](Session& s) { return store_->runs().list(s, "night", 10); }), SizeIs(4));
}

TEST_P(RunsContract, APreviewBetweenTwoSilentRunsDoesNotCount) {
  const auto hush = [&](const store::Run& run) {
    write([&](Transaction& t) { store_->runs().mark_silent(t, run.id, "adapter silent", now_); });
  };
  hush(start());
  now_ += std::chrono::minutes(1);
  end(write([&](Transaction& t) { return store_->runs().start(t, "night", {}, now_, true); }),
      RunState::preview);
  hush(start());
  EXPECT_EQ(read([&](Session& s) { return store_->runs().silent_in_a_row(s, "night"); }), 2);
}

TEST_P(RunsContract, OccurrencesExistOnce) {
  const auto plan = [&] {
    return write([&](Transaction& t) { return store_->occurrences().plan(t, "night", kNow, now_); });
  };
  EXPECT_TRUE(plan());
  EXPECT_FALSE(plan());
  EXPECT_THAT(read([&](Session& s) { return store_->occurrences().open(s, "night"); }), SizeIs(1));
  write([&](Transaction& t) {
    store_->occurrences().settle(t, "night", kNow, OccurrenceState::skipped, "too late", "", now_);
  });
  EXPECT_FALSE(plan()) << "a skipped one does not come back";
  EXPECT_THAT(read([&](Session& s) { return store_->occurrences().open(s, "night"); }), IsEmpty());
  const auto known = read([&](Session& s) { return store_->occurrences().last(s, "night"); });
  ASSERT_TRUE(known);
  EXPECT_EQ(known->state, OccurrenceState::skipped);
  EXPECT_EQ(known->reason, "too late");
  EXPECT_THROW(write([&](Transaction& t) {
                 store_->occurrences().settle(t, "day", kNow, OccurrenceState::done, "", "", now_);
               }),
               Error);
}

constexpr const char* kCode = "81017012345";  // the 81st day of a month: nobody's

class FindingsContract : public Contract {
 protected:
  Finding finding(const std::string& key, const std::string& field) {
    return {Weight::record, "date-not-readable", "person",         key,
            field,          "resident.xml:12",   "cannot be read", "nav lasāms"};
  }
  void put(const std::string& client, const Finding& found, const std::string& run) {
    write([&](Transaction& t) {
      store_->findings().put(t, "night", {"cards", client, kCode, "Anna Kalna"}, run, found, now_);
    });
  }
};

TEST_P(FindingsContract, StayUntilARunFindsThemNoMore) {
  put("K-1", finding("a", "birth_date"), "r1");
  put("K-2", finding("b", "birth_date"), "r1");
  now_ += std::chrono::hours(24);
  put("K-1", finding("a", "birth_date"), "r2");
  EXPECT_EQ(write([&](Transaction& t) { return store_->findings().complete(t, "night", "r2"); }), 1);
  const auto page = read([&](Session& s) { return store_->findings().page(s, "", nullptr, 10); });
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].since, kNow) << "known since the first night";
  EXPECT_EQ(page[0].finding, finding("a", "birth_date"));
  EXPECT_EQ(page[0].code, kCode);
  EXPECT_EQ(page[0].person, "Anna Kalna");
  EXPECT_EQ(page[0].id, store_->findings().id("night", "cards", finding("a", "birth_date")));
}

TEST_P(FindingsContract, AreKnownByTheirIdsJobByJob) {
  put("K-1", finding("a", "birth_date"), "r1");
  put("K-2", finding("b", "birth_date"), "r1");
  EXPECT_THAT(
      read([&](Session& s) { return store_->findings().ids(s, "night"); }),
      testing::UnorderedElementsAre(store_->findings().id("night", "cards", finding("a", "birth_date")),
                                    store_->findings().id("night", "cards", finding("b", "birth_date"))));
  EXPECT_THAT(read([&](Session& s) { return store_->findings().ids(s, "day"); }), IsEmpty());
}

TEST_P(FindingsContract, ComePageByPage) {
  for (int i = 0; i < 5; ++i) put("K-" + std::to_string(i / 2), finding(std::to_string(i), "name"), "r1");
  for (const std::string& job : {std::string(), std::string("night")}) {
    std::vector<StoredFinding> all;
    for (;;) {
      const auto page = read([&](Session& s) {
        return store_->findings().page(s, job, all.empty() ? nullptr : &all.back(), 2);
      });
      if (page.empty()) break;
      all.insert(all.end(), page.begin(), page.end());
    }
    EXPECT_THAT(all, SizeIs(5));
  }
  EXPECT_EQ(read([&](Session& s) { return store_->findings().count(s, "night"); }), 5);
}

TEST_P(FindingsContract, AlarmsOfAKindAreCountedNotRepeated) {
  const auto raise = [&](const std::string& kind, const std::string& text = "words") {
    return write([&](Transaction& t) { return store_->alarms().raise(t, "job night", kind, text, now_); });
  };
  EXPECT_TRUE(raise("untrusted", "job night: request 1 of run r1"));
  now_ += std::chrono::hours(24);
  EXPECT_FALSE(raise("untrusted", "job night: request 2 of run r2"));
  EXPECT_TRUE(raise("waiting"));
  write([&](Transaction& t) { store_->alarms().renew(t, "job night", "waiting", "run r3 waits"); });
  auto standing = read([&](Session& s) { return store_->alarms().standing(s); });
  ASSERT_THAT(standing, SizeIs(2));
  EXPECT_EQ(standing[0].times, 2);
  EXPECT_EQ(standing[0].raised, kNow);
  EXPECT_EQ(standing[0].last, now_);
  EXPECT_EQ(standing[0].sentence, "job night: request 2 of run r2");
  EXPECT_EQ(standing[1].sentence, "run r3 waits");
  EXPECT_EQ(standing[1].times, 1);
  EXPECT_EQ(
      write([&](Transaction& t) { return store_->alarms().clear(t, "job night", "waiting", "r4", now_); }),
      1);
  standing = read([&](Session& s) { return store_->alarms().standing(s); });
  ASSERT_THAT(standing, SizeIs(1));
  EXPECT_EQ(standing[0].kind, "untrusted");
  EXPECT_TRUE(raise("did not start"));
  EXPECT_EQ(write([&](Transaction& t) { return store_->alarms().clear(t, "job night", "anna", now_); }), 2);
  EXPECT_THAT(read([&](Session& s) { return store_->alarms().standing(s); }), IsEmpty());
  EXPECT_TRUE(raise("did not start")) << "a cleared one is new again";
  EXPECT_THAT(read([&](Session& s) { return store_->alarms().list(s, 10); }), SizeIs(4));
}

TEST_P(FindingsContract, AMessageIsTakenOnce) {
  const auto take = [&](const std::string& id) {
    return write([&](Transaction& t) { return store_->replay().take(t, "CN=registry", id, now_); });
  };
  EXPECT_TRUE(take("m-1"));
  open();
  EXPECT_FALSE(take("m-1")) << "also after a restart";
  EXPECT_TRUE(take("m-2"));
  EXPECT_EQ(write([&](Transaction& t) { return store_->replay().purge(t, now_); }), 0)
      << "not before its time";
  EXPECT_EQ(write([&](Transaction& t) { return store_->replay().purge(t, now_ + std::chrono::seconds(1)); }),
            2);
}

TEST_P(FindingsContract, AParkedCallIsFoundByItsJobAndOperation) {
  const Parked call{"r1", "night", "siva", "enter", "", "token 1", kNow + std::chrono::hours(1)};
  write([&](Transaction& t) { store_->parked().put(t, call); });
  open();
  const auto find = [&](const char* job, const char* operation) {
    return read([&](Session& s) { return store_->parked().find(s, job, operation); });
  };
  const auto found = find("night", "enter");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->run, "r1");
  EXPECT_EQ(found->adapter, "siva");
  EXPECT_EQ(found->token, "token 1");
  EXPECT_EQ(found->due, call.due);
  EXPECT_FALSE(find("day", "enter"));
  EXPECT_FALSE(find("night", "leave"));
  write([&](Transaction& t) { store_->parked().remove(t, "night", "enter"); });
  EXPECT_FALSE(find("night", "enter"));
}

TEST_P(FindingsContract, ParkingAgainReplacesTheCall) {
  Parked call{"r1", "night", "siva", "enter", "", "token 1", kNow};
  write([&](Transaction& t) { store_->parked().put(t, call); });
  call.run = "r2";
  call.token = "token 2";
  write([&](Transaction& t) { store_->parked().put(t, call); });
  EXPECT_EQ(read([&](Session& s) { return store_->parked().find(s, "night", "enter"); })->token, "token 2");
  write([&](Transaction& t) { store_->parked().remove(t, "night", "enter"); });
  EXPECT_FALSE(read([&](Session& s) { return store_->parked().find(s, "night", "enter"); }));
}

INSTANTIATE_TEST_SUITE_P(Both, RunsContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });
INSTANTIATE_TEST_SUITE_P(Both, FindingsContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
