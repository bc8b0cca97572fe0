// What adapters/rehabilitation_queue/cases cannot say: entries and hosts that are not as they should be.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "plugins/host/adapter.h"
#include "tests/plugins/fake_services.h"

namespace tilts::host {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Takes questions and submissions, and hands over no answer.
struct SilentServices : FakeServices {
  void ask_many(uint64_t, const MakeRequest& request, const TakeAnswer&) override {
    requests.push_back(request(0));
  }
  void submit(const Request& request, const TakeAnswer&) override { submissions.push_back(request); }
};

class Queue : public testing::Test {
 protected:
  Adapter adapter{
      Library::load(std::filesystem::path(ADAPTERS_FOLDER) / Library::file_name("rehabilitation_queue"),
                    "rehabilitation_queue"),
      {}};
  SilentServices services;
  Entry entry{{"entry",
               "81017010001/k1",
               "",
               true,
               "",
               {{"case_number", "SD-1"},
                {"revision", "1"},
                {"code", "81017010001"},
                {"given_name", "Jānis"},
                {"surname", "Bērziņš"},
                {"birth_date", "1970-01-01"},
                {"applied", "2026-11-20"},
                {"group", "repressed"},
                {"course", "14"},
                {"order", "ordinary"},
                {"companion", "no"}}},
              "k1"};

  template <typename Work>
  std::string failure(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      return std::string(name(error.code())) + ": " + error.what();
    }
    return "none";
  }
};

TEST_F(Queue, NoAnswerToAnInquiryIsNotTheAnswerAbsent) {
  EXPECT_THAT(failure([&] { adapter.inquire(services, "submit", entry); }),
              HasSubstr("the gateway handed over no answer; nothing is settled"));
  EXPECT_EQ(services.requests.size(), 1u);
  EXPECT_THAT(services.settlement, IsEmpty());
}

TEST_F(Queue, NoAnswerToASubmissionIsUnknown) {
  EXPECT_THAT(failure([&] { adapter.push(services, "submit", entry); }), HasSubstr("unknown: "));
  EXPECT_EQ(services.submissions.size(), 1u);
  EXPECT_THAT(services.settlement, IsEmpty());
}

// It would be the key of every answer that leaves it out.
TEST_F(Queue, AnEntryWithoutAKeyIsNotSent) {
  entry.idempotency_key.clear();
  EXPECT_THAT(failure([&] { adapter.push(services, "submit", entry); }), HasSubstr("the entry has no key"));
  EXPECT_THAT(services.submissions, IsEmpty());
}

class Unhashed : public Queue, public testing::WithParamInterface<std::string> {};

TEST_P(Unhashed, AnAttachmentIsNotSent) {
  entry.attachments = {{"a.pdf", "application/pdf", "bytes", GetParam()}};
  EXPECT_THAT(failure([&] { adapter.push(services, "submit", entry); }),
              HasSubstr("an attachment came without its SHA-256; nothing was sent"));
  EXPECT_THAT(services.submissions, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Attachment, Unhashed,
                         testing::Values("", std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'),
                                         std::string(63, 'a') + 'g'));

}  // namespace
}  // namespace tilts::host
