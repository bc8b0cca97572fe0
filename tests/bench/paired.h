// Benches in pairs: ours beside a bare reference, interleaved in one run, nine times each; what is quoted is
// the ratio of the medians. Google Benchmark runs and interleaves, this judges.
#pragma once

#include <functional>
#include <string>

namespace tilts::bench {

struct Pair {
  std::string name;            // "sign 4 KB"
  std::string reference_name;  // "one RSA-2048 signature"
  std::function<void()> ours;
  std::function<void()> reference;
  double goal = 0;  // ours at most so many times the reference; 0: only told
};

void add(Pair pair);
// A figure without a reference: microseconds of CPU at most; 0: only told.
void add(std::string name, std::function<void()> ours, double goal_microseconds = 0);

// Runs what was added and prints a line a pair. Returns 1 when `--check` is among the words and a goal is
// missed by more than half, else 0.
int run(int argc, char** argv);

}  // namespace tilts::bench
