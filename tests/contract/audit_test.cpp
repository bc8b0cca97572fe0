#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/contract/fixture.h"

namespace tilts::store {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kFirst = "81017012345";
constexpr const char* kSecond = "82017012345";

constexpr Sql kEditRow = "UPDATE audit SET content = $1 WHERE position = $2";
constexpr Sql kEditTime = "UPDATE audit SET at = at + 1 WHERE position = $1";
constexpr Sql kDropRow = "DELETE FROM audit WHERE position = $1";
constexpr Sql kDropPeople = "DELETE FROM audit_subject WHERE position = $1";
constexpr Sql kDropTail = "DELETE FROM audit WHERE position > $1";
constexpr Sql kDropAll = "DELETE FROM audit";
constexpr Sql kDropChain = "DELETE FROM audit_chain";
constexpr Sql kMove = "UPDATE audit SET position = $1 WHERE position = $2";
constexpr Sql kAddPerson = "INSERT INTO audit_subject (chain, position, subject) VALUES (1, $1, $2)";
constexpr Sql kDropPerson = "DELETE FROM audit_subject WHERE position = $1 AND subject = $2";
constexpr Sql kWipe = "UPDATE audit SET salt = NULL, content = NULL WHERE position = $1";
constexpr Sql kWipeEvidence = "UPDATE evidence SET content = NULL";
constexpr Sql kEditEvidence = "UPDATE evidence SET content = $1";
constexpr Sql kDropEvidence = "DELETE FROM evidence";
constexpr Sql kDropOne = "DELETE FROM evidence WHERE id = 'm-2'";
constexpr Sql kKeys = "SELECT COUNT(*) FROM keys.evidence_key";

class AuditContract : public Contract {
 protected:
  // Asked rows at odd positions, answered ones at even.
  void look(const std::vector<std::string>& codes, const std::string& evidence = "") {
    now_ += std::chrono::seconds(1);
    const auto ids = write([&](Transaction& t) {
      return store_->audit().asked(t, {{"residents", "law-9", "population", "residents", "r1", codes}}, now_);
    });
    write([&](Transaction& t) {
      store_->audit().answered(t, {{ids[0], "answered", {"m-1", "m-2"}, evidence}}, now_);
    });
  }
  void looks(int count) {
    for (int i = 0; i < count; ++i) look({kFirst, kSecond});
    store_->sign_audit();
  }
  template <typename... Arguments>
  void tamper(const Sql& sql, const Arguments&... arguments) {
    EXPECT_GT(write([&](Transaction& t) { return t.run(sql, arguments...); }), 0u);
  }
  std::vector<std::string> defects() { return store_->verify_audit().defects; }
  std::string put_evidence(const std::string& id, SubjectId subject = 0) {
    return write([&](Transaction& t) {
      return store_->evidence().put(t, {id, "population", "resident", "r1", now_,
                                        now_ + std::chrono::hours(24), "<request/>", "<response/>", subject});
    });
  }
};

TEST_P(AuditContract, ASignatureThatWentWellEndsTheAlarmAboutOneThatDidNot) {
  const auto standing = [&] { return read([&](Session& s) { return store_->alarms().standing(s); }); };
  look({kFirst});
  std::filesystem::remove_all(settings().checkpoints);
  std::ofstream(settings().checkpoints).put('\n');  // a file where the folder was
  open();                                           // a store signs when it ends
  ASSERT_THAT(standing(), SizeIs(1));
  EXPECT_EQ(standing()[0].subject, "audit checkpoints");
  std::filesystem::remove(settings().checkpoints);
  open();
  EXPECT_THAT(standing(), IsEmpty());
}

TEST_P(AuditContract, SaysWhoLookedAtAPerson) {
  look({kFirst, kSecond, kFirst});
  look({kSecond});
  const auto seen = read([&](Session& s) { return store_->audit().subject(s, kFirst); });
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].actor, "residents");
  EXPECT_EQ(seen[0].legal_basis, "law-9");
  EXPECT_EQ(seen[0].registry, "population");
  EXPECT_EQ(seen[0].operation, "residents");
  EXPECT_EQ(seen[0].run, "r1");
  EXPECT_EQ(seen[0].outcome, "answered");
  EXPECT_EQ(seen[0].message_ids, "m-1 m-2");
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, kSecond); }), SizeIs(2));
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, "83017012345"); }), IsEmpty());
}

