#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

class DeliveredContract : public Contract {
 protected:
  void deliver(const std::string& client, const std::string& key, const std::string& hash) {
    write([&](Transaction& t) { store_->delivered().put(t, "cards", {client, key, hash, "was " + key}); });
  }
  std::vector<std::string> range(std::string_view after, std::string_view last) {
    std::vector<std::string> keys;
    for (const DeliveredRow& row :
         read([&](Session& s) { return store_->delivered().range(s, "cards", after, last); }))
      keys.push_back(row.key);
    return keys;
  }
};

TEST_P(DeliveredContract, KeepsWhatATargetLastGot) {
  deliver("K-1", "81017012345", "hash 1");
  deliver("K-1", "81017012345", "hash 2");
  const auto row = read([&](Session& s) { return store_->delivered().find(s, "cards", "81017012345"); });
  ASSERT_TRUE(row);
  EXPECT_EQ(row->client, "K-1");
  EXPECT_EQ(row->hash, "hash 2");
  EXPECT_EQ(row->payload, "was 81017012345");
  EXPECT_EQ(read([&](Session& s) { return store_->delivered().count(s, "cards"); }), 1);
  EXPECT_FALSE(read([&](Session& s) { return store_->delivered().find(s, "residents", "81017012345"); }));
  write([&](Transaction& t) { store_->delivered().remove(t, "cards", "81017012345"); });
  EXPECT_EQ(read([&](Session& s) { return store_->delivered().count(s, "cards"); }), 0);
}

TEST_P(DeliveredContract, RangesMeetWithoutGapOrOverlap) {
  for (const char* client : {"a", "B", "c", "Ā", "d"}) deliver(client, client, "h");
  EXPECT_THAT(range("", "a"), ElementsAre("B", "a"));
  EXPECT_THAT(range("a", "c"), ElementsAre("c"));
  EXPECT_THAT(range("c", ""), ElementsAre("d", "Ā"));
  std::vector<std::string> all;
  std::optional<DeliveredRow> last;
  for (;;) {
    const auto page =
        read([&](Session& s) { return store_->delivered().page(s, "cards", last ? &*last : nullptr, 2); });
    if (page.empty()) break;
    for (const DeliveredRow& row : page) all.push_back(row.client);
    last = page.back();
  }
  EXPECT_THAT(all, ElementsAre("B", "a", "c", "d", "Ā"));
}

TEST_P(DeliveredContract, RemembersTheMapping) {
  write([&](Transaction& t) { store_->delivered().set_mapping(t, "cards", "m1"); });
  write([&](Transaction& t) { store_->delivered().set_mapping(t, "cards", "m2"); });
  EXPECT_EQ(read([&](Session& s) { return store_->delivered().mapping(s, "cards"); }), "m2");
  EXPECT_EQ(read([&](Session& s) { return store_->delivered().mapping(s, "residents"); }), "");
}

class PlansContract : public Contract {
 protected:
  std::string plan(const std::string& run, int rows, PlanState state = PlanState::waiting) {
    PlanWriter writer = store_->plan_writer(run, "night");
    for (int i = 0; i < rows; ++i) writer.add({"cards", "row " + std::to_string(i)});
    return writer.finish(state);
  }
  Plan find(const std::string& run) {
    return read([&](Session& s) { return *store_->plans().find(s, run); });
  }
};

TEST_P(PlansContract, AreReadAsTheyWereWritten) {
  const std::string hash = plan("r1", 1203);
  EXPECT_EQ(find("r1").sha256, hash);
  EXPECT_EQ(find("r1").rows, 1203);
  int64_t next = 0;
  for (;;) {
    const auto page = read([&](Session& s) { return store_->plans().page(s, "r1", next, 500); });
    if (page.empty()) break;
    for (const PlanRow& row : page) ASSERT_EQ(row.bytes, "row " + std::to_string(next++));
  }
  EXPECT_EQ(next, 1203);
  EXPECT_NE(plan("r2", 1202), hash);
}

TEST_P(PlansContract, DeliverExactlyWhatWasShown) {
  const std::string hash = plan("r1", 3);
  const auto deliver = [&](const std::string& shown) {
    write([&](Transaction& t) { store_->plans().deliver(t, "r1", shown, "anna", "seen"); });
  };
  EXPECT_THROW(deliver(std::string(64, '0')), Error);
  EXPECT_EQ(find("r1").state, PlanState::waiting);
  deliver(hash);
  EXPECT_EQ(find("r1").state, PlanState::delivering);
  EXPECT_EQ(find("r1").approved_by, "anna");
  EXPECT_EQ(find("r1").because, "seen");
  EXPECT_THAT(read([&](Session& s) { return store_->plans().open(s); }), SizeIs(1))
      << "a crash now: repaired at start";
  write([&](Transaction& t) { store_->plans().delivered(t, "r1"); });
  EXPECT_THAT(read([&](Session& s) { return store_->plans().open(s); }), IsEmpty());
  EXPECT_THAT(read([&](Session& s) { return store_->plans().page(s, "r1", 0, 10); }), IsEmpty());
  EXPECT_THROW(deliver(hash), Error) << "once only";
}

TEST_P(PlansContract, AreReplacedByANewerRunUnlessTheyAreBeingDelivered) {
  plan("r1", 3);
  const std::string hash = plan("r2", 3);
  write([&](Transaction& t) { store_->plans().deliver(t, "r2", hash, "anna", "seen"); });
  plan("r3", 3);
  EXPECT_THAT(write([&](Transaction& t) { return store_->plans().replace(t, "night", "r3"); }),
              ElementsAre("r1"));
  EXPECT_EQ(find("r1").state, PlanState::replaced);
  EXPECT_EQ(find("r2").state, PlanState::delivering);
  EXPECT_EQ(find("r3").state, PlanState::waiting);
}

INSTANTIATE_TEST_SUITE_P(Both, DeliveredContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });
INSTANTIATE_TEST_SUITE_P(Both, PlansContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
