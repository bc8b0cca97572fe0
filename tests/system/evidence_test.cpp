// A submission's proof, as one file: made beside the gateway, judged with nothing but the registry's anchor,
// and refused when anything of it was changed.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/evidence/verify.h"
#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "tests/system/command.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using evidence::Bundle;
using evidence::Verdict;
using std::chrono::seconds;
using store::SubmissionState;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// What verify says, on a machine that has no configuration.
struct Said {
  int exit;
  std::string out, err;
};

Said judge(const QueueOffice& office, const std::string& file, std::vector<std::string> more = {},
           const std::string& anchor = "authority.pem") {
  more.insert(more.begin(), {"evidence", "verify", office.file(file), "--anchor", office.file(anchor)});
  Command command("/nowhere/tilts.xml", more);
  const int exit = command.end();
  return {exit, command.out(), command.err()};
}

std::string exported(const QueueOffice& office, const std::string& id, const std::string& file) {
  Command command(office.file("tilts.xml"), {"evidence", "export", id, "--output", office.file(file)});
  EXPECT_EQ(command.end(), 0) << command.err();
  return support::read_file(office.file(file));
}

evidence::Reader reader(const QueueOffice& office, const std::string& anchor = "authority.pem") {
  return {support::read_file(office.file(anchor)), {}};
}

std::vector<std::string> refusals(const Bundle& bundle, const evidence::Reader& reader) {
  std::vector<std::string> sentences;
  const Verdict verdict = evidence::verify_bundle(bundle, reader);
  for (const Verdict::Line& line : verdict.lines())
    if (line.kind == Verdict::Kind::refused) sentences.push_back(line.text);
  return sentences;
}

void spoil(std::string& bytes, std::string_view what) {
  const size_t at = bytes.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  bytes[at + what.size() - 1] ^= 1;
}

std::string fault(std::string_view kind) {
  return fmt::format(R"({{"kind":"{}","operation":"SubmitEntry","count":1}})", kind);
}

// Sent, no answer that counts, then asked about.
void unknown_then_inquired(QueueOffice& office, std::string_view kind = "reset-after") {
  office.registry().fault(fault(kind));
  office.enter("SD-1");
  office.rounds();
  ASSERT_EQ(office.only().state, SubmissionState::unknown);
  office.later(seconds{31});
  office.rounds(1);
  ASSERT_EQ(office.only().state, SubmissionState::received);
}

TEST(Evidence, OfAReceivedSubmissionHoldsWithNothingButTheAnchor) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  const store::Submission one = office.only();
  const std::string file = exported(office, one.id, "proof.xml");
  EXPECT_EQ(std::filesystem::status(office.file("proof.xml")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.err, IsEmpty());
  EXPECT_THAT(said.out, HasSubstr("the answer is signed by CN=Registry"));
  EXPECT_THAT(said.out, HasSubstr("is signed by the key of CN=Gateway"));
  EXPECT_THAT(said.out, HasSubstr("is the gateway's word; the registry's signed Timestamp"));
  EXPECT_THAT(said.out, HasSubstr("carried document 3, byte for byte"));
  EXPECT_THAT(said.out, HasSubstr("received as " + one.receipt + ", as a signed answer says"));
  EXPECT_THAT(said.out, HasSubstr("note     the checkpoints are signed by the key in the bundle"));

  const Bundle bundle = evidence::read_bundle(file);
  EXPECT_EQ(bundle.entry.bytes, support::read_file(office.file("entries/SD-1.xml")));
  ASSERT_THAT(bundle.attachments, SizeIs(3));
  EXPECT_EQ(bundle.attachments[1].bytes, support::read_file(office.file("entries/anketa.pdf")));
  EXPECT_EQ(bundle.submission.rules.size(), 64u) << "the version of the rules";
  EXPECT_THAT(bundle.exchanges, SizeIs(1));
  EXPECT_THAT(bundle.terms, Contains(testing::Pair(bundle.exchanges[0].proof.profile,
                                                   support::read_file(office.file("profile.xml")))));
}

