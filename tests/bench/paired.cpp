#include "tests/bench/paired.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <vector>

#include <benchmark/benchmark.h>

namespace tilts::bench {
namespace {

constexpr int repetitions = 9;
constexpr double slack = 1.5;

std::vector<Pair>& pairs() {
  static std::vector<Pair> all;
  return all;
}

// Keeps the CPU time of every repetition and prints nothing.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        microseconds_[run.run_name.function_name].push_back(run.cpu_accumulated_time * 1e6 /
                                                            static_cast<double>(run.iterations));
  }

  // 0 when a filter left it out.
  double median(const std::string& name) {
    std::vector<double>& times = microseconds_[name];
    if (times.empty()) return 0;
    std::ranges::sort(times);
    return times[times.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> microseconds_;
};

void enlist(const std::string& name, const std::function<void()>& work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) work();
  })->Repetitions(repetitions);
}

}  // namespace

void add(Pair pair) { pairs().push_back(std::move(pair)); }

void add(std::string name, std::function<void()> ours, double goal_microseconds) {
  pairs().push_back({.name = std::move(name),
                     .reference_name = {},
                     .ours = std::move(ours),
                     .reference = {},
                     .goal = goal_microseconds});
}

int run(int argc, char** argv) {
  bool check = false;
  std::vector<char*> words;
  for (int i = 0; i < argc; ++i)
    if (std::strcmp(argv[i], "--check") == 0)
      check = true;
    else
      words.push_back(argv[i]);
  static char interleave[] = "--benchmark_enable_random_interleaving=true";
  static char quick[] = "--benchmark_min_time=0.02";
  words.insert(words.begin() + 1, {interleave, quick});
  int count = static_cast<int>(words.size());
  benchmark::Initialize(&count, words.data());

  for (const Pair& pair : pairs()) {
    enlist(pair.name, pair.ours);
    if (pair.reference) enlist(pair.name + "/reference", pair.reference);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);

  int missed = 0;
  std::printf("%-44s %12s %12s %7s %6s\n", "CPU, median of 9, interleaved", "ours", "reference", "ratio",
              "goal");
  for (const Pair& pair : pairs()) {
    const double ours = collector.median(pair.name);
    if (ours == 0) continue;
    const double reference = pair.reference ? collector.median(pair.name + "/reference") : 0;
    const double measured = pair.reference ? ours / reference : ours;
    if (pair.reference)
      std::printf("%-44s %9.1f us %9.1f us %7.2f", pair.name.c_str(), ours, reference, measured);
    else
      std::printf("%-44s %9.1f us %12s %7s", pair.name.c_str(), ours, "", "");
    if (pair.goal > 0) std::printf(" %6.2f%s", pair.goal, measured > pair.goal ? "  over the goal" : "");
    if (!pair.reference_name.empty()) std::printf("   (%s)", pair.reference_name.c_str());
    std::printf("\n");
    if (pair.goal > 0 && measured > slack * pair.goal) ++missed;
  }
  if (missed > 0) std::printf("%d of the goals missed by more than half\n", missed);
  return check && missed > 0 ? 1 : 0;
}

}  // namespace tilts::bench
