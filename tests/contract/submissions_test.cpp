#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/ledger.h"

namespace tilts::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using State = SubmissionState;

class SubmissionsContract : public LedgerContract {};

TEST_P(SubmissionsContract, AreTakenInOnceWhateverTheFileIsCalled) {
  const auto first = add("SD-1");
  EXPECT_TRUE(first.fresh);
  const auto again = add("SD-1");
  EXPECT_FALSE(again.fresh);
  EXPECT_TRUE(again.same);
  EXPECT_EQ(again.id, first.id);
  EXPECT_FALSE(add("SD-1", "<entry>other</entry>").same) << "another content needs another revision";
  EXPECT_TRUE(add("SD-1", "<entry>other</entry>", false, 2).fresh);
  const Submission submission = at(first.id);
  EXPECT_EQ(submission.state, State::prepared);
  EXPECT_EQ(submission.case_number, "SD-1");
  EXPECT_EQ(submission.content, "<entry/>");
  EXPECT_EQ(submission.key, Submissions::key_of("queue", "submit", "SD-1", 1));
  const auto attachments = read([&](Session& s) { return ledger().attachments(s, first.id); });
  ASSERT_THAT(attachments, SizeIs(1));
  EXPECT_EQ(attachments[0].bytes, std::string("%PDF\0\xff", 6)) << "byte for byte";
}

TEST_P(SubmissionsContract, AreSentByWhoeverComesFirst) {
  const std::string id = add("SD-1").id;
  EXPECT_TRUE(start(id, 0));
  EXPECT_FALSE(start(id, 0)) << "somebody sends it";
  EXPECT_FALSE(start(id, 1)) << "it is not prepared";
  EXPECT_EQ(at(id).message_id, "urn:uuid:1");
  EXPECT_TRUE(write([&](Transaction& t) { return ledger().received(t, id, 1, "SIVA-7", "tilts", now_); }));
  EXPECT_EQ(at(id).receipt, "SIVA-7");
  EXPECT_FALSE(lost(id, 1)) << "an end is an end";
  EXPECT_FALSE(start(id, 1));
}

TEST_P(SubmissionsContract, WhatNeverLeftMayBeSentAgain) {
  const std::string id = add("SD-1").id;
  start(id, 0);
  EXPECT_FALSE(write([&](Transaction& t) { return ledger().not_sent(t, id, 0, "x", now_, now_); }))
      << "of another attempt";
  EXPECT_TRUE(write(
      [&](Transaction& t) { return ledger().not_sent(t, id, 1, "no route", now_ + minutes(1), now_); }));
  const auto due = [&] {
    return read([&](Session& s) { return ledger().due(s, State::prepared, now_, 10); });
  };
  EXPECT_THAT(due(), IsEmpty()) << "not before its time";
  now_ += minutes(1);
  EXPECT_THAT(due(), SizeIs(1));
  EXPECT_TRUE(start(id, 1));
}

TEST_P(SubmissionsContract, AbsentCountsOnlyWhenTheRegistryCanHoldNothingMore) {
  const std::string id = add("SD-1").id;
  start(id, 0);
  lost(id, 1);
  const Time sent = now_;
  const auto ask_at = [&](Time when) {
    now_ = when;
    return absent(id, 1);
  };
  const Time earliest = sent + minutes(5) + patience_.skew + *patience_.settle;
  EXPECT_FALSE(ask_at(earliest).counted) << "it may still work on it";
  EXPECT_EQ(at(id).due, earliest + std::chrono::milliseconds(1));
  EXPECT_TRUE(ask_at(earliest + seconds(1)).counted);
  EXPECT_FALSE(ask_at(earliest + seconds(2)).counted) << "the same moment twice is once";
  EXPECT_FALSE(ask_at(earliest + seconds(1) + *patience_.settle).counted);
  const auto second = ask_at(earliest + seconds(2) + *patience_.settle);
  EXPECT_TRUE(second.counted);
  EXPECT_TRUE(second.prepared);
  EXPECT_TRUE(start(id, 1));
  EXPECT_EQ(at(id).absent, 0) << "a new attempt is counted anew";
  EXPECT_FALSE(absent(id, 1).valid) << "about an attempt that is over";
}

TEST_P(SubmissionsContract, AbsentNeverCountsWhereNobodyKnowsHowLongTheRegistryWorks) {
  const auto never_counts = [&](const std::string& id, const Patience& patience) {
    for (int times = 0; times < 3; ++times) {
      now_ += std::chrono::hours(24);
      const auto absence =
          write([&](Transaction& t) { return ledger().absent(t, id, 1, now_, patience, now_); });
      EXPECT_TRUE(absence.valid);
      EXPECT_FALSE(absence.counted);
      EXPECT_GT(at(id).due, now_) << "asked again, and not at once";
    }
  };
  const std::string no_settle_time = add("SD-1").id;
  start(no_settle_time, 0);
  lost(no_settle_time, 1);
  never_counts(no_settle_time, {.skew = minutes(1), .settle = {}});

  const std::string no_expires = add("SD-2").id;
  start(no_expires, 0, Time{});
  lost(no_expires, 1);
  never_counts(no_expires, patience_);
}

