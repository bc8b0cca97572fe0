// What is erased, what is left of it, and what is kept back all the same.
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/store/pack.h"
#include "gateway/store/submission_seal.h"
#include "tests/contract/ledger.h"

namespace tilts::store {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using State = SubmissionState;

constexpr Sql kWrapped = "SELECT wrapped FROM submission_key WHERE submission = $1";
constexpr Sql kAllWrapped = "SELECT wrapped FROM submission_key";
constexpr Sql kContent = "SELECT content FROM submission WHERE id = $1";
constexpr Sql kPutContent = "UPDATE submission SET content = $1, case_hash = NULL WHERE id = $2";
constexpr Sql kDigest = "SELECT digest FROM submission WHERE id = $1";
constexpr Sql kEvents = "SELECT number, content FROM submission_event WHERE submission = $1";
constexpr Sql kPutEvent = "UPDATE submission_event SET content = $1 WHERE submission = $2 AND number = $3";
constexpr Sql kAttachments = "SELECT number, content FROM submission_attachment WHERE submission = $1";
constexpr Sql kPutAttachment =
    "UPDATE submission_attachment SET content = $1 WHERE submission = $2 AND number = $3";
constexpr Sql kFindings = "SELECT number, content FROM submission_finding WHERE submission = $1";
constexpr Sql kPutFinding =
    "UPDATE submission_finding SET content = $1 WHERE submission = $2 AND number = $3";
constexpr Sql kNoKey = "DELETE FROM submission_key WHERE submission = $1";
constexpr Sql kParts =
    "SELECT (SELECT COUNT(*) FROM submission_attachment) + (SELECT COUNT(*) FROM submission_finding)"
    " + (SELECT COUNT(*) FROM intake_mark)";
constexpr Sql kPeople = "SELECT COUNT(*) FROM subject_code";
constexpr Sql kEvidenceKeys = "SELECT COUNT(*) FROM keys.evidence_key";
constexpr Sql kNotErased = "UPDATE submission SET erased = 0 WHERE id = $1";
constexpr Sql kErasedAgain = "UPDATE submission SET erased = 1 WHERE id = $1";
constexpr Sql kPeopleOfAudit = "SELECT COUNT(*) FROM audit_subject";

class RetentionContract : public LedgerContract {
 protected:
  static constexpr days kKept{3650};

  void SetUp() override {
    begin();
    open_journal();
  }
  // As a start does, with a rule for submissions.
  void begin() {
    store_.reset();
    Settings rules = settings();
    rules.submissions_kept = kKept;
    store_ = std::make_unique<Store>(rules, Clock([this] { return now_; }));
  }

  bool received(const std::string& id, int64_t attempt = 1) {
    return write([&](Transaction& t) { return ledger().received(t, id, attempt, "SIVA-7", "tilts", now_); });
  }
  void declined(const std::string& id) {
    start(id, 0);
    write([&](Transaction& t) { ledger().declined(t, id, 1, "no place for Bērziņa", now_); });
  }
  // Sent, with a proof, a place in the audit and a mark of its file.
  std::string settled(const std::string& case_number, int64_t revision = 1) {
    const std::string id = add(case_number, "<entry>Bērziņa G35</entry>", false, revision).id;
    start(id, 0);
    write([&](Transaction& t) {
      const auto asked =
          store_->audit().asked(t, {{"intake", "queue", "siva", "SubmitEntry", id, {kCode}}}, now_);
      const std::string digest = store_->evidence().put(t, {.id = "m-" + id,
                                                            .registry = "siva",
                                                            .operation = "SubmitEntry",
                                                            .run = id,
                                                            .at = now_,
                                                            .until = now_ + days(9000),
                                                            .request = "<request>Bērziņa</request>",
                                                            .response = "<response/>",
                                                            .subject = at(t, id).subject,
                                                            .asked = asked.at(0),
                                                            .of_submission = true});
      store_->audit().answered(t, {{asked.at(0), "answered", {"m-" + id}, digest}}, now_);
      store_->intakes().put(t, {"rehabilitation", case_number + " Bērziņa.xml", "stamp", id, "", now_});
    });
    received(id);
    return id;
  }
  Submission at(Session& session, const std::string& id) { return *ledger().find(session, id); }
  using LedgerContract::at;

