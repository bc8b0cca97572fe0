// A restored backup must not send again.
#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/ledger.h"

namespace tilts::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using State = SubmissionState;

class RestoreContract : public LedgerContract {
 protected:
  // A copy of the database, and it put back. On PostgreSQL its rows.
  void back_up() {
    if (sqlite()) {
      std::filesystem::remove(copy());
      store_->backup(copy());
      return;
    }
    write([](Transaction& t) {
      t.run(
          "DROP TABLE IF EXISTS copy_submission, copy_attachment, copy_event, copy_journal, copy_sent, "
          "copy_break, copy_key");
      t.run("CREATE TABLE copy_submission AS SELECT * FROM submission");
      t.run("CREATE TABLE copy_attachment AS SELECT * FROM submission_attachment");
      t.run("CREATE TABLE copy_event AS SELECT * FROM submission_event");
      t.run("CREATE TABLE copy_journal AS SELECT * FROM send_journal");
      t.run("CREATE TABLE copy_sent AS SELECT * FROM submission_sent");
      t.run("CREATE TABLE copy_break AS SELECT * FROM send_break");
      t.run("CREATE TABLE copy_key AS SELECT * FROM submission_key");
    });
  }
  void put_back() {
    if (sqlite()) {
      store_.reset();
      for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(database().string() + end);
      std::filesystem::copy_file(copy(), database());
      open();
      return;
    }
    write([](Transaction& t) {
      t.run("DELETE FROM submission_event");
      t.run("DELETE FROM submission_attachment");
      t.run("DELETE FROM submission_key");
      t.run("DELETE FROM submission");
      t.run("DELETE FROM send_journal");
      t.run("DELETE FROM submission_sent");
      t.run("DELETE FROM send_break");
      t.run("INSERT INTO submission SELECT * FROM copy_submission");
      t.run("INSERT INTO submission_key SELECT * FROM copy_key");
      t.run("INSERT INTO submission_attachment SELECT * FROM copy_attachment");
      t.run("INSERT INTO submission_event SELECT * FROM copy_event");
      t.run("INSERT INTO send_journal SELECT * FROM copy_journal");
      t.run("INSERT INTO submission_sent SELECT * FROM copy_sent");
      t.run("INSERT INTO send_break SELECT * FROM copy_break");
    });
  }
  std::filesystem::path database() const { return folder_.path() / "tilts.db"; }
  std::filesystem::path copy() const { return folder_.path() / "copy.db"; }

  // The process ends here, and the next one starts.
  Submissions::Reconciled restart() {
    open();
    const auto reconciled = open_journal();
    write([&](Transaction& t) { ledger().cut_off(t, now_); });
    return reconciled;
  }
  Submissions::Reconciled restart_without_journal() {
    journal_.reset();
    std::filesystem::remove(journal_file());
    return restart();
  }
  std::vector<Break> breaks() {
    return read([&](Session& s) { return ledger().breaks(s); });
  }
  bool stands() {
    return std::ranges::any_of(breaks(), [](const Break& one) { return one.stands(); });
  }
  int64_t accept(const std::string& because = "the list of the registry was compared") {
    return write([&](Transaction& t) { return ledger().accept(t, "anna", because, now_); });
  }
  std::string last_event(const std::string& id) {
    return read([&](Session& s) { return ledger().history(s, id); }).back().text;
  }
  bool received(const std::string& id, int64_t attempt) {
    return write([&](Transaction& t) { return ledger().received(t, id, attempt, "SIVA-1", "tilts", now_); });
  }
  std::optional<Submission> of(const std::string& case_number) {
    const std::string key = Submissions::key_of("queue", "submit", case_number, 1);
    return read([&](Session& s) { return ledger().find_key(s, key); });
  }
};

TEST_P(RestoreContract, AFirstStartIsNoBreak) {
  EXPECT_THAT(breaks(), IsEmpty());
  EXPECT_EQ(at(add("SD-1").id).state, State::prepared);
  EXPECT_FALSE(restart().broken);
  EXPECT_EQ(of("SD-1")->state, State::prepared);
}