// Everything of it is the mended one's: what is proved later is what was sent.
TEST_P(SubmissionsContract, AMendedOneTakesTheWholePlace) {
  NewSubmission entry{.registry = "siva",
                      .operation = "submit",
                      .case_number = "SD-9",
                      .code = "11111111111",
                      .content = "first",
                      .warned = true,
                      .rules = "rules of yesterday",
                      .deadline = "2026-12-01"};
  const auto put = [&] { return write([&](Transaction& t) { return ledger().add(t, entry, {}, now_); }); };
  const std::string id = put().id;
  entry.content = "second";
  entry.rules = "rules of today";
  entry.deadline = "2026-12-02";
  entry.warned = false;
  EXPECT_TRUE(put().mended);
  EXPECT_EQ(at(id).state, State::prepared);
  EXPECT_EQ(at(id).content, "second");
  EXPECT_EQ(at(id).rules, "rules of today");
  EXPECT_EQ(at(id).deadline, "2026-12-02");
  entry.content = "third";
  EXPECT_FALSE(put().same) << "it may be on its way";
  EXPECT_EQ(at(id).content, "second");
}

TEST_P(SubmissionsContract, APersonDecidesAndItIsKept) {
  const std::string warned = add("SD-1", "<entry/>", true).id;
  EXPECT_EQ(at(warned).state, State::warned);
  EXPECT_FALSE(start(warned, 0)) << "a warned one waits for a person";
  EXPECT_FALSE(write([&](Transaction& t) { return ledger().resend(t, warned, "anna", "why", now_); }));
  EXPECT_TRUE(
      write([&](Transaction& t) { return ledger().send_warned(t, warned, "anna", "SIVA said so", now_); }));
  EXPECT_TRUE(start(warned, 0));
  lost(warned, 1);
  EXPECT_FALSE(write([&](Transaction& t) { return ledger().send_warned(t, warned, "anna", "again", now_); }));
  EXPECT_TRUE(
      write([&](Transaction& t) { return ledger().resend(t, warned, "anna", "they lost it", now_); }));
  const auto events = read([&](Session& s) { return ledger().history(s, warned); });
  ASSERT_THAT(events, SizeIs(5));
  EXPECT_EQ(events[1].actor, "anna");
  EXPECT_THAT(events[1].text, HasSubstr("SIVA said so"));
  EXPECT_THAT(events[4].text, HasSubstr("they lost it"));
}

TEST_P(SubmissionsContract, AnAnswerOnPaperIsTakenOfWhatIsUnknownAndOfWhatIsReceived) {
  const std::string id = add("SD-1").id;
  const auto answer = [&](const char* number, const char* letter) {
    now_ += std::chrono::minutes(1);
    return write([&](Transaction& t) {
      return ledger().answered_by_hand(t, id, number, {"letter.pdf", letter}, "anna", now_);
    });
  };
  EXPECT_FALSE(answer("1", "x")) << "it was never sent";
  start(id, 0);
  EXPECT_FALSE(answer("1", "x")) << "it is being sent";
  lost(id, 1);
  EXPECT_TRUE(answer("M-17", "first"));
  EXPECT_TRUE(answer("1-5/77", "second"));
  EXPECT_TRUE(answer("1-5/78", "third"));
  EXPECT_EQ(at(id).state, State::received);
  EXPECT_EQ(at(id).receipt, "1-5/78");
  EXPECT_EQ(at(id).attempt, 1) << "nothing was sent by that";
  EXPECT_EQ(at(id).changed, now_);
  const auto events = read([&](Session& s) { return ledger().history(s, id); });
  ASSERT_THAT(events, SizeIs(6));
  for (size_t i = 3; i < 6; ++i) EXPECT_EQ(events[i].actor, "anna");
  EXPECT_EQ(events[3].text,
            "received by the registry as M-17, by the document letter.pdf (SHA-256 "
            "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e)");
  EXPECT_THAT(events[4].text, HasSubstr("as 1-5/77, before as M-17, by the document letter.pdf (SHA-256 "
                                        "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4)"));
  EXPECT_THAT(events[5].text, HasSubstr("as 1-5/78, before as 1-5/77, "));
  const auto kept = read([&](Session& s) { return ledger().attachments(s, id); });
  ASSERT_THAT(kept, SizeIs(4)) << "its own document and three letters";
  EXPECT_EQ(kept[2].name, "answer: letter.pdf");
  EXPECT_EQ(kept[2].bytes, "second");
}

TEST_P(SubmissionsContract, WhatWasSentWhenTheProcessEndedIsUnknown) {
  const std::string sending = add("SD-1").id;
  const std::string prepared = add("SD-2").id;
  start(sending, 0);
  EXPECT_EQ(write([&](Transaction& t) { return ledger().cut_off(t, now_); }), 1);
  EXPECT_EQ(at(sending).state, State::unknown);
  EXPECT_EQ(at(prepared).state, State::prepared);
}