  void looked(const std::string& id) {
    write([&](Transaction& t) { ledger().looked(t, id, now_); });
  }
  bool hold(const std::string& id) {
    return write([&](Transaction& t) { return store_->holds().put(t, id, "anna", "court case", now_); });
  }
  bool release(const std::string& id) {
    return write([&](Transaction& t) { return store_->holds().release(t, id, "anna", "it ended", now_); });
  }
  void years() { now_ += kKept + days(1); }
  bool erased(const std::string& id) { return at(id).erased != Time{}; }
  // How many of them would be erased, and why the others are not.
  std::map<Keeping, int> verdicts(std::vector<RetentionReport::Line> RetentionReport::*lines) {
    std::map<Keeping, int> counts;
    const RetentionReport report = store_->retention();
    for (const RetentionReport::Line& line : report.*lines) ++counts[line.keeping];
    return counts;
  }
  std::map<Keeping, int> submissions() { return verdicts(&RetentionReport::submissions); }

  std::string run(Code code) {
    return write([&](Transaction& t) {
      const std::string id = store_->runs().start(t, "night", {}, now_).id;
      store_->evidence().put(t, {.id = "p-" + id,
                                 .registry = "population",
                                 .operation = "resident",
                                 .run = id,
                                 .at = now_,
                                 .until = now_ + days(30),
                                 .request = "<request/>",
                                 .response = "<response/>"});
      store_->runs().end(t, id, RunState::failed, name(code), "it failed", {}, now_);
      return id;
    });
  }
  bool proven(const std::string& id) {
    return read([&](Session& s) { return store_->evidence().find(s, id).has_value(); });
  }
  // All that SQLite keeps on disk.
  std::string bytes_on_disk() {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.path().filename().string().starts_with("tilts.")) all += support::read_file(entry.path());
    return all;
  }
};

TEST_P(RetentionContract, ErasesAllThatIsPersonalAndLeavesThePlace) {
  const std::string id = settled("SD-1");
  const Submission before = at(id);
  const auto digest = read([&](Session& s) { return s.value<Blob>({}, kDigest, id); });
  const auto history = read([&](Session& s) { return ledger().history(s, id); });
  hold(id);
  release(id);
  years();
  const RetentionReport report = store_->retain("anna");
  ASSERT_THAT(report.submissions, SizeIs(1));
  EXPECT_EQ(report.submissions[0].id, id);
  EXPECT_TRUE(report.scrubbed);

  const Submission after = at(id);
  EXPECT_EQ(after.erased, now_);
  for (const std::string* text : {&after.case_number, &after.content, &after.receipt, &after.rules})
    EXPECT_EQ(*text, "");
  EXPECT_EQ(after.subject, 0);
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kParts); }), 0);
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kPeople); }), 0) << "known for nothing else";
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kEvidenceKeys); }), 0);
  EXPECT_FALSE(proven("m-" + id));
  EXPECT_THAT(read([&](Session& s) { return store_->holds().of(s, id); }), IsEmpty());

  EXPECT_EQ(after.key, before.key);
  EXPECT_EQ(after.state, before.state);
  EXPECT_EQ(after.changed, before.changed);
  EXPECT_EQ(after.message_id, before.message_id);
  EXPECT_EQ(read([&](Session& s) { return s.value<Blob>({}, kDigest, id); }), digest);
  const auto left = read([&](Session& s) { return ledger().history(s, id); });
  ASSERT_THAT(left, SizeIs(history.size()));
  for (size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].at, history[i].at);
    EXPECT_EQ(left[i].state, history[i].state);
    EXPECT_EQ(left[i].text, "");
    EXPECT_EQ(left[i].actor, "");
  }
  const auto kept = read([&](Session& s) { return store_->evidence().of_run(s, id); });
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_TRUE(kept[0].erased);
  EXPECT_THAT(kept[0].digest, SizeIs(32));
  EXPECT_THAT(store_->verify_audit().defects, IsEmpty());
}