TEST(Evidence, WithACopyOfTheCheckpointKeyThePlaceIsTheGateways) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  exported(office, office.only().id, "proof.xml");
  const Said said =
      judge(office, "proof.xml", {"--checkpoint-key", office.file("checkpoints/audit-checkpoints.pub")});
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, Not(HasSubstr("give --checkpoint-key")));
  store::Vault::create(office.file("another.key"));
  std::ofstream(office.file("another.pub")) << store::Vault(office.file("another.key")).public_key();
  const Said other = judge(office, "proof.xml", {"--checkpoint-key", office.file("another.pub")});
  EXPECT_EQ(other.exit, 1);
  EXPECT_THAT(other.err, HasSubstr("no checkpoint signed by the key you gave"));
}

TEST(Evidence, IsNeverOverwrittenAndWhoMadeItStandsInTheAudit) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  const store::Submission one = office.only();
  const std::string first = exported(office, one.id, "proof.xml");
  Command again(office.file("tilts.xml"),
                {"evidence", "export", one.id, "--output", office.file("proof.xml")});
  EXPECT_EQ(again.end(), 2);
  EXPECT_THAT(again.err(), HasSubstr("never overwritten"));
  EXPECT_EQ(support::read_file(office.file("proof.xml")), first);
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.read([&](store::Session& session) {
      const std::string code = store.subjects().codes(session, one.subject).front();
      const auto looks = store.audit().subject(session, code);
      EXPECT_EQ(looks.back().operation, "evidence exported");
      EXPECT_THAT(looks.back().actor, Not(IsEmpty()));
      EXPECT_THAT(looks, SizeIs(2)) << "the refused one did not look";
    });
  });
}

TEST(Evidence, WrongWordsEndWithTwo) {
  QueueOffice office;
  office.rounds(1);
  Command unknown(office.file("tilts.xml"),
                  {"evidence", "export", "0123456789ab", "--output", office.file("x")});
  EXPECT_EQ(unknown.end(), 2);
  EXPECT_FALSE(std::filesystem::exists(office.file("x")));
  EXPECT_EQ(judge(office, "nothing.xml").exit, 2);
  EXPECT_EQ(judge(office, "profile.xml", {}, "authority.key").exit, 2) << "an anchor that is none";
  EXPECT_EQ(judge(office, "profile.xml").exit, 1) << "not a bundle";
}

TEST(Evidence, ADaemonMakesItForWhoAsks) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  Daemon daemon(office.file("tilts.xml"));
  exported(office, office.only().id, "proof.xml");
  EXPECT_EQ(judge(office, "proof.xml").exit, 0);
}

TEST(Evidence, OfAnInquiredOneHasEveryAttempt) {
  QueueOffice office;
  unknown_then_inquired(office);
  const Bundle bundle = evidence::read_bundle(exported(office, office.only().id, "proof.xml"));
  ASSERT_THAT(bundle.exchanges, SizeIs(2));
  EXPECT_EQ(bundle.exchanges[0].proof.operation, "SubmitEntry");
  EXPECT_TRUE(bundle.exchanges[0].proof.submits);
  EXPECT_THAT(bundle.exchanges[0].proof.response, IsEmpty());
  EXPECT_EQ(bundle.exchanges[1].proof.operation, "InquireEntry");
  EXPECT_EQ(bundle.exchanges[1].proof.outcome, "answered");
  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("no answer came"));
}

TEST(Evidence, AnAnswerThatWasNotTrustedIsShownAndProvesNothing) {
  QueueOffice office;
  unknown_then_inquired(office, "wrong-signer");
  exported(office, office.only().id, "proof.xml");
  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("and the gateway did not take it (untrusted)"));
}

