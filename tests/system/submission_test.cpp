// An entry from its file to the queue and its answer back, whatever happens on the way.
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/sha256.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using std::chrono::seconds;
using store::SubmissionState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string fault(std::string_view kind, std::string_view operation = "SubmitEntry", int count = 1) {
  return fmt::format(R"({{"kind":"{}","operation":"{}","count":{}}})", kind, operation, count);
}

std::string sha256_of(const std::filesystem::path& file) {
  Sha256 hash;
  hash.add(support::read_file(file));
  return to_hex(hash.finish());
}

TEST(Submission, ReachesTheQueueWithItsDocumentsByteForByte) {
  QueueOffice office;
  const std::string entry = office.enter("SD-1");
  EXPECT_THAT(office.rounds(), IsEmpty());
  const store::Submission one = office.only();
  EXPECT_EQ(one.state, SubmissionState::received);
  const auto truth = office.truth();
  ASSERT_THAT(truth, SizeIs(1));
  const Committed& there = truth.at(one.key);
  EXPECT_EQ(there.times, 1);
  EXPECT_THAT(there.numbers, ElementsAre(one.receipt));
  EXPECT_THAT(there.attachments, ElementsAre(sha256_of(office.file("entries/iesniegums.pdf")),
                                             sha256_of(office.file("entries/anketa.pdf")),
                                             sha256_of(office.file("entries/izraksts.pdf"))));
  EXPECT_THAT(office.answer(entry), HasSubstr("SAŅEMTS"));
  EXPECT_THAT(office.answer(entry), HasSubstr(one.receipt));
  EXPECT_THAT(office.answer(entry, "xml"), HasSubstr("state=\"received\""));
  EXPECT_THAT(office.answer(entry, "xml"), HasSubstr("<deadline>2026-11-30</deadline>"));
}

// Who is audited is whom the entry is about, whatever an adapter says.
TEST(Submission, OfAnAdapterThatNamesSomebodyElseIsNotSent) {
  QueueOffice office({.adapter = "misnamer", .adapters = TILTS_WAYWARD});
  office.enter("SD-1");
  EXPECT_THAT(office.rounds(), testing::Contains(HasSubstr("does not name the one person")));
  EXPECT_EQ(office.only().state, SubmissionState::prepared);
  EXPECT_THAT(office.truth(), IsEmpty());
  EXPECT_EQ(office.registry().counter("received"), 0);
}

TEST(Submission, IsTheSameUnderAnotherFileName) {
  QueueOffice office;
  office.enter("SD-1");
  std::filesystem::copy_file(office.file("entries/SD-1.xml"), office.file("entries/again.xml"));
  office.rounds(3);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
  EXPECT_THAT(office.answer("again.xml"), HasSubstr("SAŅEMTS"));
}

TEST(Submission, WithAnotherContentUnderTheSameCaseIsRefusedAndNothingIsChanged) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  office.enter("SD-1", {{"Liepu iela 3", "Liepu iela 4"}});
  office.rounds(3);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("other-content"));
}

TEST(Submission, AWarnedOneWaitsForANamedPerson) {
  QueueOffice office;
  const std::string entry = office.enter("SD-1", {{"<course>14", "<course>21"}});
  office.rounds(3);
  EXPECT_EQ(office.only().state, SubmissionState::warned);
  EXPECT_THAT(office.truth(), IsEmpty());
  EXPECT_THAT(office.answer(entry), HasSubstr("GAIDA LĒMUMU"));
  EXPECT_THAT(office.answer(entry), HasSubstr("[course-of-functional-impairment]"));
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().send_warned(transaction, office.only().id, "aija", "SIVA agreed by telephone",
                                      office.clock().now());
    });
    runner.round({});
    store.read([&](store::Session& session) {
      EXPECT_THAT(store.submissions().history(session, office.only().id).at(1).text,
                  HasSubstr("SIVA agreed by telephone"));
    });
  });
  EXPECT_EQ(office.only().state, SubmissionState::received);
}

// Nothing of it left the house, so the mended form takes its place.
TEST(Submission, AWarnedOneIsMendedUnderTheSameNumber) {
  QueueOffice office;
  office.enter("SD-1", {{"<course>14", "<course>21"}});
  office.rounds();
  office.enter("SD-1", {{"2026-09-30", "2026-09-29"}, {"<course>14", "<course>21"}});
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::warned);
  office.enter("SD-1");
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("SAŅEMTS"));
}

TEST(Submission, ADeclinedOneIsEnteredAgainWithTheNextRevision) {
  QueueOffice office;
  const std::pair<std::string, std::string> second{"</case_number>", "</case_number><revision>2</revision>"};
  office.enter("SD-1", {second});
  office.rounds();
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("[first-revision]"));
  office.enter("SD-1", {{"<course>14", "<course>15"}});
  office.rounds();
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().send_warned(transaction, office.only().id, "aija", "to see", office.clock().now());
    });
    runner.round({});
  });
  ASSERT_EQ(office.only().state, SubmissionState::declined);
  office.enter("SD-1", {second});
  office.rounds();
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("SAŅEMTS"));
  EXPECT_THAT(office.ledger(), SizeIs(2));
}