TEST_P(RetentionContract, WhoErasedStandsInTheAudit) {
  const std::string id = settled("SD-1");
  years();
  store_->retain("anna");
  const auto looks = read([&](Session& s) { return store_->audit().subject(s, kCode); });
  ASSERT_THAT(looks, SizeIs(1)) << "the others were past their own time";
  EXPECT_EQ(looks.back().actor, "anna");
  EXPECT_EQ(looks.back().operation, "submission erased");
  EXPECT_EQ(looks.back().run, id);
}

TEST_P(RetentionContract, AnErasedOneIsNeverSentAgain) {
  const std::string id = settled("SD-1");
  years();
  store_->retain("anna");
  const auto again = add("SD-1", "<entry>Bērziņa G35</entry>");
  EXPECT_EQ(again.id, id);
  EXPECT_FALSE(again.fresh);
  EXPECT_TRUE(again.same) << "the digest is what is left to compare with";
  EXPECT_FALSE(add("SD-1", "<entry>other</entry>").same);
  EXPECT_EQ(at(id).state, State::received);
  EXPECT_TRUE(erased(id));
  EXPECT_EQ(read([&](Session& s) { return ledger().find_revision(s, "queue", "SD-1", 1); })->id, id);
}

// The bytes of the row as they were, and the master key: without the key between them they say nothing.
TEST_P(RetentionContract, TheMasterKeyAloneOpensNothing) {
  const std::string id = settled("SD-1");
  const auto sealed = read([&](Session& s) { return s.value<Blob>({}, kContent, id); });
  const auto opens = [&](const SubmissionSeal& seal) {
    try {
      return !seal.open(sealed.bytes).empty();
    } catch (const Error&) {
      return false;
    }
  };
  EXPECT_TRUE(opens(read([&](Session& s) { return SubmissionSeal::of(s, store_->vault(), id); })));
  EXPECT_FALSE(opens(SubmissionSeal::before_keys(store_->vault(), id)));
  years();
  store_->retain("anna");
  EXPECT_EQ(read([&](Session& s) { return s.value<Blob>({}, kWrapped, id); }).bytes, "");
  const SubmissionSeal left = read([&](Session& s) { return SubmissionSeal::of(s, store_->vault(), id); });
  EXPECT_FALSE(opens(left));
  EXPECT_THROW(left.seal("words that come too late"), Error) << "not under a key that lives on";
}

TEST_P(RetentionContract, NoKeyIsLeftInTheFiles) {
  if (!sqlite()) GTEST_SKIP() << "the bytes on disk are the server's";
  // Enough to split pages of the keys' table.
  for (int i = 0; i < 300; ++i) {
    const std::string id = add(fmt::format("SD-{}", i)).id;
    start(id, 0);
    received(id);
  }
  const std::string last = settled("SD-last");
  const auto keys = read([](Session& s) { return s.rows<Blob>(kAllWrapped); });
  ASSERT_THAT(keys, SizeIs(301));
  const auto content = read([&](Session& s) { return s.value<Blob>({}, kContent, last); }).bytes;
  ASSERT_NE(bytes_on_disk().find(content), std::string::npos);
  years();
  EXPECT_THAT(store_->retain("anna").submissions, SizeIs(301));
  const std::string all = bytes_on_disk();
  int found = 0;
  for (const auto& [key] : keys) found += all.find(key.bytes) != std::string::npos;
  EXPECT_EQ(found, 0);
  EXPECT_EQ(all.find(content), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(folder_.path() / "tilts.db-wal"), 0u) << "nor in the log";
}