TEST_P(AuditContract, FindsLookUpsUnderAFormerCode) {
  look({kFirst});
  write([&](Transaction& t) { store_->subjects().relink(t, kFirst, kSecond, now_); });
  look({kSecond});
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, kSecond); }), SizeIs(2));
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, kFirst); }), SizeIs(2));
}

TEST_P(AuditContract, ALookUpWithoutAnAnswerSaysSo) {
  write([&](Transaction& t) {
    store_->audit().asked(t, {{"anna", "law-9", "population", "resident", "r1", {kFirst}}}, now_);
  });
  const auto seen = read([&](Session& s) { return store_->audit().subject(s, kFirst); });
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].outcome, "");
}

TEST_P(AuditContract, VerifiesAsItWasWritten) {
  looks(3);
  open();  // a second chain
  look({kFirst}, put_evidence("m-9"));
  store_->sign_audit();
  const AuditReport report = store_->verify_audit();
  EXPECT_THAT(report.defects, IsEmpty());
  EXPECT_EQ(report.chains, 2);
  EXPECT_EQ(report.rows, 8);
  EXPECT_EQ(report.subjects, 7);
  EXPECT_EQ(report.evidence, 1);
  EXPECT_EQ(report.checkpoints, 2);
}

TEST_P(AuditContract, AStepThatWasRolledBackLeavesTheChainWhole) {
  look({kFirst});
  EXPECT_THROW(write([&](Transaction& t) {
                 store_->audit().asked(t, {{"a", "b", "c", "d", "e", {kFirst}}}, now_);
                 throw Error(Code::transient, "in the middle");
               }),
               Error);
  look({kFirst});
  EXPECT_THAT(defects(), IsEmpty());
}

TEST_P(AuditContract, FindsAChangedRow) {
  looks(3);
  tamper(kEditRow, Blob{"other"}, 3);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("the content of row 3 was changed"),
                                              HasSubstr("the people of row 3 were changed")));
}

TEST_P(AuditContract, FindsAChangedTime) {
  looks(3);
  tamper(kEditTime, 4);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("row 4 or its time was changed")));
}

TEST_P(AuditContract, FindsARemovedRow) {
  looks(3);
  tamper(kDropRow, 3);
  tamper(kDropPeople, 3);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("rows 3 to 3 were removed")));
}

TEST_P(AuditContract, FindsRowsInAnotherOrder) {
  looks(3);
  tamper(kMove, 100, 2);
  tamper(kMove, 2, 4);
  tamper(kMove, 4, 100);
  EXPECT_THAT(defects(),
              testing::ElementsAre(HasSubstr("row 2 stands as row 4: rows were put in another order"),
                                   HasSubstr("row 4 stands as row 2: rows were put in another order")));
}

TEST_P(AuditContract, FindsAMissingTail) {
  looks(3);
  tamper(kDropTail, 4);
  tamper(kDropPeople, 5);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr(
                             "it ends at row 4, a signed checkpoint has row 6: its end was removed")));
}

TEST_P(AuditContract, FindsAMissingChain) {
  looks(1);
  tamper(kDropAll);
  tamper(kDropChain);
  tamper(kDropPeople, 1);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("signed up to row 2, the whole of it was removed")));
}

TEST_P(AuditContract, FindsPeopleAddedAndTakenAway) {
  looks(3);
  tamper(kAddPerson, 1, Blob{std::string(16, 'x')});
  tamper(kDropPerson, 3, Blob{store_->subjects().keyed_hash(kFirst)});
  tamper(kAddPerson, 4, Blob{std::string(16, 'x')});
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("the people of row 1 were changed: 3 are there"),
                                              HasSubstr("the people of row 3 were changed: 1 are there"),
                                              HasSubstr("people were added at row 4")));
}

