// Submissions through the whole path, 16 in flight: validate and take in; ledger, journal, sign, send,
// verify, evidence, ledger again. Every step is durable before the next.
//   submission_bench [--entries N] [--rounds N: so many times, for what grows] [--postgresql]
//                    [--delay MILLISECONDS of every sync] [--check]
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

#include "gateway/exchange/libraries.h"
#include "gateway/push/entry_folder.h"
#include "gateway/push/entry_rules.h"
#include "gateway/push/intake.h"
#include "gateway/push/sender.h"
#include "tests/bench/process_cost.h"
#include "tests/bench/program.h"
#include "tests/support/postgresql.h"
#include "tests/system/queue_office.h"

namespace {

std::atomic<long> syncs = 0;
std::atomic<long> delay = 0;  // of each, milliseconds

}  // namespace

// SQLite's and the send journal's: counted, and slowed down like a disk that really turns.
extern "C" __attribute__((visibility("default"))) int fdatasync(int file) {
  static const auto next = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "fdatasync"));
  ++syncs;
  if (const long milliseconds = delay) usleep(static_cast<useconds_t>(milliseconds * 1000));
  return next(file);
}

namespace tilts::bench {
namespace {

using std::chrono::steady_clock;

constexpr size_t in_flight = 16;
constexpr std::string_view kCode = "16117519997";  // of the shipped example
constexpr double goal = 200;                       // submissions a second on SQLite
constexpr double goal_delayed = 100;               // with every sync delayed by 5 ms
constexpr double slack = 1.5;

struct Cost {
  double wall, ours, simulator;
  long syncs;
};

// One of ten thousand people, with the check digit: nobody has thousands of entries.
std::string code(size_t number) {
  constexpr std::array weights{1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  const std::string digits = fmt::format("161175{:04}", number % 10'000);
  int sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sum += weights.at(i) * (digits[i] - '0');
  return digits + std::to_string((1101 - sum) % 11 % 10);
}

class House {
 public:
  explicit House(const std::string& store_connection)
      : office_({.store = store_connection, .lifetime_seconds = 300, .answer_seconds = 60}),
        clock_(Clock::system()),
        store_({.connection = office_.configuration().store.connection,
                .master_key = office_.configuration().master_key,
                .checkpoints = office_.configuration().checkpoints_folder},
               clock_),
        registries_(office_.configuration(), clock_),
        journal_(office_.configuration().send_journal, store::SendJournal::Missing::create),
        intake_(office_.configuration(), office_.configuration().intakes.front(), store_, registries_,
                clock_),
        sender_(office_.configuration(), store_, registries_, journal_, clock_) {
    store_.write([&](store::Transaction& transaction) {
      store_.submissions().reconcile(transaction, journal_, std::chrono::minutes{5}, clock_.now());
    });
  }

  Cost take(size_t entries) {
    const std::string name = office_.enter("SD-0");
    const std::string entry = support::read_file(office_.file("entries/" + name));
    push::EntryFolder place(office_.file("entries"), "bench");
    return at_once(entries, [&](size_t index) {
      std::string one = entry;
      one.replace(one.find("SD-0"), 4, fmt::format("SD-{}", next_ + index));
      one.replace(one.find(kCode), kCode.size(), code(next_ + index));
      intake_.take(place, {fmt::format("SD-{}.xml", next_ + index), push::EntryForm::xml, "stamp"}, one);
    });
  }

  // Of taking in: reading an entry against its form, and the queue's rules about it.
  Cost judge(size_t entries) {
    const config::IntakeSettings& settings = office_.configuration().intakes.front();
    const targets::Schema schema(settings.schema, "bench");
    const push::EntryRules rules(office_.configuration(), settings);
    const std::string entry = support::read_file(office_.file("entries/" + office_.enter("SD-0")));
    return at_once(entries, [&](size_t) {
      rules.judge(*push::read_entry(entry, push::EntryForm::xml, schema).entry, store_, clock_.now());
    });
  }

  // Of sending: a durable line in a send journal.
  Cost journal(size_t entries) {
    store::SendJournal beside(office_.file("beside.journal"), store::SendJournal::Missing::create);
    return at_once(entries, [&](size_t index) {
      beside.append(
          {fmt::format("{:032}", index), 1, "urn:uuid:" + std::to_string(index), clock_.now(), clock_.now()});
    });
  }

  Cost send(size_t entries) {
    next_ += entries;
    const auto due = store_.read([&](store::Session& session) {
      return store_.submissions().due(session, store::SubmissionState::prepared, clock_.now(), entries);
    });
    if (due.size() != entries) throw std::runtime_error("submission_bench: not all were taken in");
    const Cost cost = at_once(entries, [&](size_t index) { sender_.send(due[index], {}); });
    const auto counts =
        store_.read([&](store::Session& session) { return store_.submissions().counts(session); });
    if (counts.at(store::SubmissionState::received) != static_cast<int64_t>(next_))
      throw std::runtime_error("submission_bench: not all were received");
    return cost;
  }

 private:
  template <typename Work>
  Cost at_once(size_t count, const Work& work) {
    const auto begin = steady_clock::now();
    const double ours = cpu_seconds(), simulator = office_.registry().cpu_seconds();
    const long before = syncs;
    std::atomic<size_t> next{0};
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < in_flight; ++i)
        threads.emplace_back([&] {
          for (size_t index = next++; index < count; index = next++) work(index);
        });
    }
    return {std::chrono::duration<double>(steady_clock::now() - begin).count(), cpu_seconds() - ours,
            office_.registry().cpu_seconds() - simulator, syncs - before};
  }

  system_test::QueueOffice office_;
  const Clock clock_;
  store::Store store_;
  const registries::Registries registries_;
  store::SendJournal journal_;
  push::Intake intake_;
  push::Sender sender_;
  size_t next_ = 0;
};

void print(const char* what, const Cost& cost, size_t entries) {
  const auto each = static_cast<double>(entries);
  std::printf("%-44s %8.0f/s %9.0f us %9.0f us %8.2f\n", what, each / cost.wall, 1e6 * cost.ours / each,
              1e6 * cost.simulator / each, static_cast<double>(cost.syncs) / each);
}

}  // namespace

// The same again and again, and after each tenth of it what the process has grown by, and what of its memory
// is in use. SQLite's part is its page caches, which fill with the store and then stay as they are.
void grow(House& house, size_t entries, size_t rounds) {
  const MemoryGrowth memory;
  for (size_t round = 1; round <= rounds; ++round) {
    house.take(entries);
    house.send(entries);
    if (round % std::max<size_t>(rounds / 10, 1) == 0)
      std::printf(
          "after %7zu submissions: %5.1f MB more at its peak; %5.1f MB in use, %5.1f of them SQLite's\n",
          round * entries, static_cast<double>(memory.peak_bytes()) / 1e6,
          static_cast<double>(mallinfo2().uordblks) / 1e6, static_cast<double>(sqlite3_memory_used()) / 1e6);
  }
}

int program(int count, char** words) {
  bool check = false, postgresql = false;
  size_t entries = 400, rounds = 0;
  std::optional<long> every;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--check") == 0) check = true;
    if (std::strcmp(words[i], "--postgresql") == 0) postgresql = true;
    if (std::strcmp(words[i], "--entries") == 0 && i + 1 < count)
      entries = std::strtoul(words[++i], nullptr, 10);
    if (std::strcmp(words[i], "--rounds") == 0 && i + 1 < count)
      rounds = std::strtoul(words[++i], nullptr, 10);
    if (std::strcmp(words[i], "--delay") == 0 && i + 1 < count) every = std::atol(words[++i]);
  }
  const exchange::Libraries libraries;
  std::optional<support::PostgreSql> server;
  if (postgresql) server.emplace();
  House house(server ? server->fresh_database() : "sqlite:tilts.db");
  house.take(64);
  house.send(64);  // connections open, statements prepared
  if (rounds > 0) {
    grow(house, entries, rounds);
    return 0;
  }
  const MemoryGrowth memory;
  std::printf("%-44s %10s %12s %12s %8s\n",
              fmt::format("{} entries with 3 documents, {} at once", entries, in_flight).c_str(), "wall",
              "our CPU", "simulator's", "syncs");
  bool missed = false;
  for (const long milliseconds : every ? std::vector<long>{*every} : std::vector<long>{0, 5}) {
    delay = milliseconds;
    const Cost taken = house.take(entries);
    const Cost sent = house.send(entries);
    const std::string how = milliseconds ? fmt::format(", every sync {} ms later", milliseconds) : "";
    print(("validated and taken in" + how).c_str(), taken, entries);
    print(("  of it read and judged" + how).c_str(), house.judge(entries), entries);
    print(("sent and received" + how).c_str(), sent, entries);
    print(("  of it a line in the send journal" + how).c_str(), house.journal(entries), entries);
    const double whole = static_cast<double>(entries) / (taken.wall + sent.wall);
    const double wanted = milliseconds ? goal_delayed : goal;
    std::printf(
        "the whole path: %.0f/s (goal %.0f); the simulator's side of it alone is %.0f %% of the CPU\n", whole,
        wanted, 100 * sent.simulator / (sent.simulator + sent.ours + taken.ours));
    missed |= !postgresql && whole * slack < wanted;
  }
  std::printf("memory: %.1f MB more at its peak\n", static_cast<double>(memory.peak_bytes()) / 1e6);
  if (missed) std::printf("the goal is missed by more than half\n");
  return check && missed ? 1 : 0;
}

}  // namespace tilts::bench