TEST_P(RetentionContract, NothingIsErasedBeforeItsDayOrWithoutARule) {
  const std::string id = settled("SD-1");
  now_ += kKept;
  EXPECT_THAT(store_->retention().submissions, IsEmpty());
  store_->retain("anna");
  EXPECT_FALSE(erased(id));
  years();
  open();  // without a rule
  EXPECT_THAT(store_->retention().submissions, IsEmpty());
  store_->retain("anna");
  EXPECT_FALSE(erased(id));
}

TEST_P(RetentionContract, LookingChangesNothing) {
  settled("SD-1");
  run(Code::transient);
  years();
  store_.reset();
  const std::string before = sqlite() ? bytes_on_disk() : "";
  Settings rules = settings();
  rules.submissions_kept = kKept;
  {
    const Store reader(rules, Clock([this] { return now_; }), Access::read);
    EXPECT_THAT(reader.retention().submissions, SizeIs(1));
    EXPECT_THAT(reader.retention().proofs, SizeIs(1));
  }
  EXPECT_TRUE(!sqlite() || before == bytes_on_disk());
  begin();
}

TEST_P(RetentionContract, WhatIsNotSettledIsNeverErased) {
  const std::string prepared = add("SD-1").id;
  const std::string warned = add("SD-2", "<entry/>", true).id;
  const std::string unknown = add("SD-3").id;
  start(unknown, 0);
  lost(unknown, 1);
  const std::string sending = add("SD-4").id;
  start(sending, 0);
  years();
  for (const std::string& id : {prepared, warned, unknown, sending}) looked(id);
  EXPECT_THAT(submissions(), ElementsAre(testing::Pair(Keeping::not_settled, 4)));
  EXPECT_THAT(store_->retain("anna").submissions, SizeIs(4)) << "said, and kept";
  for (const std::string& id : {prepared, warned, unknown, sending}) EXPECT_FALSE(erased(id)) << id;
}

TEST_P(RetentionContract, ADeclinedOneWaitsUntilSomebodyHasLooked) {
  const std::string id = add("SD-1").id;
  looked(id);  // before it was declined
  now_ += minutes(1);
  declined(id);
  years();
  EXPECT_THAT(submissions(), ElementsAre(testing::Pair(Keeping::not_looked_at, 1)));
  store_->retain("anna");
  EXPECT_FALSE(erased(id));
  looked(id);
  store_->retain("anna");
  EXPECT_TRUE(erased(id));
}

TEST_P(RetentionContract, AContradictionWaitsUntilSomebodyHasLooked) {
  const std::string id = settled("SD-1");
  now_ += minutes(1);
  write([&](Transaction& t) { ledger().remark(t, id, "tilts", "the registry says declined", now_); });
  years();
  EXPECT_THAT(submissions(), ElementsAre(testing::Pair(Keeping::not_looked_at, 1)));
  store_->retain("anna");
  EXPECT_FALSE(erased(id));
  looked(id);
  store_->retain("anna");
  EXPECT_TRUE(erased(id));
}

TEST_P(RetentionContract, AHoldKeepsTheWholeCaseAndItsProofs) {
  const std::string first = settled("SD-1");
  const std::string second = settled("SD-1", 2);
  const std::string other = settled("SD-2");
  EXPECT_TRUE(hold(second));
  EXPECT_FALSE(hold(second)) << "once";
  now_ += days(9001);  // past the proofs' own days too
  EXPECT_THAT(submissions(), ElementsAre(testing::Pair(Keeping::due, 1), testing::Pair(Keeping::held, 2)));
  EXPECT_EQ(verdicts(&RetentionReport::proofs)[Keeping::held], 2);
  store_->retain("anna");
  EXPECT_FALSE(erased(first)) << "of the same case";
  EXPECT_FALSE(erased(second));
  EXPECT_TRUE(proven("m-" + first));
  EXPECT_TRUE(erased(other));
  const auto holds = read([&](Session& s) { return store_->holds().standing(s); });
  ASSERT_THAT(holds, SizeIs(1));
  EXPECT_EQ(holds[0].because, "court case");
  EXPECT_TRUE(release(second));
  EXPECT_FALSE(release(second));
  EXPECT_EQ(read([&](Session& s) { return store_->holds().of(s, second); })[0].released_because, "it ended");
  store_->retain("anna");
  EXPECT_TRUE(erased(first));
  EXPECT_TRUE(erased(second));
  EXPECT_FALSE(proven("m-" + first));
}

