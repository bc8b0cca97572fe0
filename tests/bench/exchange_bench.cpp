// One exchange of the gateway: a look-up of one person, signed with RSA-2048, over kept mutual TLS at 16
// connections, its answer verified and read, its audit and evidence rows durable in SQLite. The shipped
// adapter drives a real run against the simulated registry; what is counted is all CPU time of this process,
// nothing is subtracted. Told beside it: the same with the records kept, what the simulator itself takes,
// and the simulator's ceiling with a client that signed everything beforehand.
//   exchange_bench [--check] [--people N]     N look-ups a round; 600 when absent
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "gateway/config/load.h"
#include "gateway/exchange/libraries.h"
#include "gateway/pull/roster.h"
#include "gateway/pull/run_services.h"
#include "gateway/registries/registries.h"
#include "tests/bench/process_cost.h"
#include "tests/bench/program.h"
#include "tests/system/city.h"

namespace tilts::bench {
namespace {

constexpr int connections = 16;
constexpr size_t rounds = 9;
constexpr double goal_microseconds = 900;
// The goal was set where the simulator takes 640 us for its side of it. A busy machine makes both slower.
constexpr double goal_of_simulator = 900.0 / 640.0;
constexpr double slack = 1.5;

// The look-ups of a run and nothing of what they bring: no record is kept.
class OnlyLookups : public pull::RunServices {
 public:
  using RunServices::RunServices;
  void emit(const host::Emitted&) override {}
  void checkpoint(std::string_view, std::optional<uint64_t>) override {}
};

// For one exchange.
struct Cost {
  double ours = 0;       // seconds of CPU
  double simulator = 0;  // the same, of the registry
  double wall = 0;
};

class House {
 public:
  explicit House(int people)
      : city_({.residents = people,
               .operation = "resident",
               .snapshot = false,
               .keys = support::KeyKind::rsa,
               .concurrency = connections}),
        configuration_(config::load_or_refuse(city_.file("tilts.xml"), clock_.now())),
        store_({.connection = configuration_.store.connection,
                .master_key = configuration_.master_key,
                .checkpoints = configuration_.checkpoints_folder},
               clock_),
        registries_(configuration_, clock_) {}

  template <typename Services>
  Cost run() {
    const config::JobSettings& job = configuration_.jobs.front();
    const registries::Registry& registry = registries_.at(job.registry);
    pull::People people;
    pull::Roster roster = pull::read_roster(job.roster);
    for (pull::RosterEntry& entry : roster.entries)
      people.add(std::move(entry.client), std::move(entry.code));
    const std::string id = store_
                               .write([&](store::Transaction& transaction) {
                                 return store_.runs().start(transaction, job.name, {}, clock_.now());
                               })
                               .id;
    Services services({.id = id,
                       .job = job.name,
                       .operation = job.operation,
                       .adapter = "population",
                       .legal_basis = job.legal_basis},
                      registry, store_, people, clock_);
    const auto adapter = registry.adapter(watchdog_);

    const Cost before = now();
    if (adapter->pull(services, job.operation, "") != host::Ended::done)
      throw std::runtime_error("exchange_bench: the run was stopped");
    const Cost after = now();
    if (services.fetched().asked != static_cast<int64_t>(people.size()))
      throw std::runtime_error("exchange_bench: somebody was not asked about");
    const auto exchanges = static_cast<double>(services.fetched().answers);
    return {(after.ours - before.ours) / exchanges, (after.simulator - before.simulator) / exchanges,
            (after.wall - before.wall) / exchanges};
  }

 private:
  Cost now() {
    return {cpu_seconds(), city_.registry().cpu_seconds(),
            std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
  }

  const Clock clock_ = Clock::system();
  system_test::City city_;
  const config::Configuration configuration_;
  store::Store store_;
  registries::Registries registries_;
  host::Watchdog watchdog_{std::chrono::minutes(5), [](const std::string&) {}};
};

Cost median(std::array<Cost, rounds> costs) {
  const auto middle = [&](double Cost::*part) {
    std::ranges::sort(costs, {}, part);
    return costs[rounds / 2].*part;
  };
  return {middle(&Cost::ours), middle(&Cost::simulator), middle(&Cost::wall)};
}

void print(const char* what, const Cost& cost, const char* more) {
  std::printf("%-52s %9.0f us %9.0f us %8.0f/s%s\n", what, 1e6 * cost.ours, 1e6 * cost.simulator,
              1 / cost.wall, more);
}

// What the load program says at its end: "simulator: 2000 exchanges of …".
std::string ceiling() {
  const Ended ended = run_program(
      {TILTS_SIMULATOR_LOAD, "--exchanges", "2000", "--connections", std::to_string(connections)});
  if (ended.code != 0) throw std::runtime_error(ended.output);
  return "the ceiling of the " + ended.output.substr(ended.output.rfind("simulator: "));
}

}  // namespace

int program(int count, char** words) {
  bool check = false;
  int people = 300;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--check") == 0) check = true;
    if (std::strcmp(words[i], "--people") == 0 && i + 1 < count) people = std::atoi(words[++i]);
  }
  const exchange::Libraries libraries;
  House house(people);
  house.run<OnlyLookups>();  // connections open, statements prepared
  std::array<Cost, rounds> lookups;
  std::array<Cost, rounds> records;
  for (size_t round = 0; round < rounds; ++round) {
    lookups[round] = house.run<OnlyLookups>();
    records[round] = house.run<pull::RunServices>();
  }
  const Cost cost = median(lookups);
  std::printf("%-52s %12s %12s %10s\n",
              fmt::format("one person a request, {} connections, median of {}", connections, rounds).c_str(),
              "our CPU", "simulator's", "wall");
  print("an exchange, its audit and evidence rows", cost,
        fmt::format("   goal {:.0f} us", goal_microseconds).c_str());
  print("the same, the records kept and a commit a person", median(records), "");
  std::printf("%s", ceiling().c_str());

  const double ratio = cost.ours / cost.simulator;
  std::printf("ours is %.2f times the simulator's (goal %.2f)\n", ratio, goal_of_simulator);
  const bool missed = ratio > slack * goal_of_simulator;
  if (missed) std::printf("the goal is missed by more than half\n");
  return check && missed ? 1 : 0;
}

}  // namespace tilts::bench