TEST_P(AuditContract, FindsAChainWrittenAnew) {
  looks(2);
  // Whoever can write the store, but not the checkpoints, makes a chain that is consistent in itself.
  tamper(kDropAll);
  tamper(kDropPeople, 1);
  tamper(kDropPeople, 3);
  look({kSecond});
  look({kSecond});
  EXPECT_THAT(defects(), Contains(HasSubstr("is not the one that was signed: the chain was written anew")));
}

TEST_P(AuditContract, RetentionEmptiesRowsAndKeepsTheChain) {
  look({kFirst}, put_evidence("m-1"));
  now_ = Time(std::chrono::sys_days{std::chrono::year{2028} / 8 / 1});
  look({kFirst});
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, kFirst); }), SizeIs(2));
  store_->retain("anna");
  EXPECT_THAT(read([&](Session& s) { return store_->audit().subject(s, kFirst); }), SizeIs(1));
  const AuditReport report = store_->verify_audit();
  EXPECT_THAT(report.defects, IsEmpty());
  EXPECT_EQ(report.purged, 2);
  tamper(kWipe, 4);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("the content of row 4 was removed before its time")));
}

TEST_P(AuditContract, EvidenceComesBackAndIsDestroyedWithItsKey) {
  put_evidence("m-1");
  const auto find = [&](const char* id) {
    return read([&](Session& s) { return store_->evidence().find(s, id); });
  };
  const auto keys = [&] { return read([&](Session& s) { return s.value<int64_t>(-1, kKeys); }); };
  ASSERT_TRUE(find("m-1"));
  EXPECT_EQ(find("m-1")->request, "<request/>");
  EXPECT_EQ(find("m-1")->response, "<response/>");
  EXPECT_EQ(keys(), 1);
  now_ += std::chrono::hours(23);
  put_evidence("m-2");
  now_ += std::chrono::hours(2);
  EXPECT_EQ(write([&](Transaction& t) { return store_->evidence().destroy_expired(t, "r1", now_); }), 1);
  EXPECT_FALSE(find("m-1"));
  EXPECT_TRUE(find("m-2"));
  EXPECT_EQ(keys(), 1);
}

// A look-up of one person and a page are packed differently, and texts that do not pack grow.
TEST_P(AuditContract, EvidenceOfEverySizeComesBackAsItWas) {
  for (const size_t size : {0u, 1u, 16'000u, 16'384u, 17'000u, 4u << 20}) {
    const std::string id = "m-" + std::to_string(size);
    std::string answer;
    for (uint32_t number = 1; answer.size() < size; number = number * 1664525 + 1013904223)
      answer += static_cast<char>(number >> 24);
    write([&](Transaction& t) {
      store_->evidence().put(t, {id, "population", "resident", "r1", now_, now_, "", answer, 0});
    });
    const auto found = read([&](Session& s) { return store_->evidence().find(s, id); });
    ASSERT_TRUE(found) << size;
    EXPECT_TRUE(found->response == answer) << size;
  }
}

TEST_P(AuditContract, OnePersonsEvidenceHasOneKey) {
  put_evidence("m-1", 7);
  put_evidence("m-2", 7);
  put_evidence("m-3", 8);
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kKeys); }), 2);
  EXPECT_EQ(write([&](Transaction& t) { return store_->evidence().destroy(t, 7); }), 2);
  EXPECT_EQ(read([&](Session& s) { return s.value<int64_t>(-1, kKeys); }), 1);
  EXPECT_TRUE(read([&](Session& s) { return store_->evidence().find(s, "m-3"); }));
  EXPECT_THAT(defects(), IsEmpty()) << "destroyed by right";
}