TEST(Submission, DeclinedIsKeptWithItsReason) {
  QueueOffice office;
  const std::string entry = office.enter("SD-1", {{"<course>14", "<course>15"}});
  office.rounds();
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().send_warned(transaction, office.only().id, "aija", "to see", office.clock().now());
    });
    runner.round({});
  });
  EXPECT_EQ(office.only().state, SubmissionState::declined);
  EXPECT_THAT(office.answer(entry), HasSubstr("NORAIDĪTS"));
  EXPECT_THAT(office.answer(entry), HasSubstr("course"));
}

// Whatever the wire does after the registry committed, an inquiry settles it and nothing is sent twice.
class AfterItWasCommitted : public testing::TestWithParam<const char*> {};

TEST_P(AfterItWasCommitted, AnInquirySettlesIt) {
  QueueOffice office;
  office.enter("SD-0");
  office.with([&](push::SubmissionRunner& runner, store::Store&) {
    // Some faults want a connection that was used before.
    runner.round({});
    runner.round({});
    office.registry().fault(fault(GetParam()));
    office.enter("SD-1");
    runner.round({});
    runner.round({});
    office.later(seconds{31});
    runner.round({});
  });
  EXPECT_EQ(office.registry().counter("faults"), 1);
  for (const store::Submission& one : office.ledger()) {
    EXPECT_EQ(one.state, SubmissionState::received) << one.id;
    EXPECT_EQ(one.attempt, 1);
    EXPECT_EQ(office.truth().at(one.key).times, 1);
  }
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("SAŅEMTS"));
}

INSTANTIATE_TEST_SUITE_P(Submission, AfterItWasCommitted,
                         testing::Values("reset-after", "truncated", "http-status-after",
                                         "close-reused-after", "unsigned", "wrong-signer", "wrapped",
                                         "other-key"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(Submission, UnknownIsToldSoAndNotEnteredAgain) {
  QueueOffice office;
  office.registry().fault(fault("reset-after"));
  const std::string entry = office.enter("SD-1");
  EXPECT_THAT(office.rounds(), SizeIs(1));
  EXPECT_EQ(office.only().state, SubmissionState::unknown);
  EXPECT_THAT(office.answer(entry), HasSubstr("Neievadiet to vēlreiz"));
  EXPECT_THAT(office.answer(entry, "xml"), HasSubstr("state=\"unknown\""));
}

TEST(Submission, IsSentAgainOnlyAfterTwoCountedAbsences) {
  QueueOffice office;
  office.registry().fault(fault("reset-before"));
  office.enter("SD-1");
  office.rounds();
  ASSERT_EQ(office.only().state, SubmissionState::unknown);
  int inquiries = 0;
  while (office.only().attempt == 1) {
    ASSERT_LT(++inquiries, 10);
    EXPECT_THAT(office.truth(), IsEmpty());
    office.later(seconds{31});
    office.rounds(1);
  }
  office.rounds(1);
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.only().attempt, 2);
  EXPECT_GE(inquiries, 2);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
}

// The registry says truthfully "absent" and commits afterwards, within its settle-time.
TEST(Submission, CommittedLateIsNotSentAgain) {
  QueueOffice office({.settle_seconds = 90});
  office.registry().fault(R"({"kind":"late","operation":"SubmitEntry","value":3000})");
  office.enter("SD-1");
  office.rounds();
  office.with([&](push::SubmissionRunner& runner, store::Store&) {
    for (int i = 0; i < 30 && office.only().state != SubmissionState::received; ++i) {
      office.later(seconds{10});
      runner.round({});
      std::this_thread::sleep_for(std::chrono::milliseconds{400});
    }
  });
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.only().attempt, 1);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
}

TEST(Submission, ACorrectionWaitsForWhatItCorrects) {
  QueueOffice office;
  office.registry().fault(fault("reset-after"));
  office.enter("SD-1");
  office.rounds();
  ASSERT_EQ(office.only().state, SubmissionState::unknown);
  std::filesystem::rename(office.file("entries/SD-1.xml"), office.file("entries/first.xml"));
  office.enter("SD-1", {{"1\">", "1\" operation=\"correct\">"},
                        {"</case_number>", "</case_number><revision>2</revision>"}});
  office.rounds();
  EXPECT_THAT(office.truth(), SizeIs(1)) << "not before it is known what became of the first";
  office.later(seconds{31});
  office.rounds(2);
  EXPECT_THAT(office.truth(), SizeIs(2));
  for (const store::Submission& one : office.ledger()) EXPECT_EQ(one.state, SubmissionState::received);
}

TEST(Submission, AWrongClockStopsSending) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  office.enter("SD-2");
  office.later(seconds{-3600});
  EXPECT_THAT(office.rounds(), testing::Contains(HasSubstr("set it")));
  EXPECT_THAT(office.truth(), SizeIs(1));
  office.later(seconds{3600});
  office.rounds(1);
  EXPECT_THAT(office.truth(), SizeIs(2));
}