TEST_P(RestoreContract, AnEndBetweenTheJournalAndTheLedgerIsUnknownAndNoBreak) {
  const std::string id = add("SD-1").id;
  const auto written = journal(id, 1);
  const auto found = restart();
  EXPECT_EQ(found.met, 1);
  EXPECT_FALSE(found.broken);
  EXPECT_THAT(breaks(), IsEmpty());
  const Submission submission = at(id);
  EXPECT_EQ(submission.state, State::unknown);
  EXPECT_EQ(submission.attempt, 1);
  EXPECT_EQ(submission.message_id, "urn:uuid:1");
  EXPECT_EQ(submission.expires, now_ + kLifetime);
  EXPECT_FALSE(submission.asked_first);
  EXPECT_THAT(last_event(id), HasSubstr("which the store did not"));
  EXPECT_EQ(restart().met, 0) << "said once";
}

TEST_P(RestoreContract, TheLastExpiresHoldsWhenNobodyKnowsWhichLineWasSent) {
  const std::string id = add("SD-1").id;
  journal(id, 1, now_ + minutes(9));  // its commit failed
  journal(id, 1, now_ + minutes(3));
  restart();
  EXPECT_EQ(at(id).expires, now_ + minutes(9));
  const std::string endless = add("SD-2").id;
  journal(endless, 1, Time{});
  journal(endless, 1, now_ + minutes(3));
  restart();
  EXPECT_EQ(at(endless).expires, Time{}) << "absent never counts";
}

TEST_P(RestoreContract, WhatWasSentAfterTheBackupIsUnknown) {
  const std::string prepared = add("SD-1").id;
  const std::string warned = add("SD-2", "<entry/>", true).id;
  const std::string twice = add("SD-3").id;
  const std::string ended = add("SD-4").id;
  start(ended, 0);
  received(ended, 1);
  back_up();
  const std::string later = add("SD-5").id;
  start(prepared, 0);
  received(prepared, 1);
  write([&](Transaction& t) { return ledger().send_warned(t, warned, "anna", "yes", now_); });
  start(warned, 0);
  start(twice, 0);
  write([&](Transaction& t) { return ledger().not_sent(t, twice, 1, "no route", now_, now_); });
  start(twice, 1);
  start(later, 0);

  put_back();
  const auto found = restart();
  EXPECT_EQ(found.met, 3);
  EXPECT_EQ(found.not_here, 1);
  EXPECT_EQ(found.broken, BreakKind::store_behind);
  for (const auto& [id, attempt] : {std::pair(prepared, 1), std::pair(warned, 1), std::pair(twice, 2)}) {
    EXPECT_EQ(at(id).state, State::unknown);
    EXPECT_EQ(at(id).attempt, attempt);
  }
  EXPECT_EQ(at(ended).state, State::received);
  const Submission again = at(add("SD-5").id);
  EXPECT_EQ(again.state, State::unknown) << "never prepared";
  EXPECT_EQ(again.attempt, 1);
  EXPECT_EQ(again.message_id, "urn:uuid:1");
  EXPECT_EQ(again.expires, now_ + kLifetime);
  EXPECT_EQ(at(add("SD-6").id).state, State::prepared) << "nothing is missing: what is new is new";
  ASSERT_THAT(breaks(), SizeIs(1));
  EXPECT_FALSE(breaks()[0].stands()) << "on record, and nothing to accept";
  EXPECT_FALSE(restart().broken) << "said once";
}

TEST_P(RestoreContract, AnEmptyStoreMeetsItsOldJournal) {
  start(add("SD-1").id, 0);
  start(add("SD-2", "<entry/>", true).id, 0);  // not sent: it waited for a person, and the line is there
  store_.reset();
  if (sqlite()) {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(database().string() + end);
  } else {
    connection_ = postgresql().fresh_database();
  }
  const auto found = restart();
  EXPECT_EQ(found.not_here, 2);
  EXPECT_EQ(found.broken, BreakKind::store_behind);
  EXPECT_FALSE(stands());
  EXPECT_FALSE(restart().broken) << "said once";
  EXPECT_EQ(at(add("SD-1").id).state, State::unknown);
  EXPECT_EQ(at(add("SD-2", "<entry/>", true).id).state, State::unknown);
  EXPECT_EQ(at(add("SD-3").id).state, State::prepared);
  EXPECT_FALSE(restart().broken);
}

