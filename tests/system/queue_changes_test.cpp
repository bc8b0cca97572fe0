// What became of the entries: the queue's feed of steps, night after night, into rows for the municipal
// system.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pull/job_runner.h"
#include "gateway/registries/registries.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using pull::RunReport;
using pull::RunState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* anna = "16117519997";  // of the shipped example
constexpr const char* berta = "77117519996";
constexpr const char* anna_later = "76117519983";

class Nights {
 public:
  explicit Nights(std::string_view joiners = "from-the-beginning") : office_(plan(joiners)) {
    roster({{"K-1", anna}, {"K-2", berta}});
  }

  QueueOffice& office() { return office_; }

  void roster(const std::vector<std::pair<std::string, std::string>>& people) {
    std::string text = "client;code;open\n";
    for (const auto& [client, code] : people) text += client + ";" + code + ";1\n";
    std::ofstream(office_.file("roster.csv")) << text;
  }

  // Both are entered and received; their numbers.
  std::vector<std::string> enter_both() {
    office_.enter("SD-1");
    office_.enter("SD-2", {{anna, berta}});
    office_.rounds();
    std::vector<std::string> numbers;
    for (const char* one : {"SD-1", "SD-2"})
      for (const store::Submission& known : office_.ledger())
        if (known.case_number == one) numbers.push_back(known.receipt);
    return numbers;
  }

  RunReport night() {
    RunReport report;
    with([&](pull::JobRunner& runner, store::Store&) {
      pull::RunOptions options;
      options.initial = true;
      report = runner.run("steps", options);
    });
    return report;
  }

  void with(const std::function<void(pull::JobRunner&, store::Store&)>& work) {
    store::Store store({.connection = office_.configuration().store.connection,
                        .master_key = office_.configuration().master_key,
                        .checkpoints = office_.configuration().checkpoints_folder},
                       office_.clock());
    registries::Registries registries(office_.configuration(), office_.clock());
    pull::JobRunner runner(office_.configuration(), store, registries, office_.clock());
    work(runner, store);
  }

  // What the last nights brought and nobody has read yet: client, number, sequence and what happened.
  std::vector<std::string> news() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(office_.file("steps")))
      if (entry.path().extension() == ".csv" && read_.insert(entry.path()).second)
        files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<std::string> rows;
    for (const auto& file : files) {
      std::istringstream lines(support::read_file(file));
      std::string line;
      std::getline(lines, line);
      while (std::getline(lines, line)) rows.push_back(line);
    }
    return rows;
  }

  std::string findings() const {
    const auto file = office_.file("findings/steps.csv");
    return std::filesystem::exists(file) ? support::read_file(file) : std::string();
  }

  void step(const std::string& number, const std::string& state, const std::string& more = "") {
    office_.registry().post("/step", fmt::format(R"({{"number":"{}","state":"{}"{}}})", number, state, more));
  }

 private:
  static OfficePlan plan(std::string_view joiners) {
    OfficePlan plan;
    plan.more = fmt::format(
        R"(
  <registry name="people" adapter="population" profile="{source}/adapters/population/profile.xml" endpoint="https://127.0.0.1:1/population">
    <identity certificate="{{certificate}}" key="{{key}}" active-from="2026-01-01T00:00:00Z"/>
    <tls anchor="{{anchor}}"/>
    <trust anchor="{{anchor}}"/>
  </registry>
  <legal-basis id="steps" law="a test" contract="T-3" valid-from="2026-01-01" valid-to="2035-12-31" operations="changes" registry="siva"/>
  <job name="steps" registry="siva" operation="changes" legal-basis="steps" joiners="{joiners}" population="people">
    <roster csv="roster.csv"/>
    <deliver mapping="{source}/mappings/municipal/rehabilitation.xml" target="steps"/>
  </job>
  <target name="steps" kind="csv" folder="steps" reader="program"/>)",
        fmt::arg("source", TILTS_SOURCE), fmt::arg("joiners", joiners));
    return plan;
  }

  QueueOffice office_;
  std::set<std::filesystem::path> read_;
};

TEST(QueueChanges, EachStepIsOneRowAndNoneComesTwice) {
  Nights nights;
  const auto numbers = nights.enter_both();
  RunReport report = nights.night();
  EXPECT_EQ(report.state, RunState::done) << report.sentence;
  EXPECT_THAT(nights.news(), ElementsAre(HasSubstr("add;K-1;" + numbers[0] + ";1;SD-1;"),
                                         HasSubstr("add;K-2;" + numbers[1] + ";1;SD-2;")));
  nights.office().registry().post("/advance", R"({"days":0})");
  nights.office().registry().post("/advance", R"({"days":0})");
  EXPECT_EQ(nights.night().state, RunState::done);
  const auto second = nights.news();
  ASSERT_THAT(second, SizeIs(4));
  EXPECT_THAT(second[0], HasSubstr("add;K-1;" + numbers[0] + ";2;"));
  EXPECT_THAT(second[0], HasSubstr(";iekļauts rindā;rindas kārtībā;"));
  EXPECT_THAT(second[1], HasSubstr(";uzaicināts;"));
  EXPECT_THAT(second[1], HasSubstr("Jūrmala"));
  EXPECT_EQ(nights.night().state, RunState::done);
  EXPECT_THAT(nights.news(), IsEmpty()) << "a quiet night";
  EXPECT_EQ(nights.findings(), "");
}