// Somebody may hold it, or it may be of another day, since it was looked over.
TEST_P(RetentionContract, JudgesOnceMoreWhenItErases) {
  const std::string id = settled("SD-1");
  const std::string failed = run(Code::bug);
  const Retention retention(ledger(), store_->evidence(), store_->audit(), store_->subjects(), kKept);
  const auto erase = [&] {
    return write([&](Transaction& t) { return retention.erase(t, id, "anna", now_); });
  };
  const auto erase_proofs = [&](const std::string& run) {
    return write([&](Transaction& t) { return retention.erase_proofs(t, run, "anna", now_); });
  };
  EXPECT_THAT(erase(), IsEmpty()) << "before its day";
  now_ += days(9001);
  hold(id);
  EXPECT_THAT(erase(), IsEmpty());
  EXPECT_EQ(erase_proofs(id), 0);
  EXPECT_EQ(erase_proofs(failed), 0);
  release(id);
  EXPECT_EQ(erase_proofs(id), 1);
  EXPECT_THAT(erase(), ElementsAre(id));
  EXPECT_THAT(erase(), IsEmpty()) << "once";
}

TEST_P(RetentionContract, TheRevisionsOfACaseGoTogether) {
  const std::string first = settled("SD-1");
  now_ += days(100);
  const std::string second = settled("SD-1", 2);
  now_ += kKept - days(50);
  EXPECT_THAT(store_->retention().submissions, IsEmpty()) << "the correction is not past its day";
  store_->retain("anna");
  EXPECT_FALSE(erased(first));
  const std::string third = add("SD-1", "<entry/>", false, 3).id;  // not settled
  now_ += days(100);
  store_->retain("anna");
  EXPECT_FALSE(erased(first));
  EXPECT_FALSE(erased(second));
  start(third, 0);
  received(third);
  years();
  store_->retain("anna");
  for (const std::string& id : {first, second, third}) EXPECT_TRUE(erased(id));
}

TEST_P(RetentionContract, TheSameNumberOfAnotherCaseIsNoRevision) {
  const std::string first = settled("SD-1");
  now_ += days(100);
  settled("SD-2");
  now_ += kKept - days(50);
  store_->retain("anna");
  EXPECT_TRUE(erased(first));
}

TEST_P(RetentionContract, ProofsOfARunThatWentWrongWaitUntilSomebodyHasLooked) {
  const std::string well = run(Code::transient);
  const std::string untrusted = run(Code::untrusted);
  const std::string bug = run(Code::bug);
  const std::string silent = run(Code::transient);
  write([&](Transaction& t) { store_->runs().mark_silent(t, silent, "it said nothing", now_); });
  now_ += days(31);
  store_->retain("anna");
  EXPECT_FALSE(proven("p-" + well));
  EXPECT_TRUE(proven("p-" + untrusted));
  EXPECT_TRUE(proven("p-" + bug));
  EXPECT_TRUE(proven("p-" + silent));
  EXPECT_THAT(verdicts(&RetentionReport::proofs), ElementsAre(testing::Pair(Keeping::not_looked_at, 3)));
  EXPECT_THAT(store_->retention().proofs,
              testing::Contains(AllOf(Field(&RetentionReport::Line::id, untrusted),
                                      Field(&RetentionReport::Line::message_id, "p-" + untrusted))));
  write([&](Transaction& t) { store_->runs().looked(t, untrusted, now_); });
  store_->retain("anna");
  EXPECT_FALSE(proven("p-" + untrusted));
  EXPECT_TRUE(proven("p-" + bug));
  EXPECT_THAT(store_->verify_audit().defects, IsEmpty());
}

