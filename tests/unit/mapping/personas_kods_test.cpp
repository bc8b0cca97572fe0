#include "gateway/mapping/personas_kods.h"

#include <gtest/gtest.h>

namespace tilts::mapping {
namespace {

TEST(PersonasKods, IsElevenDigitsWithOrWithoutTheHyphen) {
  EXPECT_EQ(normalise_personas_kods("161175-19997"), "16117519997");
  EXPECT_EQ(normalise_personas_kods("16117519997"), "16117519997");
  EXPECT_EQ(with_hyphen("16117519997"), "161175-19997");
  for (const char* text : {"", "1611751999", "161175199971", "161175 19997", "16117-519997", "161175-1999",
                           "16117519a97", "161175-199977", "-16117519997", "１６1175199"})
    EXPECT_EQ(normalise_personas_kods(text), std::nullopt) << text;
}

TEST(PersonasKods, TheCheckDigitIsThatOfKnownCodes) {
  EXPECT_TRUE(check_digit_holds("16117519997"));
  EXPECT_TRUE(check_digit_holds("11111111111"));
  EXPECT_FALSE(check_digit_holds("16117519998"));
  EXPECT_FALSE(check_digit_holds("61117519997"));  // two digits changed places
}

TEST(PersonasKods, ARemainderOfTenIsACheckDigitOfNought) {
  // The sum over 0100000000_ is 6: (1101 - 6) mod 11 = 6; over 0000000020_ is 8: 4. Looked for: a remainder
  // of 10.
  int noughts = 0;
  for (int serial = 0; serial < 1000; ++serial) {
    std::string code =
        "0101011" + std::string(3 - std::to_string(serial).size(), '0') + std::to_string(serial) + "0";
    constexpr int weights[] = {1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < 10; ++i) sum += weights[i] * (code[i] - '0');
    if ((1101 - sum) % 11 != 10) continue;
    ++noughts;
    EXPECT_TRUE(check_digit_holds(code)) << code;
  }
  EXPECT_GT(noughts, 50);
}

TEST(PersonasKods, CarriesABirthDateInThreeCenturiesOrNone) {
  using namespace std::chrono;
  EXPECT_EQ(birth_date("16117519997"), Date(1975y / November / 16));
  EXPECT_EQ(birth_date("01019901234"), Date(1899y / January / 1));
  EXPECT_EQ(birth_date("29020021234"), Date(2000y / February / 29));
  EXPECT_EQ(birth_date("32000012345"), std::nullopt);
  EXPECT_TRUE(carries_no_date("32000012345"));
  EXPECT_FALSE(carries_no_date("31127512345"));
}

TEST(PersonasKods, ADayThatDoesNotExistIsNoDateAndNoCrash) {
  for (const char* code : {"80017519997", "00017519997", "31027519997", "16137519997", "16007519997",
                           "29020119997", "16117539997", "99999999999", "00000000000"})
    EXPECT_EQ(birth_date(code), std::nullopt) << code;
}

}  // namespace
}  // namespace tilts::mapping