TEST_P(RestoreContract, WithoutItsJournalEverythingIsAskedAboutFirst) {
  const std::string prepared = add("SD-1").id;
  const std::string warned = add("SD-2", "<entry/>", true).id;
  const std::string unknown = add("SD-3").id;
  start(unknown, 0);
  lost(unknown, 1);
  now_ += minutes(20);
  EXPECT_TRUE(absent(unknown, 1).counted);
  const std::string ended = add("SD-4").id;
  start(ended, 0);
  received(ended, 1);
  EXPECT_EQ(restart_without_journal().broken, BreakKind::another_journal);
  EXPECT_TRUE(stands());
  const Time until = now_ + kLifetime;
  EXPECT_EQ(at(prepared).state, State::unknown);
  EXPECT_TRUE(at(prepared).asked_first);
  EXPECT_EQ(at(prepared).expires, until) << "as if it had been sent just before";
  EXPECT_EQ(at(unknown).absent, 0) << "it may have been sent once more since";
  EXPECT_EQ(at(unknown).expires, until);
  EXPECT_FALSE(at(unknown).asked_first);
  EXPECT_EQ(at(warned).state, State::warned);
  EXPECT_EQ(at(ended).state, State::received);
  EXPECT_FALSE(restart().broken) << "the next start finds the new journal";
  EXPECT_TRUE(stands()) << "and the break goes on";

  EXPECT_TRUE(
      write([&](Transaction& t) { return ledger().send_warned(t, warned, "anna", "SIVA said so", now_); }));
  EXPECT_EQ(at(warned).state, State::unknown);
  const std::string fresh = add("SD-5").id;
  EXPECT_EQ(at(fresh).state, State::unknown);
  EXPECT_EQ(at(fresh).attempt, 0);
  EXPECT_THAT(read([&](Session& s) { return ledger().due(s, State::unknown, now_, 10); }), SizeIs(4));
  EXPECT_FALSE(start(fresh, 0));

  now_ = until + patience_.skew + *patience_.settle;
  EXPECT_FALSE(absent(fresh, 0).counted) << "it may still be worked on";
  now_ += seconds(1);
  EXPECT_TRUE(absent(fresh, 0).counted);
  now_ += *patience_.settle + seconds(1);
  EXPECT_TRUE(absent(fresh, 0).prepared);
  EXPECT_FALSE(at(fresh).asked_first);
  EXPECT_TRUE(received(prepared, 0)) << "or the registry has it";
}

TEST_P(RestoreContract, AnAttemptTheStoreForgotIsNoOlderThanTheBreak) {
  start(add("SD-0").id, 0);
  restart_without_journal();
  const Time until = now_ + kLifetime;
  back_up();
  const std::string id = add("SD-1").id;
  write([&](Transaction& t) { return ledger().resend(t, id, "anna", "x", now_); });
  ASSERT_TRUE(start(id, 0, now_ + minutes(1)));
  put_back();
  EXPECT_EQ(restart().not_here, 1);
  EXPECT_EQ(at(add("SD-1").id).expires, until) << "another attempt may be in the journal that is gone";
}

TEST_P(RestoreContract, APersonEndsItAndItIsKept) {
  const std::string prepared = add("SD-1").id;
  const std::string unknown = add("SD-2").id;
  start(unknown, 0);
  lost(unknown, 1);
  EXPECT_EQ(accept(), 0) << "there is nothing to accept";
  restart_without_journal();
  const std::string fresh = add("SD-3").id;
  now_ += minutes(1);
  EXPECT_EQ(accept("nothing was sent since"), 1);
  EXPECT_FALSE(stands());
  EXPECT_EQ(at(prepared).state, State::prepared);
  EXPECT_EQ(at(fresh).state, State::prepared);
  EXPECT_EQ(at(unknown).state, State::unknown) << "an attempt of ours is open";
  EXPECT_EQ(at(add("SD-4").id).state, State::prepared);
  EXPECT_TRUE(start(prepared, 0));
  EXPECT_THAT(last_event(fresh), HasSubstr("nothing was sent since"));
  ASSERT_THAT(breaks(), SizeIs(1));
  EXPECT_EQ(breaks()[0].accepted, now_);
  EXPECT_EQ(breaks()[0].accepted_by, "anna");
  EXPECT_EQ(breaks()[0].because, "nothing was sent since");
  EXPECT_EQ(breaks()[0].kind, BreakKind::another_journal);
  EXPECT_EQ(breaks()[0].touched, 2);
}

