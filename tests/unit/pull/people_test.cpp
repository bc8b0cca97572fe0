#include "gateway/pull/people.h"

#include <gtest/gtest.h>

namespace tilts::pull {
namespace {

TEST(People, AreFoundByTheCodeInUseAndByOneThatReplacedIt) {
  People people;
  people.add("K-1", "11117000001");
  people.add("K-2", "11117000002");
  ASSERT_TRUE(people.find("11117000002"));
  EXPECT_EQ(people.client(*people.find("11117000002")), "K-2");
  EXPECT_FALSE(people.find("32000000001"));
  people.also_known_as("32000000001", *people.find("11117000002"));
  EXPECT_EQ(people.client(*people.find("32000000001")), "K-2");
  EXPECT_EQ(people.size(), 2u);
}

TEST(People, EachIsAnsweredOnce) {
  People people;
  people.add("K-1", "11117000001");
  people.add("K-2", "11117000002");
  people.answered(0);
  people.answered(0);
  EXPECT_EQ(people.answered(), 1u);
}

}  // namespace
}  // namespace tilts::pull
