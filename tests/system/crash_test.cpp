// kill -9 at any moment: the next run carries on, nothing is lost, doubled or half delivered. What a reader
// of complete deliveries may see is what City::table() takes.
#include <array>
#include <atomic>
#include <csignal>
#include <map>
#include <new>
#include <optional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "tests/system/city.h"
#include "tests/system/tables.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::system_test {
namespace {

using testing::IsEmpty;

// Before the first telling a child opens the store and repairs.
enum class Stage { start, roster, asking, mapping, delivering };

Stage stage_of(const pull::Progress& progress) {
  return static_cast<Stage>(static_cast<int>(progress.stage) + 1);
}

// Where a child is, in memory that outlives it.
class Whereabouts {
 public:
  Whereabouts()
      : page_(mmap(nullptr, sizeof(std::atomic<Stage>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                   -1, 0)),
        stage_(new (page_) std::atomic<Stage>(Stage::start)) {}
  ~Whereabouts() { munmap(page_, sizeof(std::atomic<Stage>)); }
  Whereabouts(const Whereabouts&) = delete;
  Whereabouts& operator=(const Whereabouts&) = delete;

  std::atomic<Stage>& operator*() const { return *stage_; }

 private:
  void* page_;
  std::atomic<Stage>* stage_;
};

// At a telling of a stage (1 is its first), or so many calls later that make something durable.
struct Moment {
  Stage stage;
  int telling;
  int call;
};

void die(int call) {
  if (call == 0) raise(SIGKILL);
  support::die_before_call(call);
}

// The stage in which a night dies that is killed at that moment; nothing when it ends first.
std::optional<Stage> killed(City& city, const Moment& moment) {
  const Whereabouts where;
  int tellings = 0;
  pull::RunOptions options = initial();
  options.progress = [&](const pull::Progress& progress) {
    *where = stage_of(progress);
    if (stage_of(progress) == moment.stage && ++tellings == moment.telling) die(moment.call);
  };
  const bool at_once = moment.stage == Stage::start;
  const int ended =
      city.night_in_a_child(options, at_once ? [&] { die(moment.call); } : std::function<void()>());
  if (ended == -SIGKILL) return *where;
  return std::nullopt;
}

constexpr const char* targets[] = {"residents", "addresses", "cards"};
constexpr int rounds = 6;
constexpr int nights = 40;  // two or three events, more or less

// One round: a night that dies once in each stage, the repair of a delivery that died included.
std::array<Moment, 6> moments(int round) {
  constexpr int calls[rounds] = {0, 1, 2, 4, 7, 11};
  const int call = calls[round];
  return {{{Stage::start, 0, 3 + 2 * round},
           {Stage::roster, 1, call},
           {Stage::asking, 1 + 2 * round, call},
           {Stage::mapping, 1 + round % 3, call},
           {Stage::delivering, 1, call},
           {Stage::start, 0, 8 + 3 * round}}};
}

TEST(Crash, KilledInEveryStageItEndsWithTheSameTables) {
  Plan plan;
  plan.certificate_days = 1000;
  City undisturbed(plan), city(plan);
  std::map<Stage, int> deaths;
  for (int round = 0; round < rounds; ++round) {
    for (const Moment& moment : moments(round)) {
      SCOPED_TRACE(testing::Message() << "round " << round << ", stage " << static_cast<int>(moment.stage)
                                      << ", telling " << moment.telling << ", call " << moment.call);
      const auto stage = killed(city, moment);
      ASSERT_TRUE(stage) << "it came to its end";
      if (moment.call == 0) {
        EXPECT_EQ(*stage, moment.stage);
      }
      ++deaths[*stage];
      for (const char* target : targets) city.table(target);
    }
    const pull::RunReport next = city.night(initial());
    EXPECT_TRUE(next.fetched) << next.sentence;
    undisturbed.night(initial());
    for (const char* target : targets)
      EXPECT_EQ(difference(city.table(target), undisturbed.table(target)), "") << target;
    EXPECT_TRUE(city.night().deliveries.empty());
    for (City* lives : {&city, &undisturbed}) {
      lives->registry().advance(nights);
      lives->quiet_days(nights);
    }
  }
  for (const Stage stage : {Stage::start, Stage::roster, Stage::asking, Stage::mapping, Stage::delivering})
    EXPECT_GT(deaths[stage], 1) << "stage " << static_cast<int>(stage);
  city.with(
      [](pull::JobRunner&, store::Store& store) { EXPECT_THAT(store.verify_audit().defects, IsEmpty()); });
}

// Written down beside a later plan, the older one would take that one's rows back.
TEST(Crash, APlanOneOfWhoseTargetsIsGoneEndsAllTheSame) {
  Plan plan;
  plan.certificate_days = 1000;
  City undisturbed(plan), city(plan);
  undisturbed.night(initial());
  ASSERT_EQ(killed(city, {Stage::delivering, 1, 0}), Stage::delivering);
  const auto addresses = city.file("out/addresses"), away = city.file("out/away");
  std::filesystem::rename(addresses, away);
  EXPECT_EQ(city.night(initial()).state, pull::RunState::transient);
  for (City* lives : {&city, &undisturbed}) lives->registry().advance(100);
  city.night(initial());
  undisturbed.night(initial());
  std::filesystem::rename(away, addresses);
  city.night(initial());
  for (const char* target : targets)
    EXPECT_EQ(difference(city.table(target), undisturbed.table(target)), "") << target;
  EXPECT_TRUE(city.night().deliveries.empty());
}

TEST(Crash, KilledAtRandomMomentsItEndsWithTheSameTables) {
  City undisturbed;
  undisturbed.night(initial());
  undisturbed.next_day();
  const auto began = std::chrono::steady_clock::now();
  undisturbed.night();
  const auto whole =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);

  City city;
  std::mt19937 random(20261121);
  for (int day = 0; day < 2; ++day) {
    int killed = 0;
    for (int attempt = 0; attempt < 6; ++attempt) {
      const auto moment =
          std::chrono::microseconds(std::uniform_int_distribution<long>(2'000, whole.count())(random));
      killed += city.night_in_a_child(initial(), moment) == -SIGKILL;
      // Whatever is there with a manifest is whole: table() would not parse a torn one.
      EXPECT_LE(city.table("residents").size(), 300u);
    }
    EXPECT_GT(killed, 0);
    const pull::RunReport last = city.night(initial());
    EXPECT_TRUE(last.fetched) << last.sentence;
    if (day == 0) city.next_day();
  }
  for (const char* target : {"residents", "addresses", "cards"})
    EXPECT_EQ(difference(city.table(target), undisturbed.table(target)), "") << target;
  const pull::RunReport quiet = city.night();
  EXPECT_TRUE(quiet.deliveries.empty()) << quiet.sentence;
}

}  // namespace
}  // namespace tilts::system_test
