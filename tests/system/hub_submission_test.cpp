// The rehabilitation queue as a data service behind the state hub: the same entries, ledger and promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using std::chrono::seconds;
using store::SubmissionState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

OfficePlan through_the_hub() {
  OfficePlan plan;
  plan.profile = "profile-hub.xml";
  return plan;
}

TEST(HubSubmission, ReachesTheQueueWithItsDocuments) {
  QueueOffice office(through_the_hub());
  const std::string entry = office.enter("SD-1");
  EXPECT_THAT(office.rounds(), IsEmpty());
  const store::Submission one = office.only();
  EXPECT_EQ(one.state, SubmissionState::received);
  ASSERT_THAT(office.truth(), SizeIs(1));
  EXPECT_EQ(office.truth().at(one.key).times, 1);
  EXPECT_THAT(office.truth().at(one.key).attachments, SizeIs(3));
  EXPECT_THAT(office.answer(entry), HasSubstr(one.receipt));
  EXPECT_EQ(office.registry().counter("EndTransaction"), 1);
}

// Nothing of the entry has left when the hub gives no transaction.
TEST(HubSubmission, WithoutATransactionIsNotUnknown) {
  QueueOffice office(through_the_hub());
  office.registry().fault(R"({"kind":"ivis-error","operation":"StartTransaction","count":1})");
  office.enter("SD-1");
  EXPECT_THAT(office.rounds(), testing::Contains(HasSubstr("the hub gave no transaction")));
  EXPECT_EQ(office.only().state, SubmissionState::prepared);
  EXPECT_THAT(office.truth(), IsEmpty());
}

TEST(HubSubmission, TheHubsOwnNoDeclinesIt) {
  QueueOffice office(through_the_hub());
  office.registry().fault(R"({"kind":"ivis-error","value":13,"operation":"SubmitSync","count":1})");
  office.enter("SD-1");
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::declined);
  EXPECT_THAT(office.truth(), IsEmpty());
}

TEST(HubSubmission, AnAnswerThatIsLostIsInquiredAboutAndNotSentTwice) {
  for (const char* kind : {"reset-after", "unsigned", "http-status-after"}) {
    QueueOffice office(through_the_hub());
    office.registry().fault(std::string(R"({"kind":")") + kind + R"(","operation":"SubmitSync","count":1})");
    office.enter("SD-1");
    office.rounds();
    for (int round = 0; round < 5 && office.only().state != SubmissionState::received; ++round) {
      office.later(seconds{120});
      office.rounds();
    }
    const store::Submission one = office.only();
    EXPECT_EQ(one.state, SubmissionState::received) << kind;
    EXPECT_EQ(office.truth().at(one.key).times, 1) << kind;
  }
}

// Errors 4 and 5 are the hub's: a new transaction, once it is known that nothing was handed on.
TEST(HubSubmission, ALostTransactionIsTriedInANewOneAfterTwoAbsences) {
  QueueOffice office(through_the_hub());
  office.registry().fault(R"({"kind":"ivis-error","value":5,"operation":"SubmitSync","count":1})");
  office.enter("SD-1");
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::unknown);
  for (int round = 0; round < 8 && office.only().state != SubmissionState::received; ++round) {
    office.later(seconds{120});
    office.rounds();
  }
  const store::Submission one = office.only();
  EXPECT_EQ(one.state, SubmissionState::received);
  EXPECT_EQ(office.truth().at(one.key).times, 1);
}

}  // namespace
}  // namespace tilts::system_test