TEST(Evidence, AnInquiryThatWasTriedTwiceHasBothAttempts) {
  QueueOffice office;
  office.registry().fault(fault("reset-after"));
  office.enter("SD-1");
  office.rounds();
  office.registry().fault(R"({"kind":"http-status-after","operation":"InquireEntry","count":1})");
  office.later(seconds{31});
  office.rounds(1);
  ASSERT_EQ(office.only().state, SubmissionState::received);
  const Bundle bundle = evidence::read_bundle(exported(office, office.only().id, "proof.xml"));
  EXPECT_THAT(bundle.exchanges, SizeIs(3));
  EXPECT_THAT(refusals(bundle, reader(office)), IsEmpty());
}

TEST(Evidence, ErasedStillShowsThatItStoodThere) {
  QueueOffice office;
  unknown_then_inquired(office);
  const store::Submission one = office.only();
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      EXPECT_EQ(store.evidence().destroy(transaction, one.id), 2);
    });
  });
  const Bundle bundle = evidence::read_bundle(exported(office, one.id, "proof.xml"));
  ASSERT_THAT(bundle.exchanges, SizeIs(2));
  EXPECT_TRUE(bundle.exchanges[0].erased);
  EXPECT_THAT(bundle.exchanges[0].proof.request, IsEmpty());
  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("its salted digest " + store::hex(bundle.exchanges[0].digest)));
  EXPECT_THAT(said.out, HasSubstr("its digest stands in the audit"));
  EXPECT_THAT(said.out, HasSubstr("by the gateway's word: no signed answer that is left says so"));
  // Neither a row of the audit nor the place may be another.
  Bundle moved = bundle;
  moved.exchanges[0].digest[0] ^= 1;
  EXPECT_THAT(refusals(moved, reader(office)), Contains(HasSubstr("no row of the audit names it")));
}

// The audit empties its rows after 18 months; where a submission's evidence stands is kept as long as that.
TEST(Evidence, OutlivesTheRetentionOfTheAudit) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.audit().asked(transaction, {{"anna", "law", "siva", "x", "r", {"16117519997"}}},
                          office.clock().now());
      EXPECT_EQ(store.audit().purge(transaction, office.clock().now() + std::chrono::hours{1}), 1)
          << "what is of no submission";
    });
  });
  const Bundle bundle = evidence::read_bundle(exported(office, office.only().id, "proof.xml"));
  EXPECT_THAT(refusals(bundle, reader(office)), IsEmpty());
}

TEST(Evidence, WhatWasCutOffBeforeItsRowGetsAPlace) {
  QueueOffice office;
  office.enter("SD-1", {{"<course>14", "<course>21"}});
  office.rounds();
  const store::Submission one = office.only();
  office.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      const auto asked = store.audit().asked(
          transaction, {{"intake", "queue", "siva", "SubmitEntry", one.id, {}}}, office.clock().now());
      store.evidence().put(transaction, {.id = "urn:uuid:1",
                                         .registry = "siva",
                                         .operation = "SubmitEntry",
                                         .run = one.id,
                                         .at = office.clock().now(),
                                         .until = office.clock().now(),
                                         .request = {},
                                         .response = {},
                                         .subject = one.subject,
                                         .asked = asked.at(0)});
      store.evidence().destroy(transaction, one.id);
    });
  });
  exported(office, one.id, "proof.xml");
  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("exchange urn:uuid:1: its digest stands in the audit"));
}

TEST(Evidence, HasTheFindingsAndWhoOverruledThem) {
  QueueOffice office;
  office.enter("SD-1", {{"<course>14", "<course>21"}});
  office.rounds();
  office.with([&](push::SubmissionRunner& runner, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().send_warned(transaction, office.only().id, "aija", "SIVA agreed by telephone",
                                      office.clock().now());
    });
    runner.round({});
  });
  const Bundle bundle = evidence::read_bundle(exported(office, office.only().id, "proof.xml"));
  EXPECT_THAT(refusals(bundle, reader(office)), IsEmpty());
  ASSERT_THAT(bundle.findings, Not(IsEmpty()));
  EXPECT_EQ(bundle.findings[0].rule, "course-of-functional-impairment");
  EXPECT_EQ(bundle.history.at(1).actor, "aija");
  EXPECT_THAT(bundle.history.at(1).text, HasSubstr("SIVA agreed by telephone"));
}

