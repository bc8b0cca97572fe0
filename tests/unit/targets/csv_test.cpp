#include "gateway/targets/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/targets/rows.h"

namespace tilts::targets {
namespace {

std::string line(const Row& one, Settings with = settings(Kind::csv, "")) {
  Csv csv(with, residents());
  std::string out;
  csv.row(Action::add, one, out);
  return out;
}

TEST(Csv, BeginsWithBomAndHeading) {
  Csv csv(settings(Kind::csv, ""), residents());
  std::string out;
  csv.begin(delivery(), out);
  EXPECT_EQ(out,
            "\xEF\xBB\xBF"
            "action;client;name;code;held_back\r\n");
}

TEST(Csv, CodesStayTextInASpreadsheet) {
  EXPECT_EQ(line(row("1", "Anna", "0001000")), "add;\"=\"\"1\"\"\";Anna;\"=\"\"0001000\"\"\";\r\n");
}

TEST(Csv, ACodeCannotEndItsFormula) {
  EXPECT_EQ(line(row("1", "", "a\"&cmd()&\"")),
            "add;\"=\"\"1\"\"\";;\"=\"\"a\"\"\"\"&cmd()&\"\"\"\"\"\"\";\r\n");
}

TEST(Csv, CellsThatASpreadsheetWouldRunAreGuarded) {
  for (const char* cell : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    EXPECT_EQ(line(row("1", cell, "")), std::string("add;\"=\"\"1\"\"\";\"'") + cell + "\";;\r\n");
  EXPECT_EQ(line(row("1", "a=b", "")), "add;\"=\"\"1\"\"\";a=b;;\r\n");
}

TEST(Csv, SeparatorsQuotesAndBreaksAreQuoted) {
  EXPECT_EQ(line(row("1", "a;b", "")), "add;\"=\"\"1\"\"\";\"a;b\";;\r\n");
  EXPECT_EQ(line(row("1", "a\"b", "")), "add;\"=\"\"1\"\"\";\"a\"\"b\";;\r\n");
  EXPECT_EQ(line(row("1", "a\nb", "")), "add;\"=\"\"1\"\"\";\"a\nb\";;\r\n");
}

TEST(Csv, HeldBackColumnsAreNamed) {
  Row held = row("1", "", "");
  held.held = {0, 1, 1};
  EXPECT_EQ(line(held), "add;\"=\"\"1\"\"\";;;name code\r\n");
}

TEST(Csv, AProgramGetsTheTextAsItStands) {
  Settings program = settings(Kind::csv, "");
  program.reader = Reader::program;
  EXPECT_EQ(line(row("1", "=1", "0001000"), program), "add;1;=1;0001000;\r\n");
  std::string out;
  Csv(program, residents()).begin(delivery(), out);
  EXPECT_EQ(out, "action;client;name;code;held_back\r\n");
}

class Windows1257 : public testing::Test {
 protected:
  Windows1257() { with_.encoding = Encoding::windows1257; }
  Settings with_ = settings(Kind::csv, "");
};

TEST_F(Windows1257, WritesEveryLatvianLetterInOneByte) {
  EXPECT_EQ(line(row("1", "āčēģīķļņšūžŗō", ""), with_),
            "add;\"=\"\"1\"\"\";\xE2\xE8\xE7\xEC\xEE\xED\xEF\xF2\xF0\xFB\xFE\xBA\xF4;;\r\n");
  std::string out;
  Csv(with_, residents()).begin(delivery(), out);
  EXPECT_EQ(out, "action;client;name;code;held_back\r\n");  // no BOM
}

TEST_F(Windows1257, ACharacterOutsideIsAFindingNeverAQuestionMark) {
  Csv csv(with_, residents());
  Row one = row("K-1", "Иван", "1");
  std::vector<Finding> findings;
  EXPECT_TRUE(csv.fit(one, findings));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "not-in-encoding");
  EXPECT_EQ(findings[0].weight, Weight::field);
  EXPECT_EQ(findings[0].field, "name");
  EXPECT_EQ(one.held[1], 1);
  EXPECT_EQ(one.cells[1], "");
}

TEST_F(Windows1257, AKeyOutsideHoldsBackTheRow) {
  Csv csv(with_, residents());
  std::vector<Finding> findings;
  Row key = row("王", "", "");
  EXPECT_FALSE(csv.fit(key, findings));
  EXPECT_EQ(findings.at(0).weight, Weight::record);
  Row fine = row("K-1", "Bērziņš", "");
  EXPECT_TRUE(csv.fit(fine, findings));
  EXPECT_EQ(findings.size(), 1u);
}

TEST_F(Windows1257, WhatWasNotHeldBackIsRefusedAndNotReplaced) {
  EXPECT_THROW(line(row("1", "王", ""), with_), Error);
}

TEST(CsvOnly, CanBeWindows1257) {
  const support::TemporaryFolder folder;
  Settings with = settings(Kind::ndjson, folder.path());
  with.encoding = Encoding::windows1257;
  EXPECT_THROW(Target::open(with, residents()), Error);
}

}  // namespace
}  // namespace tilts::targets