TEST_P(RetentionContract, ProofsOfASubmissionWaitForItsEndAndForWhoLooks) {
  const std::string open = settled("SD-1");
  write([&](Transaction& t) {  // a restored journal that knows more: not settled any more
    t.run("UPDATE submission SET state = 'unknown'");
  });
  now_ += days(9001);
  EXPECT_THAT(verdicts(&RetentionReport::proofs), ElementsAre(testing::Pair(Keeping::not_settled, 1)));
  store_->retain("anna");
  EXPECT_TRUE(proven("m-" + open));
  write([&](Transaction& t) { ledger().declined(t, open, 1, "no", now_); });
  EXPECT_THAT(verdicts(&RetentionReport::proofs), ElementsAre(testing::Pair(Keeping::not_looked_at, 1)));
  store_->retain("anna");
  EXPECT_TRUE(proven("m-" + open));
  looked(open);
  store_->retain("anna");
  EXPECT_FALSE(proven("m-" + open));
}

// One person's other proofs are under another key.
TEST_P(RetentionContract, EveryOneHasAKeyOfItsOwn) {
  const std::string first = settled("SD-1");
  now_ += days(100);
  const std::string second = settled("SD-2");
  const auto keys = [&] { return read([&](Session& s) { return s.value<int64_t>(-1, kEvidenceKeys); }); };
  EXPECT_EQ(keys(), 2);
  now_ += kKept - days(50);
  store_->retain("anna");
  EXPECT_EQ(keys(), 1);
  EXPECT_TRUE(erased(first));
  EXPECT_FALSE(proven("m-" + first));
  EXPECT_TRUE(proven("m-" + second));
  EXPECT_EQ(read([&](Session& s) { return store_->evidence().find(s, "m-" + second); })->subject,
            at(second).subject);
  EXPECT_EQ(at(second).content, "<entry>Bērziņa G35</entry>");
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kPeople); }), 1) << "still of a submission";
}

// Whom it was about goes from the audit in the audit's own time; before that, who looked can be told.
TEST_P(RetentionContract, TheAuditForgetsWhomAnErasedOneWasAbout) {
  const std::string id = settled("SD-1");
  now_ += days(1000);
  store_->retain("anna");
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kPeopleOfAudit); }), 1);
  years();
  store_->retain("anna");
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kPeopleOfAudit); }), 1)
      << "that it was erased, and no more";
  EXPECT_THAT(store_->verify_audit().defects, IsEmpty());
  write([&](Transaction& t) { t.run(kNotErased, id); });
  EXPECT_THAT(store_->verify_audit().defects, testing::Contains(HasSubstr("the people of row")))
      << "of no other they may";
  write([&](Transaction& t) { t.run(kErasedAgain, id); });
  EXPECT_THAT(store_->verify_audit().defects, IsEmpty());
  now_ = kNow + days(1);
  EXPECT_THAT(store_->verify_audit().defects, testing::Contains(HasSubstr("the people of row")))
      << "nor before their time";
}

TEST_P(RetentionContract, WhoLeavesTheRosterAndHasASubmissionStaysKnownForThat) {
  roster({kCode});
  put(person(kCode, "Bērziņa"));
  const std::string id = settled("SD-1");
  now_ += hours(1);
  roster({kNewCode}, "r2");
  now_ += hours(1);
  write([&](Transaction& t) { store_->rosters().purge(t, "night", now_); });
  EXPECT_THAT(read([&](Session& s) { return store_->subjects().codes(s, at(id).subject); }),
              ElementsAre(kCode));
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, "SELECT COUNT(*) FROM record"); }), 0);
}

