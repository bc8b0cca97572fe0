// The C libraries start once for the whole program.
#include <gtest/gtest.h>

#include "gateway/exchange/libraries.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const tilts::exchange::Libraries libraries;
  return RUN_ALL_TESTS();
}
