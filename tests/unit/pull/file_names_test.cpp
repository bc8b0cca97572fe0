#include "gateway/pull/file_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::pull {
namespace {

using testing::EndsWith;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::string_literals;

TEST(FileNames, LettersDigitsAndThreeSignsSurvive) {
  EXPECT_EQ(file_name("Lēmums_2026-11.pdf"), "Lēmums_2026-11.pdf");
  EXPECT_EQ(file_name("Pieteikums Nr. 5 (labots).docx"), "Pieteikums_Nr._5_labots_.docx");
  EXPECT_EQ(file_name("заявление.pdf"), "заявление.pdf");
  EXPECT_EQ(file_name("Le\u0304mums.pdf"), "Lēmums.pdf") << "NFC";
}

TEST(FileNames, NothingElseIsMeantByOne) {
  for (const auto& [said, name] : std::vector<std::pair<std::string, const char*>>{
           {"../../etc/passwd", "_.._etc_passwd"},
           {"..\\..\\boot.ini", "_.._boot.ini"},
           {"/etc/passwd", "_etc_passwd"},
           {"a\0b.pdf"s, "a_b.pdf"},
           {"\"a\" 'b' `c` $(d).pdf", "_a_b_c_d_.pdf"},
           {"a\nb\r\n.txt", "a_b_.txt"},
           {".bashrc", "bashrc"},
           {"...", "file"},
           {"", "file"},
           {" ", "file"},
           {"///", "file"},
           {"-rf", "-rf"},
           {"letter.pdf.", "letter.pdf"},
           {"CON", "_CON"},
           {"con.txt", "_con.txt"},
           {"Lpt1.tar.gz", "_Lpt1.tar.gz"},
           {"nul", "_nul"},
           {"console.txt", "console.txt"},
           {"\u202Efdp.exe", "_fdp.exe"},
           {"\xFF\xFE.pdf", "_.pdf"},
       })
    EXPECT_EQ(file_name(said), name) << said;
}

TEST(FileNames, ALongOneKeepsItsExtensionAndItsLettersWhole) {
  const std::string long_one = file_name(std::string(300, 'x') + ".pdf");
  EXPECT_THAT(long_one, SizeIs(longest_name));
  EXPECT_THAT(long_one, EndsWith("x.pdf"));
  std::string letters;
  for (int i = 0; i < 150; ++i) letters += "ā";
  const std::string whole = file_name("x" + letters + ".p7m");
  EXPECT_LE(whole.size(), longest_name);
  EXPECT_THAT(whole, EndsWith("ā.p7m"));
  EXPECT_THAT(file_name("a." + std::string(300, 'x')), SizeIs(longest_name)) << "that is no extension";
  EXPECT_EQ(file_name(std::string(119, 'a') + "." + std::string(30, 'b')), std::string(119, 'a'));
}

TEST(FileNames, ANumberStandsBeforeTheExtension) {
  EXPECT_EQ(numbered("letter.pdf", 2), "letter-2.pdf");
  EXPECT_EQ(numbered("letter", 12), "letter-12");
  const std::string long_one = numbered(file_name(std::string(300, 'x') + ".pdf"), 2);
  EXPECT_THAT(long_one, SizeIs(longest_name));
  EXPECT_THAT(long_one, EndsWith("x-2.pdf"));
}

TEST(FileNames, TwoDocumentsNeverMeetInOneFolder) {
  EXPECT_EQ(folder_name("0f3c7a2e-1111-4a6b-9c3d-2b7e5a9d0c1f"), "0f3c7a2e-1111-4a6b-9c3d-2b7e5a9d0c1f");
  EXPECT_THAT(folder_name("a/b"), StartsWith("a_b-"));
  EXPECT_NE(folder_name("a/b"), folder_name("a:b"));
  EXPECT_NE(folder_name("a/b"), folder_name("a_b"));
  EXPECT_NE(folder_name(""), folder_name("/"));
  const std::string long_one(200, 'x');
  EXPECT_THAT(folder_name(long_one), SizeIs(longest_name));
  EXPECT_NE(folder_name(long_one), folder_name(long_one + "y"));
}

}  // namespace
}  // namespace tilts::pull
