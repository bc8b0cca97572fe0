#include "gateway/store/sql.h"

#include <gtest/gtest.h>

#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

// Sql's constructor runs in the compiler: every statement of the store has passed this. SQLite numbers $n by
// first appearance, so the second of these would update nothing there.
TEST(SqlTest, PlaceholdersAscend) {
  EXPECT_TRUE(placeholders_ascend("UPDATE a SET b = $1 WHERE id = $2"));
  EXPECT_FALSE(placeholders_ascend("UPDATE a SET b = $2 WHERE id = $1"));
  EXPECT_FALSE(placeholders_ascend("SELECT $1, $3"));
  EXPECT_FALSE(placeholders_ascend("SELECT $0"));
  EXPECT_FALSE(placeholders_ascend("SELECT $"));
  EXPECT_TRUE(placeholders_ascend("SELECT $1, $2, $1"));
  EXPECT_TRUE(placeholders_ascend("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10"));
  EXPECT_TRUE(placeholders_ascend("SELECT 1"));
}

TEST(SqlTest, KnowsHowManyArgumentsItTakes) {
  constexpr Sql ten = "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10";
  EXPECT_EQ(ten.arguments(), 10);
}

TEST(PackTest, ComesBackAndIsUnambiguous) {
  const std::string bytes = pack("a", std::string_view(), int64_t{-5}, std::string(300, 'x'));
  Unpacker packed(bytes);
  EXPECT_EQ(packed.next(), "a");
  EXPECT_EQ(packed.next(), "");
  EXPECT_EQ(packed.number(), -5);
  EXPECT_EQ(packed.next().size(), 300u);
  EXPECT_TRUE(packed.done());
  EXPECT_NE(pack("ab", "c"), pack("a", "bc"));
}

TEST(PackTest, RefusesWhatIsCutShort) {
  const std::string bytes = pack("abc");
  for (size_t i = 1; i < bytes.size(); ++i) {
    Unpacker packed(std::string_view(bytes).substr(0, i));
    EXPECT_THROW(packed.next(), Error) << i;
  }
}

}  // namespace
}  // namespace tilts::store
