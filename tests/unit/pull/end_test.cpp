// What the end of a run says to the alarms about its job.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pull/night.h"
#include "gateway/store/vault.h"
#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class End : public testing::Test {
 protected:
  std::filesystem::path key() const {
    const auto file = folder.path() / "master.key";
    store::Vault::create(file);
    return file;
  }

  void ring(const std::string& kind) {
    store.write([&](store::Transaction& t) {
      store.alarms().raise(t, store::about_job("residents"), kind, "job residents: " + kind, now);
    });
  }

  void run(RunState state, bool preview = false, bool plan = false) {
    RunReport report;
    report.job = "residents";
    report.run = store.write(
        [&](store::Transaction& t) { return store.runs().start(t, "residents", {}, now, preview).id; });
    report.state = state;
    report.preview = preview;
    report.sentence = "job residents: the newest";
    if (plan) store.plan_writer(report.run, "residents").finish(store::PlanState::waiting);
    write_end(store, report, now);
  }

  std::vector<std::string> standing() {
    std::vector<std::string> all;
    for (const store::Alarm& alarm :
         store.read([&](store::Session& s) { return store.alarms().standing(s); }))
      all.push_back(alarm.sentence);
    return all;
  }

  support::TemporaryFolder folder;
  Time now = parse_time("2026-11-21T12:00:00Z");
  store::Store store{{"sqlite:" + (folder.path() / "s.db").string(), key(), folder.path()},
                     Clock::fixed(now)};
};

TEST_F(End, ARunThatWentWellEndsEveryAlarmAboutItsJob) {
  for (const RunState well : {RunState::done, RunState::done_held_back}) {
    ring("untrusted");
    ring("not delivered");
    run(well);
    EXPECT_THAT(standing(), IsEmpty());
  }
}

TEST_F(End, APreviewAndAFailureEndNone) {
  ring("untrusted");
  run(RunState::preview, true);
  run(RunState::transient);
  EXPECT_THAT(standing(), ElementsAre("job residents: untrusted"));
}

TEST_F(End, AnAlarmAboutAPlanThatWaitsEndsWithThePlan) {
  ring("waiting");
  run(RunState::waiting, false, true);
  EXPECT_THAT(standing(), ElementsAre("job residents: the newest"))
      << "it names the run that can be approved";
  run(RunState::transient);
  EXPECT_THAT(standing(), ElementsAre("job residents: the newest")) << "the plan waits still";
  store.write([&](store::Transaction& t) { store.plans().replace(t, "residents", "another"); });
  run(RunState::transient);
  EXPECT_THAT(standing(), IsEmpty());
}

}  // namespace
}  // namespace tilts::pull
