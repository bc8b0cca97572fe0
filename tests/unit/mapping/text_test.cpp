#include "gateway/mapping/text.h"

#include <gtest/gtest.h>

namespace tilts::mapping {
namespace {

std::string nfc(std::string_view text) {
  std::string out;
  EXPECT_TRUE(append_nfc(text, out)) << text;
  return out;
}

TEST(Text, LettersInPartsComeTogether) {
  EXPECT_EQ(nfc("Be\u0304rzin\u0327s\u030C"), "Bērziņš");
  EXPECT_EQ(nfc("Bērziņš Ŗō"), "Bērziņš Ŗō");
  EXPECT_EQ(nfc("\u212B"), "\u00C5");  // ångström sign: three bytes, NFC is another letter
  EXPECT_EQ(nfc("a\u0323\u0307"), "\u1EA1\u0307");
  EXPECT_EQ(nfc(""), "");
}

TEST(Text, WhatIsNotUtf8IsRefusedAndNothingAppended) {
  for (const char* text : {"\xC3", "a\xFF", "\xC0\x80", "\xED\xA0\x80", "\xC4q"}) {
    std::string out = "before";
    EXPECT_FALSE(append_nfc(text, out));
    EXPECT_EQ(out, "before");
  }
}

TEST(Text, CaseFollowsTheLetter) {
  EXPECT_EQ(upper("bērziņš-ķirsis ŗō"), "BĒRZIŅŠ-ĶIRSIS ŖŌ");
  EXPECT_EQ(lower("ĀČĒĢĪĶĻŅŠŪŽ"), "āčēģīķļņšūž");
}

TEST(Text, LengthIsInCharacters) {
  EXPECT_EQ(characters("āčē"), 3u);
  EXPECT_EQ(characters(""), 0u);
}

TEST(Text, OneLineHasNoBreaksAndNoEdges) {
  EXPECT_EQ(one_line("  Liepu\tiela \r\n 3 "), "Liepu iela 3");
  EXPECT_EQ(one_line(" \n"), "");
}

}  // namespace
}  // namespace tilts::mapping
