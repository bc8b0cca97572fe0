#include "gateway/pull/sentence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::pull {
namespace {

using testing::HasSubstr;
using testing::Not;

RunReport night() {
  RunReport report;
  report.run = "1a2b3c4d";
  report.job = "residents";
  report.fetched = true;
  report.counts.asked = 22'500;
  return report;
}

TEST(Sentence, AQuietNightSaysSo) {
  EXPECT_EQ(sentence_of(night(), ""),
            "job residents: 22500 people asked about, 0 died, 0 moved, 0 codes changed; nothing changed, "
            "nothing was "
            "delivered");
}

TEST(Sentence, WithoutARosterNobodyWasAskedAbout) {
  RunReport report = night();
  report.no_roster = true;
  report.counts.records = 1;
  EXPECT_EQ(sentence_of(report, ""), "job residents: 1 record taken; nothing changed, nothing was delivered");
}

TEST(Sentence, AnAnswerThatComesLaterIsNoProblem) {
  RunReport report = night();
  report.fetched = false;
  report.as_of = "2026-11-20T00:30:00.000Z";
  report.answer_later = "registry population: its answer comes later, tilts run residents takes it up";
  report.counts.unchanged = 3;
  EXPECT_EQ(sentence_of(report, ""),
            "job residents: registry population: its answer comes later, tilts run residents takes it up; "
            "from what was stored as of 2026-11-20T00:30:00.000Z: nothing changed, nothing was delivered");
  EXPECT_THAT(sentence_of(report, "target cards: no room"),
              testing::AllOf(testing::StartsWith("job residents: target cards: no room"),
                             HasSubstr("; registry population: its answer comes later")));
}

TEST(Sentence, CountsWhatWasDelivered) {
  RunReport report = night();
  report.counts.deaths = 3;
  report.counts.moved = 17;
  report.counts.changed_codes = 1;
  report.counts.changes = 21;
  report.counts.adds = 2;
  report.deliveries = {{"residents", "a.csv", 3}, {"residents", "b.csv", 20}};
  EXPECT_EQ(sentence_of(report, ""),
            "job residents: 22500 people asked about, 3 died, 17 moved, 1 code changed; 23 rows delivered (2 "
            "added, 21 "
            "changed, 0 removed)");
}

TEST(Sentence, SaysWhatIsHeldBackAndWhereToLook) {
  RunReport report = night();
  report.counts.held_fields = 2;
  report.findings_file = "findings/residents.csv";
  EXPECT_THAT(sentence_of(report, ""), HasSubstr("2 held back: mend what findings/residents.csv says"));
}

TEST(Sentence, TooManyChangesNamesTheNextStep) {
  RunReport report = night();
  report.too_many = {"target residents: a first load of 22500 rows was not announced"};
  const std::string sentence = sentence_of(report, "");
  EXPECT_THAT(sentence, HasSubstr("too many changes: target residents: a first load"));
  EXPECT_THAT(sentence, HasSubstr("tilts approve 1a2b3c4d"));
  EXPECT_THAT(sentence, Not(HasSubstr("rows delivered")));
}

TEST(Sentence, APreviewSaysWhatWouldBeAndAdvisesNoApproval) {
  RunReport report = night();
  report.preview = true;
  report.counts.adds = 4407;
  EXPECT_THAT(
      sentence_of(report, ""),
      HasSubstr("; a preview, nothing was delivered; a run would bring 4407 added, 0 changed, 0 removed"));
  report.too_many = {"target residents: a first load of 4407 rows was not announced"};
  EXPECT_THAT(
      sentence_of(report, ""),
      testing::EndsWith("0 removed; too many changes: target residents: a first load of 4407 rows was "
                        "not announced; a run would wait for approval"));
}

TEST(Sentence, AFailedFetchSaysWhyFirstAndHowOldTheRestIs) {
  RunReport report = night();
  report.fetched = false;
  report.as_of = "2026-11-20T00:30:00.000Z";
  report.counts.adds = 1;
  report.deliveries = {{"cards", "c.csv", 1}};
  const std::string sentence = sentence_of(report, "registry population: no answer within 60 s; try again");
  EXPECT_THAT(sentence, testing::StartsWith("job residents: registry population: no answer"));
  EXPECT_THAT(sentence, HasSubstr("from what was stored as of 2026-11-20T00:30:00.000Z: 1 row delivered"));
}

TEST(Sentence, ATargetOutOfReachIsNotCountedAsDelivered) {
  RunReport report = night();
  report.as_of = "2026-11-20T00:30:00.000Z";
  report.counts.adds = 30;
  report.deliveries = {{"cards", "c.csv", 10}};
  const std::string problem = "target residents: no space is left for it; free some";
  const std::string sentence = sentence_of(report, problem);
  EXPECT_THAT(sentence, HasSubstr("10 of 30 rows delivered (30 added, 0 changed, 0 removed)"));
  EXPECT_THAT(sentence, Not(HasSubstr("from what was stored")));  // it was fetched
  report.deliveries.clear();
  EXPECT_THAT(sentence_of(report, problem), HasSubstr("0 of 30 rows delivered"));
}

TEST(Sentence, SaysWhyNothingWasRemovedAndWhatWasReplaced) {
  RunReport report = night();
  report.why_no_removals = "the registry counts 3 people and 2 came, ask it";
  report.replaced = "0badcafe";
  const std::string sentence = sentence_of(report, "");
  EXPECT_THAT(sentence, HasSubstr("nothing was removed: the registry counts 3 people"));
  EXPECT_THAT(sentence, HasSubstr("the waiting plan of run 0badcafe is replaced"));
}

}  // namespace
}  // namespace tilts::pull
