#include "gateway/cli/text.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/progress.h"
#include "gateway/cli/report.h"

namespace tilts::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Text, ColumnsAlignByLettersNotBytes) {
  Table table({"Vārds", "Skaits"});
  table.add({"Ķirsis", "5"});
  table.add({"Jānis", "12 345"});
  EXPECT_EQ(table.text(), "Vārds   Skaits\nĶirsis       5\nJānis   12 345\n");
  EXPECT_EQ(table.text(9), "Vārds   …\nĶirsis  …\nJānis   …\n");
}

TEST(Text, NumbersAndTimesReadWell) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(22500), "22 500");
  EXPECT_EQ(grouped(-1234567), "-1 234 567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(counted(1, "row", "rows"), "1 row");
  EXPECT_EQ(counted(2000, "row", "rows"), "2 000 rows");
  EXPECT_EQ(lasted(std::chrono::seconds{59}), "59 s");
  EXPECT_EQ(lasted(std::chrono::minutes{125}), "2 h 05 min");
  EXPECT_EQ(cut("Bērziņš", 3), "Bē…");
}

struct Watcher {
  std::istringstream in;
  std::ostringstream out, err;
  Time now{};
  Context context{.in = in, .out = out, .err = err, .clock = Clock([this] { return now; })};
};

TEST(Progress, OnATerminalOneLineIsRedrawnAndGone) {
  Watcher watcher;
  watcher.context.terminal = true;
  {
    ProgressLine line(watcher.context);
    line.show({.stage = pull::Progress::Stage::asking, .total = 22500, .done = 0});
    watcher.now += std::chrono::seconds{10};
    line.show(
        {.stage = pull::Progress::Stage::asking, .pages = 25, .records = 7400, .total = 22500, .done = 2500});
    EXPECT_THAT(watcher.out.str(),
                testing::EndsWith(
                    "\r\x1b[Kasking   25 pages   7 400 records   2 500 of 22 500   250/s   1 min left"));
  }
  EXPECT_THAT(watcher.out.str(), testing::EndsWith("\r\x1b[K"));
  EXPECT_EQ(watcher.out.str().find('\n'), std::string::npos);
}

TEST(Progress, IsCutToTheTerminalAndOutOfTheWayOfWhatIsPrinted) {
  Watcher watcher;
  watcher.context.terminal = true;
  watcher.context.width = 20;
  ProgressLine line(watcher.context);
  line.show({.stage = pull::Progress::Stage::asking, .pages = 25, .records = 7400});
  EXPECT_EQ(watcher.out.str(), "\r\x1b[Kasking   25 pages …");
  line.clear();
  line.clear();
  EXPECT_THAT(watcher.out.str(), testing::EndsWith("…\r\x1b[K"));
}

TEST(Progress, ElsewhereAPlainLineNowAndThen) {
  Watcher watcher;
  {
    ProgressLine line(watcher.context);
    for (int second = 0; second < 90; ++second) {
      line.show({.stage = pull::Progress::Stage::asking, .pages = second});
      watcher.now += std::chrono::seconds{1};
    }
    line.show({.stage = pull::Progress::Stage::mapping});
  }
  EXPECT_EQ(watcher.out.str(), "") << "which may be a pipe";
  EXPECT_EQ(watcher.err.str(), "asking\nasking   30 pages\nasking   60 pages\nmapping\n");
}

TEST(Report, SaysWhatWasDeliveredAndTheNextStep) {
  Watcher watcher;
  pull::RunReport report;
  report.run = "4f1c22aa";
  report.job = "residents";
  report.state = pull::RunState::done_held_back;
  report.sentence = "job residents: delivered";
  report.fetched = true;
  report.counts = {.asked = 22500, .pages = 225, .deaths = 3, .changes = 17, .held_records = 2};
  report.deliveries = {{"residents", "out/residents/x.csv", 17}};
  report.findings_file = "var/findings/residents.csv";
  print_report(watcher.context, report);
  EXPECT_EQ(watcher.out.str(), R"(job residents: delivered

  run         4f1c22aa
  asked about 22 500 people in 225 pages
  people      3 died
  rows        17 changed
  held back   2 records
  delivered   residents  17 rows  out/residents/x.csv

Next: tilts findings residents shows what is held back and why; for the clerk: var/findings/residents.csv
)");
  EXPECT_EQ(exit_of(report), Exit::held_back);
}

TEST(Report, AWaitingRunNamesTheWordsThatApproveIt) {
  Watcher watcher;
  pull::RunReport report;
  report.run = "4f1c22aa";
  report.job = "residents";
  report.state = pull::RunState::waiting;
  report.too_many = {"residents: 400 changes are more than 10 %"};
  print_report(watcher.context, report);
  EXPECT_THAT(watcher.out.str(),
              AllOf(HasSubstr("400 changes"), HasSubstr("tilts approve 4f1c22aa --because")));
  EXPECT_EQ(exit_of(report), Exit::waiting);
}

TEST(Report, AFailureGoesToStandardError) {
  Watcher watcher;
  pull::RunReport report;
  report.state = pull::RunState::untrusted;
  report.sentence = "job residents: registry population: Body is not signed";
  print_report(watcher.context, report);
  EXPECT_THAT(watcher.err.str(), HasSubstr("Body is not signed"));
  EXPECT_EQ(exit_of(report), Exit::untrusted);
}

}  // namespace
}  // namespace tilts::cli