TEST_P(RestoreContract, AJournalThatForgotIsABreakForOlderStoresToo) {
  const std::string id = add("SD-1").id;
  start(add("SD-0").id, 0);
  back_up();
  const std::string old_journal = support::read_file(journal_file());
  start(id, 0);
  received(id, 1);
  journal_.reset();
  std::ofstream(journal_file(), std::ios::binary | std::ios::trunc) << old_journal;
  EXPECT_EQ(restart().broken, BreakKind::lines_missing);
  accept();
  EXPECT_FALSE(restart().broken);
  put_back();  // knows neither the attempt nor that the journal forgot it
  EXPECT_EQ(restart().broken, BreakKind::another_journal);
  EXPECT_EQ(at(id).state, State::unknown);
}

TEST_P(RestoreContract, AStoreThatSentAndNamesNoJournalIsABreak) {
  start(add("SD-1").id, 0);
  write([](Transaction& t) { t.run("DELETE FROM send_journal"); });  // half a restore
  EXPECT_EQ(restart().broken, BreakKind::another_journal);
}

TEST_P(RestoreContract, AJournalWithOtherLinesIsABreak) {
  const std::string one = add("SD-1").id;
  const std::string two = add("SD-2").id;
  const std::string empty_journal = support::read_file(journal_file());
  start(one, 0);
  journal_.reset();
  std::ofstream(journal_file(), std::ios::binary | std::ios::trunc) << empty_journal;
  journal_ = std::make_unique<SendJournal>(journal_file(), SendJournal::Missing::refuse);
  journal(two, 1);
  EXPECT_EQ(restart().broken, BreakKind::lines_missing);
  EXPECT_EQ(at(two).attempt, 1);
}

TEST_P(RestoreContract, WhatTheRegistryHasStaysReceivedWhateverTheJournalKnows) {
  const std::string has = add("SD-1").id;
  const std::string declined = add("SD-2").id;
  for (const std::string& id : {has, declined}) {
    start(id, 0);
    lost(id, 1);
  }
  received(has, 1);
  write([&](Transaction& t) { return ledger().declined(t, declined, 1, "no", now_); });
  journal(has, 2);
  journal(declined, 2);
  EXPECT_EQ(restart().broken, BreakKind::store_behind);
  EXPECT_EQ(at(has).state, State::received) << "it is never sent again";
  EXPECT_EQ(at(has).receipt, "SIVA-1");
  EXPECT_EQ(at(has).attempt, 2);
  EXPECT_THAT(last_event(has), HasSubstr("twice"));
  EXPECT_EQ(at(declined).state, State::unknown) << "the later attempt may have been received";
  EXPECT_FALSE(restart().broken);
}

TEST_P(RestoreContract, NothingIsBegunBeforeTheTwoWereCompared) {
  const std::string id = add("SD-1").id;
  back_up();
  start(add("SD-2").id, 0);
  put_back();
  open();
  journal_.reset();
  journal_ = std::make_unique<SendJournal>(journal_file(), SendJournal::Missing::refuse);
  EXPECT_THROW(start(id, 0), Error);
  journal_.reset();
  std::filesystem::remove(journal_file());
  journal_ = std::make_unique<SendJournal>(journal_file(), SendJournal::Missing::create);
  EXPECT_THROW(start(id, 0), Error) << "another journal";
  EXPECT_EQ(at(id).state, State::prepared);
}

TEST_P(RestoreContract, ALineIsOfOneSubmission) {
  const auto written = journal(add("SD-1").id, 1);
  const std::string other = add("SD-2").id;
  EXPECT_FALSE(write([&](Transaction& t) { return ledger().start(t, other, written, now_); }));
}

// --- against a registry ------------------------------------------------------------------------------------

// What really happened to one entry, whatever the store came to believe. The gateway never sees it.
struct Truth {
  bool sent = false;          // bytes of it left
  Time expires{};             // the last signed Expires of what left
  std::vector<Time> absents;  // when the registry was asked and had none, since the last byte
  bool decided = false;       // a named person, since the last byte
  std::vector<Time> there;    // when each copy of it can be found at the registry

  bool has(Time now) const {
    return std::ranges::any_of(there, [&](Time one) { return one <= now; });
  }
  bool may_be_sent(const Patience& patience) const {
    if (!sent || decided) return true;
    for (const Time first : absents)
      for (const Time second : absents)
        if (first > expires + patience.skew + *patience.settle && second > first + *patience.settle)
          return true;
    return false;
  }
};

