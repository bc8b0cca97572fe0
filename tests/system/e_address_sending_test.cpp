// Documents of ours through e-address: what leaves the house, that it leaves once, and how one learns of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/sha256.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using store::SubmissionState;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

std::string sha256_of(const std::filesystem::path& file) {
  Sha256 hash;
  hash.add(support::read_file(file));
  return to_hex(hash.finish());
}

class Sending : public testing::TestWithParam<const char*> {
 protected:
  Sending() : office_(through_e_address(GetParam())) {}

  Committed delivered() { return office_.truth().at(office_.only().key); }

  QueueOffice office_;
};

// As the interface is (SHA-1, answers without a signature), and as it should be.
INSTANTIATE_TEST_SUITE_P(Profiles, Sending, testing::Values("profile.xml", "profile-signed.xml"),
                         [](const auto& given) {
                           return std::string(given.param) == "profile.xml" ? "live" : "signed_answers";
                         });

// The interface verifies our WS-Security signature over files that travel beside the message, our XAdES
// signature, and each file's digest in it (tests/simulator, E-address).
TEST_P(Sending, AnEntryArrivesAsASignedDocumentWithItsFiles) {
  office_.enter("SD-1");
  office_.rounds();
  EXPECT_EQ(office_.only().state, SubmissionState::received);
  const Committed there = delivered();
  EXPECT_EQ(there.times, 1);
  EXPECT_EQ(there.numbers, std::vector{office_.only().receipt});
  ASSERT_THAT(there.attachments, SizeIs(4)) << "the entry itself, and its three documents";
  for (const char* file : {"iesniegums.pdf", "anketa.pdf", "izraksts.pdf"})
    EXPECT_THAT(there.attachments, Contains(sha256_of(office_.file(std::string("entries/") + file))));
}

TEST_P(Sending, ALostAnswerIsFoundByItsDeliveryNotice) {
  office_.registry().fault(R"({"kind":"reset-after","operation":"SendMessage"})");
  office_.enter("SD-1");
  office_.rounds();
  EXPECT_EQ(office_.only().state, SubmissionState::unknown);
  office_.later(std::chrono::seconds{300});
  office_.rounds();
  EXPECT_EQ(office_.only().state, SubmissionState::received);
  EXPECT_THAT(office_.only().receipt, StartsWith("notice "));
  EXPECT_EQ(delivered().times, 1);
}

// Nothing here can say that a document did not arrive: it is never sent again by itself.
TEST_P(Sending, WhatLeftNoNoticeStaysUnknownUntilAPersonSays) {
  office_.registry().fault(R"({"kind":"reset-before","operation":"SendMessage"})");
  office_.enter("SD-1");
  office_.rounds();
  for (int day = 0; day < 3; ++day) {
    office_.later(std::chrono::seconds{86'400});
    office_.rounds();
  }
  EXPECT_EQ(office_.only().state, SubmissionState::unknown);
  EXPECT_TRUE(office_.truth().empty());
  office_.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().resend(transaction, office_.only().id, "aija", "SIVA has none",
                                 office_.clock().now());
    });
    runner.round({});
  });
  EXPECT_EQ(office_.only().state, SubmissionState::received);
  EXPECT_EQ(delivered().times, 1);
}

TEST_P(Sending, AFaultSaysNothingOfTheDocument) {
  office_.enter("SD-1");
  office_.registry().fault(R"({"kind":"signed-fault","operation":"SendMessage"})");
  office_.rounds();
  EXPECT_EQ(office_.only().state, SubmissionState::unknown);
  office_.later(std::chrono::seconds{300});
  office_.rounds();
  EXPECT_TRUE(office_.truth().empty());
}

}  // namespace
}  // namespace tilts::system_test
