// The file: what is written is what is read, and what is not such a file is refused.
#include "gateway/evidence/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/store/vault.h"

namespace tilts::evidence {
namespace {

Bundle small() {
  Bundle bundle;
  bundle.municipality = "Piekrastes novads";
  bundle.made = parse_time("2026-11-21T12:00:00Z");
  bundle.submission.id = "4f1c22a90b37";
  bundle.submission.case_number = "SD-1 <&>";
  bundle.entry = {"rehabilitation", "json", "00", std::string("{\0}", 3)};
  bundle.attachments.push_back({"izraksts \"1\".pdf", "application/pdf", "ab", std::string("%PDF\0\xff", 6)});
  bundle.history.push_back({bundle.made, store::SubmissionState::warned, 0, "aija", "line\nline \x01 \xff"});
  store::KeptExchange& exchange = bundle.exchanges.emplace_back();
  exchange.id = "urn:uuid:1";
  exchange.digest = exchange.sealed = std::string(32, 'd');
  exchange.proof.salt = std::string(16, 's');
  exchange.proof.at = bundle.made;
  exchange.proof.request = "<request/>";
  exchange.proof.submits = true;
  return bundle;
}

std::string written(const Bundle& bundle, std::string* digest = nullptr) {
  return write_bundle(bundle, [&](const std::string& of_it) {
    if (digest != nullptr) *digest = of_it;
    Chain chain{"a key", {}};
    store::ChainPiece& piece = chain.pieces.emplace_back();
    piece.chain = 3;
    piece.before = std::string(32, 'b');
    piece.rows.push_back(
        {3, 7, bundle.made, {3, 6}, "salt", "content", std::string(32, 'd'), std::string(32, 'l')});
    return chain;
  });
}

TEST(EvidenceBundle, ComesBackAsItWasWritten) {
  std::string digest;
  const Bundle read = read_bundle(written(small(), &digest));
  EXPECT_EQ(read.digest, digest);
  EXPECT_EQ(read.submission.case_number, "SD-1 <&>");
  EXPECT_EQ(read.entry.bytes, std::string("{\0}", 3));
  EXPECT_EQ(read.attachments.at(0).bytes, std::string("%PDF\0\xff", 6));
  EXPECT_EQ(read.attachments.at(0).name, "izraksts \"1\".pdf");
  EXPECT_EQ(read.history.at(0).text, "line\nline ? ?") << "what XML has not";
  EXPECT_EQ(read.exchanges.at(0).proof.request, "<request/>");
  EXPECT_TRUE(read.exchanges.at(0).proof.submits);
  const store::AuditRow& row = read.chain.pieces.at(0).rows.at(0);
  EXPECT_EQ(row.content, "content");
  EXPECT_EQ(row.asked.position, 6);
}

TEST(EvidenceBundle, ADocumentLargerThanAParsersOwnLimitComesBack) {
  Bundle bundle = small();
  bundle.attachments[0].bytes = std::string(25 << 20, 'x');
  EXPECT_EQ(read_bundle(written(bundle)).attachments.at(0).bytes.size(), size_t{25} << 20);
}

TEST(EvidenceBundle, WhatIsNoneIsRefused) {
  const std::string whole = written(small());
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"urn:tilts:evidence:1", "urn:tilts:evidence:2"},
                                                        {"revision=\"1\"", "revision=\"one\""},
                                                        {"state=\"prepared\"", "state=\"gone\""},
                                                        {"<e:chain>", "<e:chain><!"},
                                                        {"position=\"7\"", "position=\"\""},
                                                        {"<e:request>", "<e:request>*"},
                                                        {"made=\"2026", "made=\"x"},
                                                        // the same said in another way
                                                        {"link=\"6c", "link=\"6C"},
                                                        {"position=\"7\"", "position=\"07\""},
                                                        {"12:00:00.000Z", "12:00:00Z"},
                                                        {"Y29udGVudA==", "Y29udGVudB=="}}) {
    std::string spoilt = whole;
    const size_t at = spoilt.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    spoilt.replace(at, from.size(), to);
    EXPECT_THROW(read_bundle(spoilt), Error) << from;
  }
}

}  // namespace
}  // namespace tilts::evidence
