// `tilts retention` as an operator types it: what is erased, what is left of it, and what somebody holds.
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/evidence/verify.h"
#include "tests/system/command.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using std::chrono::days;
using store::SubmissionState;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr store::Sql kAge =
    "UPDATE submission SET created = created - $1, changed = changed - $2, looked = 0";
constexpr store::Sql kAgeEvents = "UPDATE submission_event SET at = at - $1";

OfficePlan with_rule() { return {.store = "sqlite:tilts.db\" submissions-days=\"3650"}; }

// Eleven years went by.
void age(QueueOffice& office) {
  const int64_t years = std::chrono::milliseconds(days(4000)).count();
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      transaction.run(kAge, years, years);
      transaction.run(kAgeEvents, years);
    });
  });
}

struct Said {
  int exit;
  std::string out, err;
};

Said say(const QueueOffice& office, std::vector<std::string> words) {
  Command command(office.file("tilts.xml"), std::move(words));
  const int exit = command.end();
  return {exit, command.out(), command.err()};
}

std::string stored(const QueueOffice& office) {
  std::string all;
  for (const char* file : {"tilts.db", "tilts.keys.db"}) all += support::read_file(office.file(file));
  return all;
}

TEST(Retention, ErasesAndStillProvesThePlace) {
  QueueOffice office(with_rule());
  office.enter("SD-1");
  office.rounds();
  const store::Submission one = office.only();
  ASSERT_EQ(one.state, SubmissionState::received);
  age(office);

  const std::string before = stored(office);
  const Said preview = say(office, {"retention", "run", "--preview"});
  EXPECT_EQ(preview.exit, 0) << preview.err;
  EXPECT_THAT(preview.out, HasSubstr("would be erased: submission " + one.id));
  EXPECT_THAT(preview.out, Not(HasSubstr("SD-1"))) << "ids alone";
  EXPECT_EQ(stored(office), before) << "nothing was changed";

  const Said run = say(office, {"retention", "run"});
  EXPECT_EQ(run.exit, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\nerased: submission " + one.id));
  const Said again = say(office, {"retention", "run"});
  EXPECT_THAT(again.out, Not(HasSubstr("erased: "))) << again.out;

  const Said shown = say(office, {"submissions", "show", one.id});
  EXPECT_EQ(shown.exit, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("\nerased 2"), HasSubstr("It was received, and is never sent again"),
                               HasSubstr(one.key), Not(HasSubstr("SD-1")), Not(HasSubstr(one.receipt))));
  const Said resent = say(office, {"submissions", "send", one.id, "--because", "x"});
  EXPECT_EQ(resent.exit, 2);
  EXPECT_THAT(resent.err, HasSubstr("erased at"));

  const Said exported = say(office, {"evidence", "export", one.id, "--output", office.file("proof.xml")});
  ASSERT_EQ(exported.exit, 0) << exported.err;
  const std::string bundle = support::read_file(office.file("proof.xml"));
  EXPECT_THAT(bundle, Not(HasSubstr("SD-1")));
  const Said verified =
      say(office, {"evidence", "verify", office.file("proof.xml"), "--anchor", office.file("authority.pem")});
  EXPECT_EQ(verified.exit, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("it was erased at"));
  EXPECT_THAT(verified.out, HasSubstr("what is left is its salted digest"));
  EXPECT_THAT(verified.out, HasSubstr("its digest stands in the audit"));
  const Said audit = say(office, {"audit", "verify"});
  EXPECT_EQ(audit.exit, 0) << audit.out << audit.err;
}

TEST(Retention, WhatIsSaidToBeErasedHoldsNothing) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  ASSERT_EQ(say(office, {"evidence", "export", office.only().id, "--output", office.file("proof.xml")}).exit,
            0);
  evidence::Bundle bundle = evidence::read_bundle(support::read_file(office.file("proof.xml")));
  bundle.submission.erased = bundle.made;
  bundle.submission.case_number = "SD-2";
  const auto verdict =
      evidence::verify_bundle(bundle, {support::read_file(office.file("authority.pem")), {}});
  EXPECT_THAT(verdict.lines(),
              Contains(AllOf(testing::Field(&evidence::Verdict::Line::kind, evidence::Verdict::Kind::refused),
                             testing::Field(&evidence::Verdict::Line::text,
                                            HasSubstr("said to be erased, and something of it is there")))));
}

// The file lies in its folder still, or comes again: it is known by its key, and is not sent.
TEST(Retention, AnErasedEntryThatComesAgainIsNotSent) {
  QueueOffice office(with_rule());
  const std::string entry = office.enter("SD-1");
  office.rounds();
  const store::Submission one = office.only();
  age(office);
  ASSERT_EQ(say(office, {"retention", "run"}).exit, 0);
  EXPECT_THAT(office.rounds(4), IsEmpty());
  EXPECT_EQ(office.only().id, one.id);
  EXPECT_NE(office.only().erased, Time{});
  EXPECT_EQ(office.truth().at(one.key).times, 1);
  EXPECT_THAT(office.answer(entry), HasSubstr("JAU BIJA SAŅEMTS"));
  // Its days in the folder count from now; then it goes with its documents.
  office.later(days(91));
  EXPECT_THAT(office.rounds(3), IsEmpty());
  office.with([&](push::SubmissionRunner& runner, store::Store&) {
    runner.round({});
    runner.round({});
  });
  EXPECT_FALSE(std::filesystem::exists(office.file("entries/" + entry)));
  EXPECT_FALSE(std::filesystem::exists(office.file("entries/anketa.pdf")));
}