TEST(QueueChanges, AStepThatTheRegistryShouldNotMakeIsFoundAndDelivered) {
  Nights nights;
  const auto numbers = nights.enter_both();
  nights.step(numbers[0], "completed");
  EXPECT_EQ(nights.night().state, RunState::done_held_back);
  EXPECT_THAT(nights.findings(),
              HasSubstr("\"happened\";\"lauks aizturēts\";\"Šāds solis rindā nav paredzēts"));
  EXPECT_THAT(nights.findings(), Not(HasSubstr("K-2")));
  EXPECT_THAT(nights.news(), testing::Contains(HasSubstr("add;K-1;" + numbers[0] + ";2;SD-1;")));
}

TEST(QueueChanges, AChangedCodeLeadsToTheSamePersonAndNothingIsSentAgain) {
  Nights nights;
  const auto numbers = nights.enter_both();
  nights.night();
  nights.news();
  nights.office().registry().post("/code",
                                  fmt::format(R"({{"number":"{}","code":"{}"}})", numbers[0], anna_later));
  nights.step(numbers[0], "queued");
  EXPECT_EQ(nights.night().state, RunState::done);
  EXPECT_THAT(nights.news(), testing::Contains(HasSubstr("add;K-1;" + numbers[0] + ";2;SD-1;761175-19983")));
  nights.office().rounds();
  for (const auto& [key, committed] : nights.office().truth()) EXPECT_EQ(committed.times, 1);
  nights.with([&](pull::JobRunner&, store::Store& store) {
    const auto of =
        store.read([&](store::Session& session) { return store.submissions().of(session, anna_later, 10); });
    ASSERT_THAT(of, SizeIs(1)) << "her entry is hers under the new code";
    EXPECT_EQ(of[0].receipt, numbers[0]);
  });
}

TEST(QueueChanges, WhoJoinsTheRosterIsToldFromTheBeginning) {
  Nights nights;
  const auto numbers = nights.enter_both();
  nights.roster({{"K-2", berta}});
  nights.night();
  EXPECT_THAT(nights.news(), ElementsAre(HasSubstr("add;K-2;")));
  nights.roster({{"K-1", anna}, {"K-2", berta}});
  EXPECT_EQ(nights.night().state, RunState::done);
  EXPECT_THAT(nights.news(), ElementsAre(HasSubstr("add;K-1;" + numbers[0] + ";1;")));
  EXPECT_EQ(nights.night().counts.records, 0) << "only once";
}

TEST(QueueChanges, WhoJoinsAnotherRosterIsToldFromNow) {
  Nights nights("from-now");
  nights.enter_both();
  nights.roster({{"K-2", berta}});
  nights.night();
  nights.news();
  nights.roster({{"K-1", anna}, {"K-2", berta}});
  EXPECT_EQ(nights.night().counts.records, 0);
  EXPECT_THAT(nights.news(), IsEmpty());
}

TEST(QueueChanges, WhoDiedAndStillStandsInTheQueueIsFound) {
  Nights nights;
  nights.enter_both();
  nights.with([&](pull::JobRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.records().put(
          transaction, "people", "a-run",
          {"person", anna, "", true, "2026-11-21", {{"code", anna}, {"death_date", "2026-11-20"}}},
          nights.office().clock().now());
    });
  });
  nights.night();
  EXPECT_THAT(nights.findings(), HasSubstr("persona ir mirusi, bet rindā tā palikusi"));
  EXPECT_THAT(nights.news(), testing::Contains(testing::EndsWith(";2026-11-20;\r")));
}

// Whatever the answer's signer did not say leaves the night before as it is, and the next one brings it all.
TEST(QueueChanges, APageThatIsNotToBeTrustedIsTakenInNoPart) {
  for (const char* kind : {"wrapped", "unsigned", "wrong-signer", "missing-page", "replayed", "stale"}) {
    Nights nights;
    nights.enter_both();
    nights.night();
    nights.news();
    nights.office().registry().post("/advance", R"({"days":0})");
    nights.office().registry().fault(
        fmt::format(R"({{"kind":"{}","operation":"QueueChanges","count":1}})", kind));
    EXPECT_EQ(nights.night().state, RunState::untrusted) << kind;
    EXPECT_THAT(nights.news(), IsEmpty()) << kind;
    EXPECT_EQ(nights.night().state, RunState::done) << kind;
    EXPECT_THAT(nights.news(), SizeIs(2)) << kind;
  }
}

}  // namespace
}  // namespace tilts::system_test