TEST_P(RestoreContract, NothingIsSentTwiceWhateverIsPutBack) {
  std::mt19937 random(20261122);
  const auto one_of = [&](int many) { return std::uniform_int_distribution(0, many - 1)(random); };
  std::map<BreakKind, int> seen;
  int sends = 0, again = 0, put_backs = 0, ends = 0;
  const auto count = [&](const Submissions::Reconciled& found) {
    if (found.broken) ++seen[*found.broken];
  };

  for (int round = 0; round < (sqlite() ? 60 : 12); ++round) {
    const bool people = round % 3 == 0;  // decide in some rounds only: a decision allows everything
    std::map<std::string, Truth> entries;
    for (int i = 0; i < 3; ++i) entries[fmt::format("SD-{}-{}", round, i)];
    back_up();
    std::string old_journal = support::read_file(journal_file());
    for (int step = 0; step < 120; ++step) {
      auto& [name, truth] = *std::next(entries.begin(), one_of(static_cast<int>(entries.size())));
      now_ += seconds(one_of(one_of(3) == 0 ? 30 : 900));
      const auto known = of(name);
      switch (one_of(12)) {
        case 0:
        case 1:
          add(name);
          break;
        case 2:
        case 3:
        case 4: {
          if (!known || known->state != State::prepared) break;
          const auto written = journal(known->id, known->attempt + 1, now_ + seconds(1 + one_of(300)));
          if (one_of(6) == 0) {
            count(restart());
            break;
          }
          ASSERT_TRUE(write([&](Transaction& t) { return ledger().start(t, known->id, written, now_); }));
          if (one_of(8) == 0) {
            count(restart());
            break;
          }
          const int64_t attempt = known->attempt + 1;
          if (one_of(8) == 0) {
            write([&](Transaction& t) { return ledger().not_sent(t, known->id, attempt, "x", now_, now_); });
            break;
          }
          // The first byte leaves.
          ASSERT_TRUE(truth.may_be_sent(patience_)) << name << " in step " << step;
          again += truth.sent;
          ++sends;
          truth.sent = true;
          truth.decided = false;
          truth.absents.clear();
          truth.expires = std::max(truth.expires, written.attempt().expires);
          if (one_of(3) == 0)  // it arrives in time, and is worked on for no longer than the settle-time
            truth.there.push_back(now_ +
                                  (written.attempt().expires + patience_.skew - now_) * one_of(11) / 10 +
                                  *patience_.settle * one_of(11) / 10);
          if (truth.has(now_) && one_of(3) == 0)
            ends += received(known->id, attempt);
          else if (one_of(3) == 0)
            count(restart());
          else
            lost(known->id, attempt);
          break;
        }
        case 5:
        case 6:
        case 7:
          if (!known || known->state != State::unknown) break;
          if (truth.has(now_)) {
            ends += received(known->id, known->attempt);
          } else {
            truth.absents.push_back(now_);
            absent(known->id, known->attempt);
          }
          break;
        case 8:
          if (one_of(3) != 0) break;
          back_up();
          old_journal = support::read_file(journal_file());
          break;
        case 9:
          if (one_of(4) != 0) break;
          ++put_backs;
          put_back();
          count(one_of(2) == 0 ? restart() : restart_without_journal());
          break;
        case 10:
          if (one_of(6) != 0) break;
          journal_.reset();
          std::ofstream(journal_file(), std::ios::binary | std::ios::trunc) << old_journal;
          count(restart());
          break;
        case 11:
          if (!people || one_of(4) != 0) break;
          if (known && known->state == State::unknown && one_of(2) == 0) {
            write([&](Transaction& t) { return ledger().resend(t, known->id, "anna", "x", now_); });
            truth.decided = true;
          } else if (accept() > 0) {
            for (auto& [other, its] : entries) its.decided = true;
          }
          break;
        default:
          break;
      }
      if (!people) {
        ASSERT_LE(truth.there.size(), 1u) << name << " is at the registry twice";
      }
    }
    accept();  // the next round begins in order
  }
  // It was no idle play.
  EXPECT_GT(sends, sqlite() ? 100 : 20);
  EXPECT_GT(again, sqlite() ? 20 : 4);
  EXPECT_GT(ends, sqlite() ? 20 : 2);
  EXPECT_GT(put_backs, sqlite() ? 20 : 4);
  EXPECT_THAT(seen, SizeIs(3));
}

INSTANTIATE_TEST_SUITE_P(Both, RestoreContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