// Larger than libxml2 takes a text by itself.
TEST(Evidence, OfALargeDocumentHoldsToo) {
  QueueOffice office({.answer_seconds = 60});
  std::ofstream(office.file("entries/anketa.pdf"), std::ios::binary) << std::string(12 << 20, 'x');
  office.enter("SD-1");
  office.rounds();
  ASSERT_EQ(office.only().state, SubmissionState::received);
  exported(office, office.only().id, "proof.xml");
  const Said said = judge(office, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("carried document 2, byte for byte"));
}

TEST(Evidence, AnotherAnchorDoesNotVouchForIt) {
  QueueOffice office;
  office.enter("SD-1");
  office.rounds();
  exported(office, office.only().id, "proof.xml");
  const Said said = judge(office, "proof.xml", {}, "stranger-authority.pem");
  EXPECT_EQ(said.exit, 1);
  EXPECT_THAT(said.err, HasSubstr("docs/refusals.md#signer-trusted"));
}

// Files beside the message, and, as the interface is, answers that nobody signed.
class EvidenceOverEAddress : public testing::TestWithParam<const char*> {
 protected:
  EvidenceOverEAddress() : office_(through_e_address(GetParam())) {}

  bool answers_are_signed() const { return std::string_view(GetParam()) == "profile-signed.xml"; }
  Bundle bundle_of(const store::Submission& one) {
    return evidence::read_bundle(exported(office_, one.id, "proof.xml"));
  }

  QueueOffice office_;
};
INSTANTIATE_TEST_SUITE_P(Profiles, EvidenceOverEAddress, testing::Values("profile.xml", "profile-signed.xml"),
                         [](const auto& given) {
                           return std::string(given.param) == "profile.xml" ? "live" : "signed_answers";
                         });

TEST_P(EvidenceOverEAddress, SaysWhatHoldsAndByWhoseWord) {
  office_.enter("SD-1");
  office_.rounds();
  const store::Submission one = office_.only();
  ASSERT_EQ(one.state, SubmissionState::received);
  exported(office_, one.id, "proof.xml");
  const Said said = judge(office_, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("is signed by the key of CN=Gateway"));
  for (int document = 1; document <= 3; ++document)
    EXPECT_THAT(said.out, HasSubstr(fmt::format("carried document {}, byte for byte", document)));
  if (answers_are_signed())
    EXPECT_THAT(said.out, HasSubstr("received as " + one.receipt + ", as a signed answer says"));
  else
    EXPECT_THAT(said.out, AllOf(HasSubstr("only the connection vouched for it"),
                                HasSubstr("received as " + one.receipt + " by the gateway's word"),
                                Not(HasSubstr("the answer is signed"))));
}

TEST_P(EvidenceOverEAddress, AChangedFileIsSeen) {
  office_.enter("SD-1");
  office_.rounds();
  const Bundle whole = bundle_of(office_.only());
  Bundle document = whole, request = whole;
  document.attachments.at(1).bytes += "x";
  document.attachments[1].sha256 = store::hex(store::sha256(document.attachments[1].bytes));
  EXPECT_THAT(refusals(document, reader(office_)), Contains(HasSubstr("document 2 is not what the request")));
  spoil(request.exchanges.at(0).proof.request, "%PDF-1.7 anketa");
  EXPECT_THAT(refusals(request, reader(office_)), Contains(HasSubstr("the request: ")));
}