// What a bundle takes out: each attempt of a run with where it stands, as somebody else can compute it again.
TEST_P(AuditContract, EvidenceOfARunStandsInAPieceOfTheChain) {
  looks(2);
  const auto asked = write([&](Transaction& t) {
    return store_->audit().asked(t, {{"intake", "law-9", "siva", "SubmitEntry", "r7", {kFirst}}}, now_).at(0);
  });
  const auto attempt = [&](const std::string& id, std::chrono::seconds after) {
    return write([&](Transaction& t) {
      const std::string profile = store_->evidence().keep_terms(t, "<profile/>");
      return store_->evidence().put(t, {.id = id,
                                        .registry = "siva",
                                        .operation = "SubmitEntry",
                                        .run = "r7",
                                        .at = now_ + after,
                                        .until = now_ + std::chrono::hours(24),
                                        .request = "<request/>",
                                        .response = "<response/>",
                                        .subject = 7,
                                        .asked = asked,
                                        .outcome = "answered",
                                        .submits = true,
                                        .profile = profile});
    });
  };
  const std::string later = attempt("m-1", std::chrono::seconds(5));
  const std::string sooner = attempt("m-2", std::chrono::seconds(1));
  write([&](Transaction& t) {
    store_->audit().answered(t, {{asked, "answered", {"m-2", "m-1"}, sooner + later}}, now_);
  });
  store_->sign_audit();
  EXPECT_THAT(defects(), IsEmpty());

  auto kept = read([&](Session& s) { return store_->evidence().of_run(s, "r7"); });
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].id, "m-2");
  EXPECT_EQ(kept[0].asked.position, asked.position);
  EXPECT_EQ(kept[0].proof.outcome, "answered");
  EXPECT_EQ(kept[0].digest, sooner);
  EXPECT_EQ(evidence_digest(commitment_of(kept[0].id, kept[0].proof), kept[0].sealed), sooner);
  EXPECT_NE(sooner, later) << "salted";
  EXPECT_EQ(read([&](Session& s) { return store_->evidence().terms(s, kept[0].proof.profile); }),
            "<profile/>");
  Proof another = kept[0].proof;
  another.at += std::chrono::milliseconds(1);
  EXPECT_NE(evidence_digest(commitment_of(kept[0].id, another), kept[0].sealed), sooner);

  const auto pieces = read([&](Session& s) { return store_->chain_pieces(s, rows_of(s, asked)); });
  ASSERT_THAT(pieces, SizeIs(1));
  ASSERT_THAT(pieces[0].rows, SizeIs(2));
  std::string link = pieces[0].before;
  for (const AuditRow& row : pieces[0].rows) {
    EXPECT_EQ(link_of(link, row), row.link);
    EXPECT_EQ(digest_of(row), row.digest);
    link = row.link;
  }
  EXPECT_EQ(asked_content(pieces[0].rows[0].content).run, "r7");
  EXPECT_EQ(answered_content(pieces[0].rows[1].content).evidence, sooner + later);
  const auto line = read_checkpoint(pieces[0].checkpoint);
  ASSERT_TRUE(line);
  EXPECT_TRUE(signed_by(store_->vault().public_key(), line->text, line->signature));
  EXPECT_FALSE(signed_by(store_->vault().public_key(), std::string(line->text) + " ", line->signature));
  EXPECT_FALSE(signed_by("no key", line->text, line->signature));
  EXPECT_EQ(line->heads.at(0).link, link);

  EXPECT_EQ(write([&](Transaction& t) { return store_->evidence().destroy(t, 7); }), 2);
  kept = read([&](Session& s) { return store_->evidence().of_run(s, "r7"); });
  EXPECT_TRUE(kept[0].erased);
  EXPECT_EQ(kept[0].digest, sooner);
  EXPECT_EQ(kept[0].proof.request, "");
  EXPECT_EQ(kept[0].proof.salt, "");
}

// A piece begins where its chain begins too, and another chain has a piece of its own.
TEST_P(AuditContract, PiecesEndAtTheNextSignature) {
  look({kFirst});
  store_->sign_audit();
  looks(2);
  open();
  look({kSecond});
  store_->sign_audit();
  const auto pieces = read([&](Session& s) {
    return store_->chain_pieces(s, {{1, 1}, {1, 3}, {1, 4}, {2, 2}});
  });
  ASSERT_THAT(pieces, SizeIs(3));
  EXPECT_THAT(pieces[0].rows, SizeIs(2));
  EXPECT_NE(pieces[0].rows[0].content, "");
  EXPECT_EQ(pieces[0].rows[1].content, "") << "of a row that was not asked for, the digest alone";
  EXPECT_THAT(pieces[1].rows, SizeIs(4));
  EXPECT_EQ(pieces[2].chain, 2);
  EXPECT_EQ(link_of(pieces[0].before, pieces[0].rows[0]), pieces[0].rows[0].link);
}

