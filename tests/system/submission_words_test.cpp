// tilts submit, tilts submissions and tilts restore, as they are typed.
#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Said {
  int exit;
  std::string out, err;
};

Said say(QueueOffice& office, std::vector<std::string> words, const std::string& typed = {}) {
  Command command(office.file("tilts.xml"), std::move(words), {}, typed);
  const int exit = command.end();
  return {exit, command.out(), command.err()};
}

TEST(SubmissionWords, SubmitSendsOneFileAndSaysItsNumber) {
  QueueOffice office;
  const std::string file = office.file("entries") / office.enter("SD-1");
  const Said said = say(office, {"submit", file});
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("received, number SIVA-"));
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("SAŅEMTS"));
  const Said again = say(office, {"submit", file});
  EXPECT_EQ(again.exit, 0);
  EXPECT_THAT(again.out, HasSubstr("it was entered before"));
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
}

TEST(SubmissionWords, SubmitSaysEverythingThatIsWrong) {
  QueueOffice office;
  const std::string file = office.file("entries") / office.enter("SD-1", {{"2026-11-20", "soon"}});
  const Said said = say(office, {"submit", file});
  EXPECT_EQ(said.exit, 3);
  EXPECT_THAT(said.out, HasSubstr("[form]"));
  EXPECT_THAT(said.out, HasSubstr("nothing was sent"));
  EXPECT_EQ(say(office, {"submit", "/nowhere/entry.xml"}).exit, 2);
}

TEST(SubmissionWords, AWarnedOneIsShownAndSentByName) {
  QueueOffice office;
  const std::string file = office.file("entries") / office.enter("SD-1", {{"<course>14", "<course>21"}});
  EXPECT_EQ(say(office, {"submit", file}).exit, 4);
  const std::string id = office.only().id;
  EXPECT_THAT(say(office, {"submissions", "--state", "warned"}).out, HasSubstr(id));
  EXPECT_THAT(say(office, {"submissions", "--json"}).out, HasSubstr("\"state\": \"warned\""));
  EXPECT_THAT(say(office, {"submissions"}).out, Not(HasSubstr("SD-1"))) << "a case number names a person";
  const Said shown = say(office, {"submissions", "show", id});
  EXPECT_EQ(shown.exit, 4);
  EXPECT_THAT(shown.out, HasSubstr("case SD-1"));
  EXPECT_THAT(shown.out, HasSubstr("warning course-of-functional-impairment"));
  EXPECT_EQ(say(office, {"submissions", "send", id, "--because", " "}).exit, 2);
  EXPECT_EQ(say(office, {"submissions", "send", id, "--because", "SIVA agreed"}).exit, 0);
  office.rounds(1);
  EXPECT_THAT(say(office, {"submissions", "show", id}).out, HasSubstr("SIVA agreed"));
  EXPECT_EQ(say(office, {"submissions", "send", id, "--because", "again"}).exit, 2) << "it waits for nobody";
}

TEST(SubmissionWords, ResendWantsTheCaseNumberAndAnUnknownOne) {
  QueueOffice office;
  office.registry().fault(R"({"kind":"reset-before","operation":"SubmitEntry"})");
  office.enter("SD-1");
  office.rounds();
  const std::string id = office.only().id;
  const std::vector<std::string> words{"submissions", "resend", id, "--because",
                                       "SIVA has none, by telephone"};
  EXPECT_EQ(say(office, words, "SD-2\n").exit, 2);
  EXPECT_EQ(office.only().state, store::SubmissionState::unknown);
  EXPECT_EQ(say(office, words, "SD-1\n").exit, 0);
  office.rounds(1);
  EXPECT_EQ(office.only().state, store::SubmissionState::received)
      << say(office, {"submissions", "show", id}).out;
  EXPECT_EQ(say(office, words, "SD-1\n").exit, 2) << "only what is unknown";
}

TEST(SubmissionWords, AnAnswerOnPaperIsKept) {
  QueueOffice office;
  office.registry().fault(R"({"kind":"reset-after","operation":"SubmitEntry"})");
  office.enter("SD-1");
  office.rounds();
  std::ofstream(office.file("letter.pdf")) << "%PDF a letter";
  const std::string id = office.only().id;
  const Said said = say(office, {"submissions", "answer", id, "--received", "SIVA-2026-000001", "--document",
                                 office.file("letter.pdf")});
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_EQ(office.only().receipt, "SIVA-2026-000001");
  EXPECT_THAT(say(office, {"submissions", "show", id}).out, HasSubstr("letter.pdf"));
}

TEST(SubmissionWords, WhoLookedStandsInTheAudit) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  say(office, {"submissions", "show", office.only().id});
  const Said audit = say(office, {"audit", "subject"}, "161175-19997\n");
  EXPECT_THAT(audit.out, HasSubstr("submission shown"));
  EXPECT_THAT(audit.out, HasSubstr("SubmitEntry"));
  EXPECT_THAT(audit.out, HasSubstr("intake rehabilitation"));
}

TEST(SubmissionWords, ALostJournalIsToldAndAcceptedByName) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  std::filesystem::remove(office.file("send.journal"));
  office.enter("SD-2");
  EXPECT_THAT(office.rounds(), testing::Contains(HasSubstr("tilts restore accept")));
  EXPECT_THAT(say(office, {"submissions", "--state", "unknown"}).out, HasSubstr("unknown"));
  EXPECT_EQ(
      say(office, {"restore", "accept", "--because", "the disk was changed, nothing was sent since"}).exit,
      0);
  office.rounds(2);
  EXPECT_THAT(office.truth(), testing::SizeIs(2));
  EXPECT_EQ(say(office, {"restore", "accept", "--because", "once more"}).exit, 2);
}

// The daemon holds the store: what would write is handed over to it.
TEST(SubmissionWords, WorkBesideADaemon) {
  QueueOffice office;
  office.enter("SD-1", {{"<course>14", "<course>21"}});
  const Daemon daemon(office.file("tilts.xml"));
  const std::string file = office.file("entries") / office.enter("SD-2");
  EXPECT_EQ(say(office, {"submit", file}).exit, 0);
  const auto waits = [&] {
    const std::string out = say(office, {"submissions", "--json", "--state", "warned"}).out;
    const size_t at = out.find("\"submission\": \"");
    return at == std::string::npos ? std::string() : out.substr(at + 15, 12);
  };
  std::string id;
  for (int i = 0; i < 600 && id.empty(); ++i, std::this_thread::sleep_for(std::chrono::milliseconds{100}))
    id = waits();
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(say(office, {"submissions", "send", id, "--because", "SIVA agreed"}).exit, 0);
  EXPECT_THAT(say(office, {"submissions", "show", id}).out, HasSubstr("SIVA agreed"));
  EXPECT_EQ(say(office, {"submissions", "resend", id, "--because", "to try"}, "SD-1\n").exit, 2);
  EXPECT_EQ(say(office, {"restore", "accept", "--because", "to try"}).exit, 2);
}

TEST(SubmissionWords, CheckSaysWhatIsPromised) {
  QueueOffice office;
  EXPECT_THAT(say(office, {"check"}).out, HasSubstr("submit is sent exactly once"));
  office.edit_profile("<submission settle-seconds=\"5\"/>", "");
  EXPECT_THAT(say(office, {"check"}).out, HasSubstr("submit is sent at most once"));
}

}  // namespace
}  // namespace tilts::system_test
