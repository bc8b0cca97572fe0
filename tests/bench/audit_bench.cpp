// The audit of a city: fills a SQLite store with nights of look-ups, 100 people to a request, then asks who
// looked at one person and verifies every chain. Full size: audit_bench --nights 547 (12.3 million people
// looked up, eighteen months of 22 500 clients). --check runs a smaller one and holds it to the goals in
// proportion.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "gateway/store/store.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace tilts;
using namespace tilts::store;
using Seconds = std::chrono::duration<double>;

constexpr int kPeople = 22'500;
constexpr int kPage = 100;
constexpr double kSubjectGoal = 1.0;            // seconds, at any size
constexpr double kVerifyGoal = 120.0 / 12.3e6;  // seconds a row
constexpr double kSlack = 1.5;

struct Cost {
  double wall = 0;
  double cpu = 0;  // of the process, all threads
};

template <typename F>
Cost cost(F&& work) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t before = std::clock();
  work();
  return {Seconds(std::chrono::steady_clock::now() - start).count(),
          static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC};
}

std::string code(int person) { return fmt::format("8{:010}", person); }

void fill_night(Store& store, Time at) {
  store.write([&](Transaction& transaction) {
    std::vector<Asked> lookups;
    std::vector<Answered> answers;
    for (int first = 0; first < kPeople; first += kPage) {
      Asked& lookup =
          lookups.emplace_back(Asked{"residents", "residents", "population", "residents", "4f1c09ab", {}});
      for (int person = first; person < first + kPage; ++person) lookup.codes.push_back(code(person));
    }
    for (const LookupId& id : store.audit().asked(transaction, lookups, at))
      answers.push_back({id, "answered", {"urn:uuid:7d0c0000-0000-4000-8000-000000000000"}, ""});
    store.audit().answered(transaction, answers, at);
  });
}

}  // namespace

int main(int count, char** words) {
  int nights = 20;
  bool check = false;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--check") == 0) check = true;
    if (std::strcmp(words[i], "--nights") == 0 && i + 1 < count) nights = std::atoi(words[++i]);
  }
  const support::TemporaryFolder folder;
  Vault::create(folder.path() / "master.key");
  Time now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  Store store({"sqlite:" + (folder.path() / "tilts.db").string(), folder.path() / "master.key",
               folder.path() / "checkpoints", "bench", std::chrono::months(24)},
              Clock([&now] { return now; }));

  const Cost fill = cost([&] {
    for (int night = 0; night < nights; ++night) {
      fill_night(store, now);
      store.sign_audit();
      now += std::chrono::hours(24);
    }
  });
  size_t looks = 0;
  const Cost subject = cost([&] {
    looks = store.read([&](Session& session) { return store.audit().subject(session, code(4711)); }).size();
  });
  AuditReport report;
  const Cost verify = cost([&] { report = store.verify_audit(); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);

  fmt::print("{} people looked up in {} rows of {} nights, {} MB on disk\n", report.subjects, report.rows,
             nights, std::filesystem::file_size(folder.path() / "tilts.db") >> 20);
  const double rows = static_cast<double>(report.subjects);
  fmt::print("written   {:8.1f} s, {:.1f} s of CPU\n", fill.wall, fill.cpu);
  fmt::print("subject   {:8.3f} s, {} look-ups of one person (goal {:.1f} s)\n", subject.wall, looks,
             kSubjectGoal);
  fmt::print("verify    {:8.1f} s, {:.1f} s of CPU, {} defects (goal {:.1f} s)\n", verify.wall, verify.cpu,
             report.defects_found, kVerifyGoal * rows);
  fmt::print("memory    {:8} MB peak\n", usage.ru_maxrss >> 10);
  const bool right = report.defects_found == 0 && looks == static_cast<size_t>(nights) &&
                     report.subjects == int64_t{kPeople} * nights;
  const bool fast = subject.wall <= kSubjectGoal * kSlack && verify.wall <= kVerifyGoal * rows * kSlack;
  return right && (fast || !check) ? 0 : 1;
}
