// The benefits registry behind the same hub.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;

TEST_F(SimulatorTest, AnswersAboutBenefitsUnderTheNamesOfALookUp) {
  start({"--benefits", LOOKUP_FILE});
  const std::vector<std::string> asked = codes(100);
  std::string people;
  for (const std::string& code : asked) people += "<b:PersonCode>" + code + "</b:PersonCode>";
  const std::string body = fmt::format(
      R"(<i:Body><b:BenefitListRequest xmlns:b="urn:tilts:model:vsaa-benefits:1">{}<b:PersonCode>32990000000</b:PersonCode></b:BenefitListRequest></i:Body>)",
      people);
  std::string header = ivis_header("List");
  const auto replace = [&](const std::string& from, const std::string& to) {
    header.replace(header.find(from), from.size(), to);
  };
  replace("ISS-PMLP.FPR-GetPersonList-v1-0", "ISS-VSAA.SPP-GetBenefits-v1-0");
  replace("XSD-Person-Person-v1-0-TYPE-PersonList", "XSD-Benefits-Benefits-v1-0-TYPE-BenefitList");
  const Reception reception = ask(message("SubmitSync", submit_body(header, body)));
  EXPECT_EQ(element(reception.body, "b:TotalCount"), "101");
  EXPECT_EQ(count(reception.body, "<b:Person>"), 100U);
  EXPECT_EQ(count(reception.body, "<b:NotFound>"), 1U);
  EXPECT_EQ(element(reception.body, "b:AsOf"), "2026-03-01") << "the Sunday before";
  EXPECT_THAT(reception.body, HasSubstr("<b:Kind>old-age</b:Kind>"));
  EXPECT_THAT(reception.body, HasSubstr("<b:Kind>family</b:Kind>"));
  EXPECT_THAT(element(reception.body, "i:MessageType"), HasSubstr("BenefitListResponse"));
}

TEST_F(SimulatorTest, WithoutALookUpNoBenefitsAreBehindTheHub) {
  start();
  std::string header = ivis_header("List");
  const std::string from = "ISS-PMLP.FPR-GetPersonList-v1-0";
  header.replace(header.find(from), from.size(), "ISS-VSAA.SPP-GetBenefits-v1-0");
  const std::string body =
      R"(<i:Body><b:BenefitListRequest xmlns:b="urn:tilts:model:vsaa-benefits:1"/></i:Body>)";
  EXPECT_EQ(element(ask(message("SubmitSync", submit_body(header, body))).body, "i:ErrorCode"), "10");
}

}  // namespace
}  // namespace tilts::simulator::tests
