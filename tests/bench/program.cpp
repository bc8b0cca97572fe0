#include "tests/bench/program.h"

#include <cstdio>
#include <exception>

int main(int count, char** words) {
  try {
    return tilts::bench::program(count, words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