// A store of before schema 7: sealed under the master key's own derivative.
TEST_P(RetentionContract, WhatWasSealedWithoutAKeyOfItsOwnGetsOne) {
  NewSubmission entry{
      .registry = "queue",
      .operation = "submit",
      .case_number = "SD-1",
      .code = kCode,
      .content = "<entry>Bērziņa</entry>",
      .findings = {{Weight::notice, "rule", "entry", {}, "field", {}, "english", "latviski"}}};
  const std::string id = write([&](Transaction& t) {
                           return ledger().add(t, entry, {{"a.pdf", "application/pdf", "00", "%PDF"}}, now_);
                         }).id;
  start(id, 0);
  received(id);
  const auto history = [&] { return read([&](Session& s) { return ledger().history(s, id); }); };
  const size_t events = history().size();
  const SubmissionSeal old = SubmissionSeal::before_keys(store_->vault(), id);
  write([&](Transaction& t) {
    const SubmissionSeal own = SubmissionSeal::of(t, store_->vault(), id);
    t.run(kPutContent, old.seal(own.open(t.value<Blob>({}, kContent, id).bytes)), id);
    const auto parts = [&](const Sql& all, const Sql& one, std::string_view part) {
      for (const auto& [number, bytes] : t.rows<int64_t, Blob>(all, id))
        t.run(one, old.seal(part, number, own.open(part, number, bytes.bytes)), id, number);
    };
    parts(kEvents, kPutEvent, SubmissionSeal::event);
    parts(kAttachments, kPutAttachment, SubmissionSeal::attachment);
    parts(kFindings, kPutFinding, SubmissionSeal::finding);
    t.run(kNoKey, id);
  });
  const std::string sealed = read([&](Session& s) { return s.value<Blob>({}, kContent, id); }).bytes;

  begin();
  EXPECT_EQ(at(id).content, entry.content);
  EXPECT_EQ(at(id).case_number, "SD-1");
  EXPECT_EQ(history().size(), events);
  EXPECT_THAT(history().back().text, HasSubstr("SIVA-7"));
  EXPECT_EQ(read([&](Session& s) { return ledger().attachments(s, id); }).at(0).bytes, "%PDF");
  EXPECT_EQ(read([&](Session& s) { return ledger().findings(s, id); }).at(0).latvian, "latviski");
  EXPECT_NE(read([&](Session& s) { return s.value<Blob>({}, kWrapped, id); }).bytes, "");
  if (sqlite()) {
    EXPECT_EQ(bytes_on_disk().find(sealed), std::string::npos) << "not even free pages have it";
  }
  years();
  store_->retain("anna");
  EXPECT_TRUE(erased(id)) << "its case is known too";
}

TEST_P(RetentionContract, ARunThatWasKilledIsFinishedByTheNext) {
  constexpr int many = 60;
  for (int i = 0; i < many; ++i) settled(fmt::format("SD-{}", i));
  years();
  const auto left = [&] {
    int count = 0;
    for (const Submission& one : read([&](Session& s) { return ledger().list(s, {}, 1000); }))
      count += one.erased == Time{};
    return count;
  };
  int cut = 0;
  for (int round = 0; round < 6; ++round) {
    const int before = left();
    store_.reset();
    const pid_t child = fork();
    if (child == 0) {
      begin();
      // It dies by itself once some are gone: by the clock it would be too early or too late.
      std::thread([&] {
        while (left() > before - 5) continue;
        raise(SIGKILL);
      }).detach();
      store_->retain("daemon");
      _exit(0);
    }
    waitpid(child, nullptr, 0);
    begin();
    cut += left() > 0 && left() < before;
    // Each is whole or gone.
    for (const Submission& one : read([&](Session& s) { return ledger().list(s, {}, 1000); }))
      EXPECT_EQ(one.content.empty(), one.erased != Time{});
    EXPECT_THAT(store_->verify_audit().defects, IsEmpty());
  }
  EXPECT_GT(cut, 0) << "killed in the middle at least once";
  store_->retain("anna");
  EXPECT_EQ(left(), 0);
  EXPECT_THAT(read([](Session& s) { return s.rows<Blob>(kAllWrapped); }), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Both, RetentionContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });

}  // namespace
}  // namespace tilts::store