TEST_P(SubmissionsContract, FollowThePersonWhoseCodeChanges) {
  const std::string id = add("SD-1").id;
  write([&](Transaction& t) {
    store_->subjects().ensure(t, kNewCode, now_);  // known as two people until now
    store_->subjects().relink(t, kCode, kNewCode, now_);
  });
  EXPECT_THAT(read([&](Session& s) { return store_->subjects().codes(s, at(id).subject); }),
              ElementsAre(kNewCode, kCode));
  EXPECT_EQ(at(id).state, State::prepared) << "re-linked, not sent again";
}

TEST_P(SubmissionsContract, KeepNothingReadableInTheFile) {
  if (!sqlite()) GTEST_SKIP() << "the bytes on disk are the server's";
  add("SD-2026-4711", "<entry>Bērziņa G35</entry>");
  store_.reset();
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    if (entry.path().filename().string().starts_with("tilts.db")) all += support::read_file(entry.path());
  for (const char* personal : {kCode, "SD-2026-4711", "Bērziņa", "G35", "pieteikums"})
    EXPECT_EQ(all.find(personal), std::string::npos) << personal;
}

// --- against a plain model ---------------------------------------------------------------------------------

// What the ledger is to do, without a database: one submission, and a registry that may hold it.
struct Model {
  State state = State::prepared;
  int64_t attempt = 0;
  Time expires{};
  int64_t absent = 0;
  Time absent_at{};

  bool start(int64_t from, Time until) {
    if (state != State::prepared || from != attempt) return false;
    state = State::sending;
    ++attempt;
    expires = until;
    absent = 0;
    absent_at = {};
    return true;
  }
  bool step(int64_t of, std::initializer_list<State> from, State to) {
    if (of != attempt || std::ranges::find(from, state) == from.end()) return false;
    state = to;
    return true;
  }
  bool count(int64_t of, Time asked, const Patience& patience) {
    if (of != attempt || state != State::unknown) return false;
    if (asked <= expires + patience.skew + *patience.settle) return false;
    if (absent > 0 && asked <= absent_at + *patience.settle) return false;
    absent_at = asked;
    if (++absent == 2) state = State::prepared;
    return true;
  }
};

TEST_P(SubmissionsContract, DoWhatAPlainModelDoesWhateverComesInWhichOrder) {
  std::mt19937 random(20261122);
  const auto one_of = [&](int many) { return std::uniform_int_distribution(0, many - 1)(random); };
  std::map<std::string, Model> models;
  for (int i = 0; i < 6; ++i) models[add(fmt::format("SD-{}", i)).id];
  for (int step = 0; step < (sqlite() ? 3000 : 400); ++step) {
    auto& [id, model] = *std::next(models.begin(), one_of(static_cast<int>(models.size())));
    // Mostly of the attempt under way; sometimes somebody comes late.
    const int64_t attempt = std::max<int64_t>(0, model.attempt - (one_of(5) == 0 ? 1 : 0));
    now_ += seconds(one_of(600));
    bool expected = false, done = false;
    switch (one_of(8)) {
      case 0:
      case 1:
        expected = model.start(attempt, now_ + minutes(5));
        done = start(id, attempt);
        break;
      case 2:
        expected = model.step(attempt, {State::sending}, State::prepared);
        done = write(
            [&, &id = id](Transaction& t) { return ledger().not_sent(t, id, attempt, "x", now_, now_); });
        break;
      case 3:
        expected = model.step(attempt, {State::sending}, State::unknown);
        done = lost(id, attempt);
        break;
      case 4:
      case 5:
        expected = model.count(attempt, now_, patience_);
        done = absent(id, attempt).counted;
        break;
      case 6: {
        int64_t cut = 0;
        for (auto& [other, its] : models) cut += its.step(its.attempt, {State::sending}, State::unknown);
        expected = cut > 0;
        done = write([&](Transaction& t) { return ledger().cut_off(t, now_); }) == cut && cut > 0;
        break;
      }
      case 7:
        if (one_of(20) != 0) continue;  // an end ends its part in this
        expected = model.step(attempt, {State::sending, State::unknown}, State::received);
        done = write([&, &id = id](Transaction& t) {
          return ledger().received(t, id, attempt, "SIVA-1", "tilts", now_);
        });
        break;
      default:
        break;
    }
    ASSERT_EQ(done, expected) << "step " << step;
    const Submission submission = at(id);
    ASSERT_EQ(submission.state, model.state) << "step " << step;
    ASSERT_EQ(submission.attempt, model.attempt) << "step " << step;
    ASSERT_EQ(submission.state == State::unknown ? submission.absent : 0,
              model.state == State::unknown ? model.absent : 0)
        << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, SubmissionsContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
