#include "gateway/cli/report.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Reader {
  std::istringstream in;
  std::ostringstream out, err;
  Context context{.in = in, .out = out, .err = err};
};

pull::RunReport preview() {
  pull::RunReport report;
  report.run = "4f1c22aa";
  report.job = "residents";
  report.state = pull::RunState::preview;
  report.preview = true;
  report.sentence = "job residents: a preview";
  report.counts.adds = 4407;
  report.counts.held_fields = 2;
  return report;
}

TEST(Report, APreviewEndsWithNothingAndAdvisesNoApprovalOfItself) {
  Reader reader;
  pull::RunReport report = preview();
  report.too_many = {"a first load of 4407 rows was not announced"};
  print_report(reader.context, report);
  EXPECT_EQ(exit_of(report), Exit::all_well);
  EXPECT_THAT(reader.out.str(),
              AllOf(HasSubstr("would be    4 407 added"), Not(HasSubstr("approve 4f1c22aa")),
                    HasSubstr("Next: tilts run residents makes it wait for your approval\n")));
}

TEST(Report, OneIsOneAndTwoAreMany) {
  Reader reader;
  pull::RunReport report = preview();
  report.counts.held_records = 1;
  print_report(reader.context, report);
  EXPECT_THAT(reader.out.str(), HasSubstr("1 record, 2 fields\n"));
}

TEST(Report, AnEditedMappingNamesTheFileAndShowsNoRow) {
  Reader reader;
  pull::RunReport report;
  report.job = "residents";
  report.mapping_edited = true;
  report.examples = 10;
  report.examples_file = "findings/residents-before-and-after.csv";
  print_report(reader.context, report);
  EXPECT_THAT(reader.out.str(), HasSubstr("  mapping     edited: 10 rows before and after in "
                                          "findings/residents-before-and-after.csv\n"));
}

TEST(Report, AnUntrustedRunThatLeftAPlanSaysHowToApproveIt) {
  Reader reader;
  pull::RunReport report;
  report.run = "4f1c22aa";
  report.job = "residents";
  report.state = pull::RunState::untrusted;
  report.too_many = {"26 removals"};
  report.plan = std::string(64, 'a');
  print_report(reader.context, report);
  EXPECT_EQ(exit_of(report), Exit::untrusted);
  EXPECT_THAT(reader.out.str(), HasSubstr("then tilts approve 4f1c22aa --because"));
}

TEST(Report, APreviewNamesTheRunThatWaitsStill) {
  Reader reader;
  pull::RunReport report = preview();
  report.waits = "0badcafe";
  print_report(reader.context, report);
  EXPECT_THAT(reader.out.str(),
              HasSubstr("Next: run 0badcafe waits still: tilts approve 0badcafe --because"));
}

}  // namespace
}  // namespace tilts::cli