TEST_P(EvidenceOverEAddress, OfADeliveryNoticeHolds) {
  office_.registry().fault(R"({"kind":"reset-after","operation":"SendMessage"})");
  office_.enter("SD-1");
  office_.rounds();
  office_.later(seconds{300});
  office_.rounds();
  ASSERT_EQ(office_.only().state, SubmissionState::received);
  exported(office_, office_.only().id, "proof.xml");
  const Said said = judge(office_, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("no answer came"));
  EXPECT_THAT(said.out,
              HasSubstr(answers_are_signed() ? "it names the entry's key" : "it proves nothing about it"));
}

// Nobody knows what became of it, and the proof says just that.
TEST_P(EvidenceOverEAddress, OfAnEntryWhoseFateIsUnknownHolds) {
  office_.registry().fault(R"({"kind":"reset-before","operation":"SendMessage","count":0})");
  office_.enter("SD-1");
  office_.rounds();
  office_.later(seconds{300});
  office_.rounds();
  ASSERT_EQ(office_.only().state, SubmissionState::unknown);
  ASSERT_GT(office_.registry().counter("GetMessageList"), 0) << "nobody has asked";
  exported(office_, office_.only().id, "proof.xml");
  const Said said = judge(office_, "proof.xml");
  EXPECT_EQ(said.exit, 0) << said.err << said.out;
  EXPECT_THAT(said.out, AllOf(HasSubstr("no answer came"), HasSubstr("proves nothing about it"),
                              Not(HasSubstr("received as"))));
}

// A change of the bytes, wherever it is, is seen by the digest over all of them; each of these is seen by a
// check of its own as well, which stands when somebody made a new digest.
struct Tampering {
  const char* name;
  void (*change)(Bundle&);
  const char* sentence;
};

store::AuditRow& row_with_content(Bundle& bundle) {
  for (store::ChainPiece& piece : bundle.chain.pieces)
    for (store::AuditRow& row : piece.rows)
      if (!row.content.empty()) return row;
  throw std::runtime_error("no row has content");
}

