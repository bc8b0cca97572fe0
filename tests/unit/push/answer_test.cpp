#include "gateway/push/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::push {
namespace {

using store::SubmissionState;
using testing::HasSubstr;
using testing::Not;

const Time noon = parse_time("2026-11-21T12:05:00Z");  // 14:05 in Latvia

Answer of(SubmissionState state, const std::string& text, Time due = {}, const std::string& deadline = "") {
  store::Submission submission;
  submission.id = "4f1c22aa0b11";
  submission.case_number = "SD-1";
  submission.operation = "submit";
  submission.state = state;
  submission.due = due;
  submission.deadline = deadline;
  submission.created = noon - std::chrono::hours{1};
  submission.changed = noon;
  submission.receipt = state == SubmissionState::received ? "SIVA-2026-000311" : "";
  return standing("one.xml", "SIVA", submission,
                  {{Weight::notice, "course", {}, {}, "course", {}, "too long", "Kurss ir par garu"}},
                  {{noon, state, 1, "tilts", text}});
}

TEST(Answer, SaysWhatASocialWorkerMustKnow) {
  EXPECT_THAT(of(SubmissionState::received, "").text, HasSubstr("SAŅEMTS. SIVA: numurs SIVA-2026-000311"));
  const std::string unknown = of(SubmissionState::unknown, "", noon + std::chrono::minutes{15}).text;
  EXPECT_THAT(unknown, HasSubstr("Neievadiet to vēlreiz!"));
  EXPECT_THAT(unknown, HasSubstr("21.11.2026. plkst. 14:05"));
  EXPECT_THAT(unknown, HasSubstr("21.11.2026. plkst. 14:20"));
  const std::string warned = of(SubmissionState::warned, "").text;
  EXPECT_THAT(warned, HasSubstr("Kurss ir par garu [course]"));
  EXPECT_THAT(warned, HasSubstr("tilts submissions send 4f1c22aa0b11"));
  EXPECT_THAT(of(SubmissionState::declined, "declined by the registry: group: nav tiesību").text,
              HasSubstr("SIVA: group: nav tiesību"));
  EXPECT_THAT(of(SubmissionState::prepared, "", noon + std::chrono::minutes{1}).text,
              HasSubstr("VĒL NAV NOSŪTĪTS"));
}

TEST(Answer, NamesTheDeadlineWhileItIsAhead) {
  const auto says = [](SubmissionState state, const std::string& deadline) {
    return of(state, "", {}, deadline).text;
  };
  for (const SubmissionState state :
       {SubmissionState::warned, SubmissionState::prepared, SubmissionState::declined}) {
    EXPECT_THAT(says(state, "2026-11-21"), HasSubstr("TERMIŅŠ")) << "it is the last day";
    EXPECT_THAT(says(state, "2026-12-05"), HasSubstr("līdz 05.12.2026."));
    EXPECT_THAT(says(state, "2026-11-20"), Not(HasSubstr("TERMIŅŠ")));
    for (const char* none : {"", "05.12.2026", "soon"})  // a mapping of one's own may say anything
      EXPECT_THAT(says(state, none), Not(HasSubstr("TERMIŅŠ")));
  }
  for (const SubmissionState state :
       {SubmissionState::sending, SubmissionState::unknown, SubmissionState::received})
    EXPECT_THAT(says(state, "2026-12-05"), Not(HasSubstr("TERMIŅŠ")));
  EXPECT_THAT(of(SubmissionState::warned, "", {}, "2026-12-05").xml,
              HasSubstr("<deadline>2026-12-05</deadline>"));
}

TEST(Answer, IsXmlForTheMunicipalSystem) {
  const std::string xml = of(SubmissionState::received, "").xml;
  EXPECT_THAT(xml, HasSubstr("state=\"received\""));
  EXPECT_THAT(xml, HasSubstr("<number>SIVA-2026-000311</number>"));
  EXPECT_THAT(xml, HasSubstr("<finding field=\"course\" id=\"course\" weight=\"warns\">"));
}

TEST(Answer, OfARefusedOneListsAllThatIsWrong) {
  const Answer answer = refused("a&b.xml", {{Weight::record, "form", {}, {}, "course", {}, "1", "pirmais"},
                                            {Weight::record, "code", {}, {}, "code", {}, "2", "otrais"}});
  EXPECT_THAT(answer.text, HasSubstr("NAV PIEŅEMTS"));
  EXPECT_THAT(answer.text, HasSubstr("pirmais [form]"));
  EXPECT_THAT(answer.text, HasSubstr("otrais [code]"));
  EXPECT_THAT(answer.xml, HasSubstr("entry=\"a&amp;b.xml\""));
  EXPECT_THAT(answer.xml, Not(HasSubstr("submission=")));
}

}  // namespace
}  // namespace tilts::push
