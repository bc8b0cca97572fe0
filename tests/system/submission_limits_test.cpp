// What the ledger and the intake hold to when the registry, the disk or the folder misbehaves.
#include <filesystem>
#include <fstream>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgresql.h"
#include "tests/system/full_disk.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using store::SubmissionState;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SubmissionLimits, WhatTheRegistrySaidOnceStaysSo) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  const store::Submission before = office.only();
  ASSERT_EQ(before.state, SubmissionState::received);
  const long asked = office.registry().counter("received");
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    EXPECT_THAT(runner.round({}).happened, IsEmpty());
    store.write([&](store::Transaction& transaction) {
      const store::Submissions& ledger = store.submissions();
      const Time now = office.clock().now();
      EXPECT_FALSE(ledger.received(transaction, before.id, 1, "SIVA-2026-999999", "tilts", now));
      EXPECT_FALSE(ledger.declined(transaction, before.id, 1, "course", now));
      EXPECT_FALSE(ledger.lost(transaction, before.id, 1, "reset", now, now));
      EXPECT_FALSE(ledger.resend(transaction, before.id, "aija", "to be sure", now));
    });
  });
  EXPECT_EQ(office.registry().counter("received"), asked);
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.only().receipt, before.receipt);
}

TEST(SubmissionLimits, TwoEntriesUnderOneKeySettleNothing) {
  QueueOffice office;
  office.registry().fault(R"({"kind":"reset-after","operation":"SubmitEntry"})");
  office.registry().fault(R"({"kind":"two-entries","count":1})");
  office.enter("SD-1");
  office.rounds();
  office.later(seconds{31});
  EXPECT_THAT(office.rounds(1), Contains(HasSubstr("two entries under one key")));
  EXPECT_EQ(office.only().state, SubmissionState::unknown);
  EXPECT_EQ(office.only().absent, 0);
  office.later(hours{1});
  office.rounds(1);
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
}

TEST(SubmissionLimits, WithoutASettleTimeNothingIsSentTwice) {
  QueueOffice office({.settle_seconds = std::nullopt});
  office.registry().fault(R"({"kind":"reset-before","operation":"SubmitEntry"})");
  office.enter("SD-1");
  office.rounds();
  for (int day = 0; day < 5; ++day) {
    office.later(hours{24});
    EXPECT_THAT(office.rounds(1), Contains(HasSubstr("no settle-seconds")));
  }
  EXPECT_EQ(office.only().state, SubmissionState::unknown);
  EXPECT_EQ(office.only().attempt, 1);
  EXPECT_THAT(office.truth(), IsEmpty());
}

TEST(SubmissionLimits, APostgreSqlLedgerIsAsGood) {
  support::PostgreSql server;
  QueueOffice office({.store = server.fresh_database()});
  const std::string entry = office.enter("SD-1");
  office.rounds();
  const store::Submission one = office.only();
  EXPECT_EQ(one.state, SubmissionState::received);
  EXPECT_EQ(office.truth().at(one.key).times, 1);
  EXPECT_THAT(office.answer(entry), HasSubstr(one.receipt));
}

TEST(SubmissionLimits, AFullDiskTakesNothingInAndSaysSo) {
  QueueOffice office;
  std::string document(3 << 20, ' ');
  std::minstd_rand random(1);
  for (char& byte : document) byte = static_cast<char>(random());
  std::ofstream(office.file("entries/iesniegums.pdf"), std::ios::binary) << document;
  office.rounds();  // the store is made while there is room
  office.enter("SD-1");
  {
    const FullDisk full(2'000'000);
    EXPECT_THAT(office.rounds(), Contains(HasSubstr("could not be taken in")));
  }
  EXPECT_THAT(office.ledger(), IsEmpty());
  EXPECT_THAT(office.truth(), IsEmpty());
  office.rounds();
  EXPECT_EQ(office.only().state, SubmissionState::received);
  EXPECT_EQ(office.truth().at(office.only().key).times, 1);
}

// The journal cannot take the line: no attempt is begun.
TEST(SubmissionLimits, AFullDiskUnderTheSendJournalSendsNothing) {
  support::PostgreSql server;
  QueueOffice office({.store = server.fresh_database()});
  office.enter("SD-0");
  office.rounds();
  office.enter("SD-1");
  {
    // Answers are smaller than the journal is already.
    std::string lines = support::read_file(office.file("send.journal"));
    const FullDisk full(lines.size() + 10);
    office.rounds();
  }
  EXPECT_THAT(office.truth(), SizeIs(1));
  office.later(hours{2});
  office.rounds();
  EXPECT_THAT(office.truth(), SizeIs(2));
  for (const auto& [key, there] : office.truth()) EXPECT_EQ(there.times, 1);
}

TEST(SubmissionLimits, ADocumentOfAHundredMegabytesIsRefused) {
  QueueOffice office;
  std::filesystem::resize_file(office.file("entries/iesniegums.pdf"), 100 << 20);
  const std::string entry = office.enter("SD-1");
  office.rounds();
  EXPECT_THAT(office.answer(entry), HasSubstr("[attachment-too-large]"));
  EXPECT_THAT(office.ledger(), IsEmpty());
}

TEST(SubmissionLimits, AnEntryThatChangesBetweenTwoLooksIsNotTakenYet) {
  QueueOffice office;
  office.with([&](push::SubmissionRunner& runner, store::Store&) {
    office.enter("SD-1");
    runner.round({});
    office.enter("SD-1", {{"Liepu iela 3", "Liepu iela 40"}});
    runner.round({});
    EXPECT_THAT(office.ledger(), IsEmpty());
    runner.round({});
  });
  EXPECT_THAT(office.only().content, HasSubstr("Liepu iela 40"));
  EXPECT_EQ(office.only().state, SubmissionState::received);
}

TEST(SubmissionLimits, AnUnknownOperationIsRefused) {
  QueueOffice office;
  const std::string entry = office.enter("SD-1", {{"1\">", "1\" operation=\"suspend\">"}});
  office.rounds();
  EXPECT_THAT(office.answer(entry), HasSubstr("NAV PIEŅEMTS"));
  EXPECT_THAT(office.ledger(), IsEmpty());
  EXPECT_THAT(office.truth(), IsEmpty());
}

}  // namespace
}  // namespace tilts::system_test