TEST(Retention, WhatIsHeldStays) {
  QueueOffice office(with_rule());
  office.enter("SD-1");
  office.rounds();
  const std::string id = office.only().id;
  age(office);
  EXPECT_EQ(say(office, {"retention", "hold", id, "--because", " \t"}).exit, 2) << "a blank reason is none";
  EXPECT_EQ(say(office, {"retention", "hold", "0123456789ab", "--because", "x"}).exit, 2);
  EXPECT_EQ(say(office, {"retention", "release", id, "--because", "x"}).exit, 2) << "nobody holds it";
  const Said held = say(office, {"retention", "hold", id, "--because", "court case C-12"});
  EXPECT_EQ(held.exit, 0) << held.err;
  EXPECT_EQ(say(office, {"retention", "hold", id, "--because", "again"}).exit, 2);
  EXPECT_THAT(say(office, {"retention", "holds"}).out, AllOf(HasSubstr(id), HasSubstr("court case C-12")));
  EXPECT_THAT(say(office, {"retention", "run"}).out, HasSubstr("\nheld: submission " + id));
  EXPECT_EQ(office.only().erased, Time{});
  EXPECT_THAT(say(office, {"submissions", "show", id}).out, HasSubstr("court case C-12"));

  EXPECT_EQ(say(office, {"retention", "release", id, "--because", "it ended"}).exit, 0);
  EXPECT_THAT(say(office, {"retention", "holds"}).out, HasSubstr("Nothing is held."));
  EXPECT_THAT(say(office, {"retention", "run"}).out, HasSubstr("\nerased: submission " + id));
  EXPECT_EQ(say(office, {"retention", "hold", id, "--because", "late"}).exit, 2) << "it is gone";
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    const auto looks =
        store.read([&](store::Session& session) { return store.audit().subject(session, "16117519997"); });
    std::vector<std::string> operations;
    for (const store::Look& look : looks)
      if (look.run == id) operations.push_back(look.operation);
    EXPECT_THAT(operations, testing::IsSupersetOf({"submission held", "submission released",
                                                   "submission shown", "submission erased"}));
  });
}

TEST(Retention, WhatWasDeclinedWaitsUntilSomebodyIsShownIt) {
  QueueOffice office(with_rule());
  office.enter("SD-1", {{"<course>14", "<course>15"}});
  office.rounds();
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().send_warned(transaction, office.only().id, "aija", "to see", office.clock().now());
    });
    runner.round({});
  });
  const store::Submission one = office.only();
  ASSERT_EQ(one.state, SubmissionState::declined);
  age(office);
  const Said kept = say(office, {"retention", "run"});
  EXPECT_THAT(kept.out,
              HasSubstr(fmt::format("not looked at: submission {}; tilts submissions show {} shows it",
                                    one.id, one.id)));
  EXPECT_EQ(office.only().erased, Time{});
  EXPECT_EQ(say(office, {"submissions", "show", one.id}).exit, 6);
  EXPECT_THAT(say(office, {"retention", "run"}).out, HasSubstr("\nerased: submission " + one.id));
}

TEST(Retention, ProofsOfARunThatWentWrongWaitUntilOneIsTakenOut) {
  QueueOffice office;
  std::string run;
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    const Time then = office.clock().now() - days(31);
    store.write([&](store::Transaction& transaction) {
      run = store.runs().start(transaction, "residents", {}, then).id;
      store.evidence().put(transaction, {.id = "urn:uuid:1",
                                         .registry = "population",
                                         .operation = "resident",
                                         .run = run,
                                         .at = then,
                                         .until = then + days(30),
                                         .request = "<request/>",
                                         .response = "<response/>"});
      store.runs().end(transaction, run, store::RunState::failed, "untrusted", "x", {}, then);
    });
  });
  const Said kept = say(office, {"retention", "run"});
  EXPECT_THAT(kept.out, HasSubstr(fmt::format(
                            "not looked at: 1 proof of {}; tilts audit proof urn:uuid:1 shows it", run)));
  EXPECT_THAT(say(office, {"audit", "proof", "urn:uuid:1"}).out, "<response/>");
  EXPECT_THAT(say(office, {"retention", "run"}).out, HasSubstr("\nerased: 1 proof of " + run));
  EXPECT_EQ(say(office, {"audit", "proof", "urn:uuid:1"}).exit, 2) << "it is gone";
}

TEST(Retention, TheDaemonErasesDailyAndTakesTheSteps) {
  QueueOffice office(with_rule());
  office.enter("SD-1");
  office.rounds();
  office.enter("SD-2");
  office.rounds();
  const std::vector<store::Submission> both = office.ledger();
  ASSERT_THAT(both, SizeIs(2));
  age(office);
  ASSERT_EQ(say(office, {"retention", "hold", both[0].id, "--because", "court case"}).exit, 0);
  Daemon daemon(office.file("tilts.xml"));
  EXPECT_TRUE(daemon.says("retention: 0 proofs, 1 submission")) << daemon.err();
  const Said preview = say(office, {"retention", "run", "--preview"});
  EXPECT_THAT(preview.out, HasSubstr("held: submission " + both[0].id));
  EXPECT_EQ(say(office, {"retention", "release", both[0].id, "--because", "it ended"}).exit, 0);
  const Said run = say(office, {"retention", "run"});
  EXPECT_EQ(run.exit, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\nerased: submission " + both[0].id));
}

TEST(Retention, WithoutARuleSubmissionsAreKept) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  age(office);
  const Said run = say(office, {"retention", "run"});
  EXPECT_EQ(run.exit, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("Submissions are kept: the configuration says no submissions-days."));
  EXPECT_EQ(office.only().erased, Time{});
}

}  // namespace
}  // namespace tilts::system_test
