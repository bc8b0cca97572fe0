#include "gateway/pull/delta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pull/plan.h"

namespace tilts::pull {
namespace {

using targets::Action;
using testing::ElementsAre;
using testing::IsEmpty;

mapping::MappedRow mapped(const std::string& key, const std::string& cell, bool held = false) {
  mapping::MappedRow row;
  row.row.key = key;
  row.row.cells = {cell};
  row.row.held = {0};
  row.held = held;
  return row;
}

store::DeliveredRow delivered(const std::string& key, const std::string& cell) {
  const mapping::MappedRow row = mapped(key, cell);
  const auto hash = targets::content_hash(row.row);
  return {"K-1", key, {reinterpret_cast<const char*>(hash.data()), hash.size()}, {}};
}

std::vector<std::pair<Action, std::string>> words(const std::vector<Change>& changes) {
  std::vector<std::pair<Action, std::string>> words;
  for (const Change& change : changes)
    words.emplace_back(change.action, change.row ? change.row->key : change.before->key);
  return words;
}

TEST(Delta, AddsWhatTheTargetHasNotAndChangesWhatDiffers) {
  const std::vector rows{mapped("a", "1"), mapped("b", "2"), mapped("c", "3")};
  const std::vector before{delivered("b", "2"), delivered("c", "old")};
  const auto changes = compare(rows, before, true);
  EXPECT_THAT(words(changes), ElementsAre(std::pair(Action::add, "a"), std::pair(Action::change, "c")));
  EXPECT_EQ(changes[1].before, &before[1]);
}

TEST(Delta, AHeldRowKeepsWhatWasDelivered) {
  const std::vector rows{mapped("a", "new", true), mapped("b", "new", true)};
  const std::vector before{delivered("a", "old")};
  EXPECT_THAT(compare(rows, before, true), IsEmpty());
}

TEST(Delta, RemovesOnlyWhenItMay) {
  const std::vector before{delivered("a", "1")};
  EXPECT_THAT(compare({}, before, false), IsEmpty());
  EXPECT_THAT(words(compare({}, before, true)), ElementsAre(std::pair(Action::remove, "a")));
}

TEST(Delta, ACellThatIsHeldBackNowIsAChange) {
  std::vector rows{mapped("a", "")};
  const std::vector before{delivered("a", "")};
  EXPECT_THAT(compare(rows, before, true), IsEmpty());
  rows[0].row.held = {1};
  EXPECT_THAT(words(compare(rows, before, true)), ElementsAre(std::pair(Action::change, "a")));
}

}  // namespace
}  // namespace tilts::pull