TEST(Submission, ABadEntryIsToldBesideItAndTheOthersGoOn) {
  QueueOffice office;
  office.enter("SD-1", {{"<case_number>SD-1</case_number>", ""}});
  office.enter("SD-2", {{"</entry>", ""}});
  office.enter("SD-3", {{"iesniegums.pdf", "cits.pdf"}});
  office.enter("SD-4", {{"16117519997", "1611"}});
  std::ofstream(office.file("entries/SD-5.json")) << R"({"case_number": [1]})";
  std::ofstream(office.file("entries/SD-6.xml")) << std::string(3 << 20, 'x');
  std::ofstream(office.file("entries/SD-7.xml")) << "<entry>\xe2\x28\xa1</entry>";
  office.enter("SD-8");
  office.rounds();
  EXPECT_THAT(office.truth(), SizeIs(1));
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("[form]"));
  EXPECT_THAT(office.answer("SD-2.xml"), HasSubstr("[not-xml]"));
  EXPECT_THAT(office.answer("SD-3.xml"), HasSubstr("[attachment-missing]"));
  EXPECT_THAT(office.answer("SD-4.xml"), HasSubstr("["));
  EXPECT_THAT(office.answer("SD-5.json"), HasSubstr("[not-json]"));
  EXPECT_THAT(office.answer("SD-6.xml"), HasSubstr("[too-large]"));
  EXPECT_THAT(office.answer("SD-7.xml"), HasSubstr("[not-xml]"));
  EXPECT_THAT(office.answer("SD-8.xml"), HasSubstr("SAŅEMTS"));
  // The document came: nobody need touch the entry.
  std::filesystem::copy_file(office.file("entries/iesniegums.pdf"), office.file("entries/cits.pdf"));
  office.rounds();
  EXPECT_THAT(office.answer("SD-3.xml"), HasSubstr("SAŅEMTS"));
}

TEST(Submission, InJsonIsTheSameEntry) {
  QueueOffice office;
  std::filesystem::copy_file(
      std::filesystem::path(TILTS_SOURCE) / "mappings/rehabilitation_queue/examples/ordinary.json",
      office.file("entries/one.json"));
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_THAT(office.answer("one.json"), HasSubstr("SAŅEMTS"));
}

// The ledger keeps everything; the folder is a letter box.
TEST(Submission, SettledLongAgoLeavesTheFolderWithItsDocuments) {
  QueueOffice office;
  office.enter("SD-1", {{"izraksts.pdf", "sava.pdf"}});
  std::filesystem::copy_file(office.file("entries/izraksts.pdf"), office.file("entries/sava.pdf"));
  office.rounds();
  office.later(std::chrono::days{80});
  const std::string newer =
      office.enter("SD-2", {{"2026-11-20", "2027-02-01"}, {"2026-09-30", "2027-01-20"}});
  office.rounds();
  office.later(std::chrono::days{11});
  office.rounds();
  for (const char* gone : {"SD-1.xml", "SD-1.xml.answer.xml", "SD-1.xml.answer.txt", "sava.pdf"})
    EXPECT_FALSE(std::filesystem::exists(office.file("entries") / gone)) << gone;
  for (const char* kept : {"SD-2.xml", "SD-2.xml.answer.txt", "iesniegums.pdf", "anketa.pdf"})
    EXPECT_TRUE(std::filesystem::exists(office.file("entries") / kept)) << kept;
  EXPECT_THAT(office.ledger(), SizeIs(2));
}

TEST(Submission, AFolderThatVanishedIsToldAndComesBack) {
  QueueOffice office;
  std::filesystem::rename(office.file("entries"), office.file("away"));
  EXPECT_THAT(office.rounds(1), Not(IsEmpty()));
  std::filesystem::rename(office.file("away"), office.file("entries"));
  office.enter("SD-1");
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::received);
}

TEST(Submission, NobodyThereIsNotSentAndTriedAgain) {
  QueueOffice office;
  office.enter("SD-1");
  const int port = office.registry().port();
  (void)port;
  office.registry().stop();
  EXPECT_THAT(office.rounds(), SizeIs(1));
  EXPECT_EQ(office.only().state, SubmissionState::prepared);
  EXPECT_THAT(office.answer("SD-1.xml"), HasSubstr("VĒL NAV NOSŪTĪTS"));
}

TEST(Submission, KilledAtAnyMomentItIsThereOnce) {
  QueueOffice office;
  for (int entry = 0; entry < 6; ++entry) office.enter(fmt::format("SD-{}", entry));
  for (int kill = 1; kill <= 12; ++kill) office.rounds_in_a_child(3, std::chrono::milliseconds{kill * 25});
  for (int i = 0; i < 8; ++i) {
    office.later(seconds{31});
    office.rounds();
  }
  EXPECT_THAT(office.ledger(), SizeIs(6));
  for (const store::Submission& one : office.ledger()) {
    EXPECT_EQ(one.state, SubmissionState::received);
    EXPECT_EQ(office.truth().at(one.key).times, 1) << one.id;
  }
}

}  // namespace
}  // namespace tilts::system_test
