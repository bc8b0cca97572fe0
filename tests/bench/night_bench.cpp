// Whole nights of the real program against the simulated registry, 100 people to a request: the first load,
// a night after a day of life, and a night in which nothing changed. Each is a process of its own, so that
// its time and memory are its own; the registry signs with RSA-2048 and so does the gateway.
//   night_bench [--check] [--people N]…     22 500 when absent; the last one's memory is compared with the
//   first's
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/process_cost.h"
#include "tests/bench/program.h"
#include "tests/system/city.h"

namespace tilts::bench {
namespace {

constexpr int page = 100;
constexpr double goal_megabytes = 150;
// The roster is in memory, some 130 bytes a person (gateway/pull/people.h), and for a moment what finds its
// double lines; nothing else may grow with the city.
constexpr double goal_bytes_a_person = 200;
constexpr double slack = 1.5;

class City {
 public:
  explicit City(int people)
      : people_(people), city_({.residents = people, .page_size = page, .keys = support::KeyKind::rsa}) {}

  // Each throws when the night did not go well. The largest peak of the three is kept.
  void live() {
    night("first load", {"--initial"});
    city_.registry().advance(1);
    const Ended lived = night("a night", {});
    if (lived.output.find("nothing was delivered") != std::string::npos)
      throw std::runtime_error("night_bench: a day of life changed nothing:\n" + lived.output);
    const size_t files = city_.deliveries("residents").size();
    const Ended quiet = night("a night with nothing changed", {});
    if (quiet.output.find("nothing changed, nothing was delivered") == std::string::npos)
      throw std::runtime_error("night_bench: a quiet night does not say that it was one:\n" + quiet.output);
    if (city_.deliveries("residents").size() != files)
      throw std::runtime_error("night_bench: a quiet night delivered something");
  }

  double peak_megabytes() const { return peak_; }

 private:
  Ended night(const char* what, const std::vector<std::string>& more) {
    const long before = city_.registry().counter("processed");
    std::vector<std::string> words{TILTS_PROGRAM, "--configuration", city_.file("tilts.xml").string(), "run",
                                   "residents"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run_program(words);
    if (ended.code != 0 && ended.code != 3)  // 3: something was held back
      throw std::runtime_error(
          fmt::format("night_bench: {} ended with {}:\n{}", what, ended.code, ended.output));
    const auto exchanges = static_cast<double>(city_.registry().counter("processed") - before);
    const double megabytes = static_cast<double>(ended.peak_bytes) / 1e6;
    peak_ = std::max(peak_, megabytes);
    std::printf("%7d people  %-30s %7.1f s %7.1f s %9.0f us %9.0f us %7.0f MB\n", people_, what,
                ended.seconds, ended.cpu_seconds, 1e6 * ended.cpu_seconds / exchanges,
                1e6 * ended.cpu_seconds / people_, megabytes);
    std::fflush(stdout);
    return ended;
  }

  const int people_;
  system_test::City city_;
  double peak_ = 0;
};

}  // namespace

int program(int count, char** words) {
  bool check = false;
  std::vector<int> sizes;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--check") == 0) check = true;
    if (std::strcmp(words[i], "--people") == 0 && i + 1 < count) sizes.push_back(std::atoi(words[++i]));
  }
  if (sizes.empty()) sizes.push_back(22'500);

  std::printf("%-46s %9s %9s %12s %12s %10s\n", "", "wall", "CPU", "an exchange", "a person", "peak");
  std::vector<double> peaks;
  for (const int people : sizes) {
    City city(people);
    city.live();
    peaks.push_back(city.peak_megabytes());
  }
  double growth = 0;
  if (sizes.back() > sizes.front()) {
    growth = 1e6 * (peaks.back() - peaks.front()) / (sizes.back() - sizes.front());
    std::printf("memory grows by %.0f bytes a person (goal %.0f), %.2f times\n", growth, goal_bytes_a_person,
                peaks.back() / peaks.front());
  }
  // Memory does not depend on what else the machine does: the peak is held to the goal itself.
  const bool missed =
      *std::ranges::max_element(peaks) > goal_megabytes || growth > slack * goal_bytes_a_person;
  if (missed) std::printf("a goal of memory is missed (%.0f MB)\n", goal_megabytes);
  return check && missed ? 1 : 0;
}

}  // namespace tilts::bench
