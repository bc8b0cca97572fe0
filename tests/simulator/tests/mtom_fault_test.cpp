// What goes wrong with parts that travel beside a message: each fault is the only thing wrong.
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/e_address_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

// Answers are signed, so that it shows what was done before and what after signing.
class MtomFaultTest : public EAddressTest {
 protected:
  void SetUp() override {
    start_e_address({}, true);
    id_ = put(R"({"sender":"x@y","files":[{"name":"a","text":"pirmais"},{"name":"b","size":5000}]})");
    right_ = read_mtom(get_message(id_));
    ASSERT_TRUE(verifies(right_.infoset(), pki().anchor));
  }
  Reception faulty(const std::string& kind) {
    simulator().fault(fmt::format(R"({{"kind":"{}"}})", kind));
    Reception reception = get_message(id_);
    EXPECT_EQ(simulator().counter("faults"), 1);
    EXPECT_TRUE(verifies(read_mtom(get_message(id_)).infoset(), pki().anchor)) << "the next is right again";
    return reception;
  }

  std::string id_;
  MtomAnswer right_;
};

TEST_F(MtomFaultTest, CutIsWholeForHttpAndNotForMime) {
  const std::size_t whole = get_message(id_).body.size();
  const Reception cut = faulty("mtom-cut");
  EXPECT_EQ(cut.status, 200U);
  EXPECT_FALSE(cut.closed);
  EXPECT_EQ(cut.body.size(), cut.promised);
  EXPECT_LT(cut.body.size(), whole - 2500);
  EXPECT_GT(cut.body.size(), whole - 2700);
  EXPECT_TRUE(cut.body.ends_with(right_.parts[1].second.substr(0, 2500)));
  EXPECT_THROW(read_mtom(cut), std::runtime_error);
}

TEST_F(MtomFaultTest, APartMayBeMissing) {
  const MtomAnswer answer = read_mtom(faulty("part-missing"));
  ASSERT_EQ(answer.parts.size(), 1U);
  EXPECT_EQ(answer.parts[0], right_.parts[0]);
  EXPECT_EQ(count(answer.xml, "<xop:Include "), 2U);
  MtomAnswer mended = answer;
  mended.parts.push_back(right_.parts[1]);
  EXPECT_TRUE(verifies(mended.infoset(), pki().anchor));
}

TEST_F(MtomFaultTest, AContentIdMayComeTwice) {
  MtomAnswer answer = read_mtom(faulty("content-id-twice"));
  ASSERT_EQ(answer.parts.size(), 3U);
  EXPECT_EQ(answer.parts[1], right_.parts[1]);
  EXPECT_EQ(answer.parts[2].first, right_.parts[1].first);
  EXPECT_NE(answer.parts[2].second, right_.parts[1].second);
  answer.parts.pop_back();
  EXPECT_TRUE(verifies(answer.infoset(), pki().anchor));
}

TEST_F(MtomFaultTest, AnOctetOfAPartMayBeChangedAfterSigning) {
  MtomAnswer answer = read_mtom(faulty("part-changed"));
  ASSERT_EQ(answer.parts.size(), 2U);
  EXPECT_EQ(answer.parts[0].second.size(), right_.parts[0].second.size());
  EXPECT_NE(answer.parts[0].second, right_.parts[0].second);
  EXPECT_EQ(answer.parts[1], right_.parts[1]);
  EXPECT_FALSE(verifies(answer.infoset(), pki().anchor));
  answer.parts[0] = right_.parts[0];
  EXPECT_TRUE(verifies(answer.infoset(), pki().anchor));
}

TEST_F(MtomFaultTest, APartMayBeNamedByNoInclude) {
  MtomAnswer answer = read_mtom(faulty("part-unreferenced"));
  ASSERT_EQ(answer.parts.size(), 3U);
  EXPECT_THAT(answer.xml, Not(HasSubstr(answer.parts[2].first)));
  answer.parts.pop_back();
  EXPECT_EQ(answer.parts, right_.parts);
  EXPECT_TRUE(verifies(answer.infoset(), pki().anchor));
}

TEST_F(MtomFaultTest, TextMayStandBesideAnIncludeAndBeSigned) {
  const MtomAnswer answer = read_mtom(faulty("include-beside-text"));
  EXPECT_THAT(answer.xml, HasSubstr("<m:Contents>AAAA<xop:Include "));
  EXPECT_EQ(answer.parts, right_.parts);
  EXPECT_TRUE(verifies(answer.infoset(), pki().anchor));
}

TEST_F(MtomFaultTest, ASectionMeetsThemToo) {
  const std::string id = put(R"({"sender":"x@y","files":[{"name":"a","size":90,"sections":2}]})");
  simulator().fault(R"({"kind":"part-missing","operation":"GetAttachmentSection"})");
  const std::string fields =
      "<m:MessageId>" + id +
      "</m:MessageId><m:ContentId>attachment-1</m:ContentId><m:SectionIndex>0</m:SectionIndex>";
  const MtomAnswer answer = read_mtom(call("GetAttachmentSection", fields));
  EXPECT_TRUE(answer.parts.empty());
  EXPECT_EQ(count(answer.xml, "<xop:Include "), 1U);
}

TEST_F(MtomFaultTest, WhatHasNoPartsPassesThemBy) {
  simulator().fault(R"({"kind":"part-changed"})");
  EXPECT_EQ(call("GetMessageList", "<m:MaxResultCount>9</m:MaxResultCount>").status, 200U);
  EXPECT_EQ(simulator().counter("faults"), 0);
  // a message without files has nothing to spoil, and says so
  const Reception plain = get_message(put(R"({"sender":"x@y"})"));
  EXPECT_EQ(plain.status, 500U);
  EXPECT_THAT(plain.body, HasSubstr("no parts that could be spoilt"));
}

TEST_F(MtomFaultTest, FaultsOfTheHubPassEAddressBy) {
  simulator().fault(R"({"kind":"ivis-error"})");
  EXPECT_EQ(get_message(id_).status, 200U);
  EXPECT_EQ(simulator().counter("faults"), 0);
}

TEST_F(MtomFaultTest, HalfOfAMultipartIsCountedOverAllOfIt) {
  const std::string id =
      put(R"({"sender":"x@y","files":[{"name":"a","size":30000},{"name":"b","size":90000}]})");
  simulator().fault(R"({"kind":"truncated"})");
  const Reception reception = get_message(id);
  EXPECT_TRUE(reception.closed);
  EXPECT_EQ(reception.body.size(), reception.promised / 2);  // in the middle of the last part
  EXPECT_GT(reception.promised, 120'000U);
}

TEST_F(MtomFaultTest, AReplayedAnswerComesWithItsParts) {
  const std::string other = put(R"({"sender":"x@y","files":[{"name":"c","text":"cits"}]})");
  simulator().fault(R"({"kind":"replayed"})");
  const MtomAnswer answer = read_mtom(get_message(other));
  EXPECT_EQ(answer.parts, right_.parts);
  EXPECT_EQ(answer.xml, right_.xml);
}

TEST_F(MtomFaultTest, AWrappedLetterHasAForgedTitle) {
  simulator().fault(R"({"kind":"wrapped"})");
  const MtomAnswer answer = read_mtom(get_message(id_));
  const std::string in_place = answer.xml.substr(answer.xml.find("</s:Header>"));
  EXPECT_THAT(in_place, HasSubstr("<d:Title>Viltots: "));
  EXPECT_THAT(answer.xml, HasSubstr("<w:Aside "));
}

}  // namespace
}  // namespace tilts::simulator::tests
