#include "gateway/targets/row.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "tests/unit/targets/rows.h"

namespace tilts::targets {
namespace {

using testing::ElementsAre;

TEST(Row, AnotherContentIsAnotherHash) {
  std::set<std::array<std::byte, 32>> hashes;
  Row one = row("K", "ab", "c");
  hashes.insert(content_hash(one));
  hashes.insert(content_hash(row("K", "a", "bc")));
  hashes.insert(content_hash(row("K", "", "abc")));
  hashes.insert(content_hash(row("Ka", "b", "c")));
  Row held = row("K", "", "abc");
  held.held[1] = 1;
  hashes.insert(content_hash(held));
  EXPECT_EQ(hashes.size(), 5u);
  EXPECT_TRUE(hashes.contains(content_hash(row("K", "ab", "c"))));
}

TEST(Row, TheHashStaysTheSameBetweenVersions) {
  // What was delivered is compared by it: a change here would deliver everything again.
  EXPECT_EQ(to_hex(content_hash(row("K-1", "Anna", "001"))),
            "65d18303738884deb8b1ce3ae1be0d8f37785cce4740675d9a92ad92d94af309");
}

TEST(Row, ARemovalHasItsKeyCellsOnly) {
  const Layout addresses{"a", {{"client", true}, {"text"}, {"kind", true}}};
  EXPECT_THAT(removal(addresses, "12/2020/declared").cells, ElementsAre("12/2020", "", "declared"));
  EXPECT_EQ(removal(addresses, "12/2020/declared").key, "12/2020/declared");
  EXPECT_THAT(removal(residents(), "12/2020").cells, ElementsAre("12/2020", "", ""));
  EXPECT_THROW(removal(addresses, "12"), Error);
}

}  // namespace
}  // namespace tilts::targets
