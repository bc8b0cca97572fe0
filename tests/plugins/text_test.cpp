#include "plugins/host/text.h"

#include <string>

#include <gtest/gtest.h>

namespace tilts::host {
namespace {

TEST(Text, CleanIsUtf8WithoutAZeroByte) {
  for (const char* good : {"", "a", "Jānis Bērziņš-Ķirsis, Liepu iela", "€ \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF",
                           "\xED\x9F\xBF\xEE\x80\x80"})
    EXPECT_TRUE(is_clean(good)) << good;
  for (const char* bad :
       {"\x80", "12345678\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "aaaaaaaaaaaa\xFF"})
    EXPECT_FALSE(is_clean(bad)) << bad;
  for (size_t place = 0; place < 24; ++place) {
    std::string zero(24, 'x');
    zero[place] = '\0';
    EXPECT_FALSE(is_clean(zero)) << place;
  }
}

TEST(Text, SentencesMaskWhatLooksLikeAPersonasKods) {
  EXPECT_EQ(sentence("01017012345"), "[code]");
  EXPECT_EQ(sentence("a 010170-12345, b"), "a [code], b");
  EXPECT_EQ(sentence("PK32017012345x"), "PK[code]x");
  EXPECT_EQ(sentence("0101701234501017012345"), "0101701234501017012345");  // 22 digits are something else
  EXPECT_EQ(sentence("010170123456"), "010170123456");
  EXPECT_EQ(sentence("7d0c1111-2222-4333-8444-123456789012"), "7d0c1111-2222-4333-8444-123456789012");
  EXPECT_EQ(sentence("01017012345/01017012345"), "[code]/[code]");
}

TEST(Text, SentencesAreOneLineOfUtf8AndNotTooLong) {
  EXPECT_EQ(sentence("a\nb\tc\x1B[31m"), "a b c [31m");
  EXPECT_EQ(sentence("caf\xE9s"), "caf?s");
  EXPECT_EQ(sentence("āāāā", 4), "āā…");
}

}  // namespace
}  // namespace tilts::host