TEST_P(AuditContract, FindsTheEvidenceOfEveryAttempt) {
  look({kFirst}, put_evidence("m-1") + put_evidence("m-2"));
  EXPECT_THAT(defects(), IsEmpty());
  tamper(kDropOne);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("the evidence of row 2 was removed")));
}

TEST_P(AuditContract, FindsEvidenceChangedOrRemoved) {
  look({kFirst}, put_evidence("m-1"));
  tamper(kEditEvidence, Blob{"other"});
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("evidence m-1: it was changed")));
  tamper(kWipeEvidence);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("evidence m-1: it was removed before its time")));
  tamper(kDropEvidence);
  EXPECT_THAT(defects(), testing::ElementsAre(HasSubstr("the evidence of row 2 was removed")));
}

class CheckpointsContract : public AuditContract {
 protected:
  std::filesystem::path file() const { return folder_.path() / "checkpoints/audit-2026-11.log"; }
  void replace(const std::string& from, const std::string& to) {
    std::string text = support::read_file(file());
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    std::ofstream(file(), std::ios::trunc) << text.replace(at, from.size(), to);
  }
};

TEST_P(CheckpointsContract, AreWrittenOnlyWhenSomethingMovedAndAtTheEnd) {
  store_->sign_audit();
  EXPECT_FALSE(std::filesystem::exists(file()));
  looks(1);
  const std::string once = support::read_file(file());
  store_->sign_audit();
  EXPECT_EQ(support::read_file(file()), once);
  look({kFirst});
  store_.reset();
  EXPECT_GT(support::read_file(file()).size(), once.size());
  EXPECT_THAT(support::read_file(folder_.path() / "checkpoints/audit-checkpoints.pub"),
              HasSubstr("BEGIN PUBLIC KEY"));
}

// As docs/decisions/store.md says: without the gateway and without the master key.
TEST_P(CheckpointsContract, AreCheckedByOpensslAlone) {
  looks(1);
  const std::string check = "cd '" + file().parent_path().string() +
                            "' && line=$(tail -1 audit-2026-11.log) && printf %s \"${line% *}\" > text"
                            " && printf %s \"${line##* }\" | perl -ne 'print pack q(H*), $_' > signature"
                            " && openssl pkeyutl -verify -pubin -inkey audit-checkpoints.pub -rawin -in text "
                            "-sigfile signature >/dev/null";
  EXPECT_EQ(std::system(check.c_str()), 0);
  replace(":2:", ":1:");
  EXPECT_NE(std::system(check.c_str()), 0);
}

TEST_P(CheckpointsContract, FindAChangedLine) {
  looks(1);
  looks(1);
  replace(":2:", ":1:");
  EXPECT_THAT(defects(),
              Contains(AllOf(HasSubstr("line 2"), HasSubstr("the line before it was changed or removed"))));
}

TEST_P(CheckpointsContract, FindAChangedLastLine) {
  looks(1);
  replace(":2:", ":1:");
  EXPECT_THAT(defects(), Contains(HasSubstr("signature does not verify")));
}

TEST_P(CheckpointsContract, FindABrokenLineAndGoOn) {
  looks(1);
  std::ofstream(file(), std::ios::app) << "2026-11-2";
  looks(1);
  EXPECT_THAT(defects(), testing::ElementsAre(AllOf(HasSubstr("line 2"), HasSubstr("it is not whole"))));
}

INSTANTIATE_TEST_SUITE_P(Both, AuditContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return database.param; });
INSTANTIATE_TEST_SUITE_P(Alone, CheckpointsContract, testing::Values("sqlite"));

}  // namespace
}  // namespace tilts::store