const Tampering tamperings[] = {
    {"a_byte_in_an_answer",
     [](Bundle& bundle) { spoil(bundle.exchanges[1].proof.response, bundle.submission.receipt); },
     "the answer: "},
    {"a_byte_in_a_request", [](Bundle& bundle) { spoil(bundle.exchanges[0].proof.request, "CaseNumber>S"); },
     "the request: "},
    {"the_bytes_of_the_digest",
     [](Bundle& bundle) { spoil(bundle.exchanges[1].proof.response, bundle.submission.receipt); },
     "are not what the digest was made of"},
    {"an_attachment",
     [](Bundle& bundle) {
       bundle.attachments[1].bytes += "x";
       bundle.attachments[1].sha256 = store::hex(store::sha256(bundle.attachments[1].bytes));
     },
     "document 2 is not what the request carried"},
    {"an_attachment_and_not_its_hash", [](Bundle& bundle) { bundle.attachments[1].bytes += "x"; },
     "document 2: its bytes have another SHA-256"},
    {"the_entry", [](Bundle& bundle) { bundle.entry.bytes += " "; }, "entry: its bytes have another SHA-256"},
    {"the_case", [](Bundle& bundle) { bundle.submission.case_number = "SD-2"; },
     "its key is of another entry"},
    {"another_entry_under_its_own_key",
     [](Bundle& bundle) {
       store::Submission& one = bundle.submission;
       one.case_number = "SD-2";
       one.key = store::Submissions::key_of(one.registry, one.operation, one.case_number, one.revision);
     },
     "the request does not name the entry's key"},
    {"answers_swapped",
     [](Bundle& bundle) {
       std::swap(bundle.exchanges[0].proof.response, bundle.exchanges[1].proof.response);
       std::swap(bundle.exchanges[0].proof.at, bundle.exchanges[1].proof.at);
       bundle.exchanges[0].proof.outcome = "answered";
     },
     "docs/refusals.md#relates-to"},
    {"exchanges_swapped", [](Bundle& bundle) { std::swap(bundle.exchanges[0], bundle.exchanges[1]); },
     "out of the order of time"},
    {"an_exchange_removed", [](Bundle& bundle) { bundle.exchanges.erase(bundle.exchanges.begin()); },
     "names an exchange that is not in the bundle"},
    {"a_later_time", [](Bundle& bundle) { bundle.exchanges[1].proof.at += std::chrono::hours{1}; },
     "docs/refusals.md#timestamp-expired"},
    {"an_earlier_time", [](Bundle& bundle) { bundle.exchanges[1].proof.at -= std::chrono::hours{1}; },
     "docs/refusals.md#timestamp-future"},
    {"a_time_the_timestamp_allows", [](Bundle& bundle) { bundle.exchanges[1].proof.at += seconds{1}; },
     "its time are not what the digest was made of"},
    {"the_outcome", [](Bundle& bundle) { bundle.exchanges[1].proof.outcome = "untrusted"; },
     "are not what the digest was made of"},
    {"the_profile", [](Bundle& bundle) { bundle.terms.at(bundle.exchanges[1].proof.profile) += " "; },
     "the profile or the trust files of its time are not in the bundle, or were changed"},
    {"the_content_of_a_row", [](Bundle& bundle) { row_with_content(bundle).content.back() ^= 1; },
     "was changed: its content is not what its digest was made of"},
    {"the_digest_of_a_row", [](Bundle& bundle) { row_with_content(bundle).digest[0] ^= 1; },
     "does not link to the one before it"},
    {"the_time_of_a_row", [](Bundle& bundle) { row_with_content(bundle).at += seconds{1}; },
     "does not link to the one before it"},
    {"a_row_emptied", [](Bundle& bundle) { row_with_content(bundle).content.clear(); },
     "no row of the audit names it and its digest"},
    {"the_last_row_removed", [](Bundle& bundle) { bundle.chain.pieces[0].rows.pop_back(); },
     "are not those that the signed checkpoint stands for"},
    {"a_checkpoint", [](Bundle& bundle) { bundle.chain.pieces[0].checkpoint[3] ^= 1; },
     "no checkpoint signed by the key in the bundle"},
    {"all_places_removed", [](Bundle& bundle) { bundle.chain.pieces.clear(); },
     "something was added, removed or changed"},
};

TEST(Evidence, EveryTamperingIsSeenByItsOwnCheck) {
  QueueOffice office;
  unknown_then_inquired(office);
  const Bundle bundle = evidence::read_bundle(exported(office, office.only().id, "proof.xml"));
  ASSERT_THAT(refusals(bundle, reader(office)), IsEmpty());
  for (const Tampering& tampering : tamperings) {
    Bundle changed = bundle;
    tampering.change(changed);
    EXPECT_THAT(refusals(changed, reader(office)), Contains(HasSubstr(tampering.sentence))) << tampering.name;
  }
}

TEST(Evidence, AByteAnywhereInTheFileIsSeen) {
  QueueOffice office;
  unknown_then_inquired(office);
  const std::string file = exported(office, office.only().id, "proof.xml");
  // In text and attributes only: a broken tag is no XML.
  size_t seen = 0;
  for (size_t at = file.find("<e:contents") + 80; at < file.size(); at += 997) {
    if (std::isalnum(static_cast<unsigned char>(file[at])) == 0) continue;
    std::string changed = file;
    changed[at] = file[at] == 'A' ? 'B' : 'A';
    std::vector<std::string> told;
    try {
      told = refusals(evidence::read_bundle(changed), reader(office));
    } catch (const Error&) {
      told = {"not read"};
    }
    EXPECT_THAT(told, Not(IsEmpty())) << at << ": " << file.substr(at - 40, 80);
    ++seen;
  }
  EXPECT_GT(seen, 20u);
}

}  // namespace
}  // namespace tilts::system_test
