// Questions that the hub answers later.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class HubTest : public SimulatorTest {
 protected:
  // Hands the question over and returns its CorrelationID.
  std::string submit() {
    Message message = list_message(codes(2));
    for (std::size_t at = message.body.find("SubmitSync"); at != std::string::npos;
         at = message.body.find("SubmitSync", at))
      message.body.replace(at, 10, "Submit");
    message.action = std::string(service) + "/Submit";
    acknowledgement_ = ask(message).body;
    return element(message.body, "i:CorrelationID");
  }
  Reception later(const std::string& operation, const std::string& correlation) {
    return ask(message(operation,
                       fmt::format(R"(<r:{0} xmlns:r="{1}"><r:correlationID>{2}</r:correlationID></r:{0}>)",
                                   operation, service, correlation)));
  }

  std::string acknowledgement_;
};

TEST_F(HubTest, AnswersLaterUnderTheSameCorrelation) {
  start();
  simulator().post("/patience", R"({"ready":600,"poll":300})");
  const std::string correlation = submit();
  EXPECT_EQ(element(acknowledgement_, "i:CorrelationID"), correlation);
  EXPECT_EQ(element(acknowledgement_, "i:TransactionID"), transaction());
  EXPECT_EQ(element(acknowledgement_, "i:PollInterval"), "300");
  EXPECT_THAT(acknowledgement_, Not(HasSubstr("i:Body")));
  for (const char* operation : {"GetStatus", "GetResponse"}) {
    const Reception reception = later(operation, correlation);
    EXPECT_EQ(element(reception.body, "i:Result"), "pending") << operation;
    EXPECT_EQ(element(reception.body, "i:PollInterval"), "300") << operation;
    EXPECT_THAT(people(reception.body), testing::IsEmpty());
  }
  simulator().post("/clock", R"({"offset":601})");
  // what was signed by the clock of before is too old by now
  Message status = message("GetStatus", "");
  status.created = 601;
  status.body =
      fmt::format(R"(<r:GetStatus xmlns:r="{}"><r:correlationID>{}</r:correlationID></r:GetStatus>)", service,
                  correlation);
  EXPECT_EQ(element(ask(status).body, "i:Result"), "success");
  Message response = message("GetResponse", "");
  response.created = 601;
  response.body =
      fmt::format(R"(<r:GetResponse xmlns:r="{}"><r:correlationID>{}</r:correlationID></r:GetResponse>)",
                  service, correlation);
  const Reception reception = ask(response);
  EXPECT_EQ(people(reception.body), codes(2));
  EXPECT_EQ(element(reception.body, "i:CorrelationID"), correlation);
  EXPECT_THAT(element(reception.body, "i:MessageType"), HasSubstr("PersonListResponse"));
  EXPECT_TRUE(verifies(reception.body, pki().anchor));
}

TEST_F(HubTest, RefusesWhoAsksBeforePollIntervalHasPassed) {
  start();
  simulator().post("/patience", R"({"ready":600,"poll":300,"strict":true})");
  const Reception early = later("GetStatus", submit());
  EXPECT_EQ(early.status, 400U);
  EXPECT_THAT(early.body, HasSubstr("before PollInterval"));
  simulator().post("/patience", R"({"ready":0,"poll":0,"strict":true})");
  const Reception reception = later("GetStatus", submit());
  EXPECT_THAT(acknowledgement_, Not(HasSubstr("PollInterval")));
  EXPECT_EQ(element(reception.body, "i:Result"), "success");
}

TEST_F(HubTest, KnowsOnlyWhatWasHandedOverInATransactionThatIsOpen) {
  start();
  EXPECT_EQ(element(later("GetStatus", new_message_id().substr(9)).body, "i:ErrorCode"), "7");
  const std::string correlation = submit();
  const std::string end = fmt::format(
      R"(<r:EndTransaction xmlns:r="{}"><r:transactionID>{}</r:transactionID></r:EndTransaction>)", service,
      transaction());
  EXPECT_EQ(element(ask(message("EndTransaction", end)).body, "r:EndTransactionResult"), "1");
  EXPECT_EQ(element(later("GetResponse", correlation).body, "i:ErrorCode"), "5");
}

TEST_F(HubTest, ErrorsCanBeCalledUpForEachStep) {
  start();
  const std::string correlation = submit();
  for (const char* operation : {"Submit", "GetStatus", "GetResponse"}) {
    simulator().fault(fmt::format(R"({{"kind":"ivis-error","value":14,"operation":"{}"}})", operation));
    if (operation == std::string_view("Submit"))
      submit();
    else
      acknowledgement_ = later(operation, correlation).body;
    EXPECT_EQ(element(acknowledgement_, "i:ErrorCode"), "14") << operation;
  }
}

}  // namespace
}  // namespace tilts::simulator::tests
