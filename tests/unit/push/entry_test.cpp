#include "gateway/push/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/push/kept_entry.h"
#include "tests/support/temporary_folder.h"

namespace tilts::push {
namespace {

using testing::ElementsAre;

const std::string mappings = std::string(TILTS_MAPPINGS) + "/rehabilitation_queue/";

const targets::Schema& schema() {
  static const targets::Schema schema(mappings + "entry.xsd", "test");
  return schema;
}

std::string example(const std::string& name) { return support::read_file(mappings + "examples/" + name); }

std::vector<std::string> rules(std::string_view bytes, EntryForm form = EntryForm::xml) {
  std::vector<std::string> rules;
  const ReadEntry read = read_entry(bytes, form, schema());
  EXPECT_EQ(read.entry.has_value(), read.findings.empty());
  for (const Finding& finding : read.findings) {
    EXPECT_EQ(finding.weight, Weight::record);
    EXPECT_FALSE(finding.latvian.empty());
    rules.push_back(finding.rule);
  }
  return rules;
}

std::map<std::string, std::string> by_name(const std::vector<Field>& fields) {
  std::map<std::string, std::string> names;
  for (const Field& field : fields) names[field.name] = field.value;
  return names;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Entry, InJsonIsWhatItIsInXml) {
  const ReadEntry xml = read_entry(example("ordinary.xml"), EntryForm::xml, schema());
  const ReadEntry json = read_entry(example("ordinary.json"), EntryForm::json, schema());
  ASSERT_TRUE(xml.entry && json.entry);
  EXPECT_EQ(json.entry->operation, "submit");
  EXPECT_EQ(json.entry->case_number, xml.entry->case_number);
  EXPECT_EQ(json.entry->code, "16117519997");
  auto fields = by_name(json.entry->fields);
  EXPECT_EQ(fields.extract("revision").mapped(), "1") << "the XML one leaves it out";
  EXPECT_EQ(fields, by_name(xml.entry->fields));
  ASSERT_EQ(json.entry->attachments.size(), 3u);
  EXPECT_EQ(json.entry->attachments[2].file, "izraksts.pdf");
  EXPECT_EQ(json.entry->attachments[2].kind, "discharge_extract");
}

TEST(Entry, WhatEscapesInJsonDoesNotEscapeInXml) {
  const std::string json = with(example("ordinary.json"), "Liepu iela 3 - 12, Piekraste",
                                "</address><order>urgent</order><address>&amp;<\\\"'");
  const ReadEntry read = read_entry(json, EntryForm::json, schema());
  ASSERT_TRUE(read.entry);
  EXPECT_EQ(by_name(read.entry->fields)["order"], "ordinary");
  EXPECT_EQ(by_name(read.entry->fields)["address"], "</address><order>urgent</order><address>&amp;<\"'");
}

TEST(Entry, WhiteSpaceIsNotPartOfAValue) {
  const ReadEntry read = read_entry(with(example("ordinary.xml"), ">2026-11-20<", ">\n 2026-11-20 \t<"),
                                    EntryForm::xml, schema());
  ASSERT_TRUE(read.entry);
  EXPECT_EQ(by_name(read.entry->fields)["applied"], "2026-11-20");
}

TEST(Entry, ACodeWithAHyphenIsTheSameCode) {
  const ReadEntry read =
      read_entry(with(example("ordinary.xml"), "16117519997", "161175-19997"), EntryForm::xml, schema());
  ASSERT_TRUE(read.entry);
  EXPECT_EQ(read.entry->code, "16117519997");
}

TEST(Entry, WhatIsNoneIsToldWithAllThatIsWrong) {
  const std::string whole = example("ordinary.xml");
  EXPECT_THAT(rules("<entry"), ElementsAre("not-xml"));
  EXPECT_THAT(rules("<!DOCTYPE entry [<!ENTITY a 'b'>]>" + whole.substr(whole.find('\n'))),
              ElementsAre("not-xml"));
  EXPECT_THAT(rules(with(whole, "Anna", "\xff")), ElementsAre("not-xml"));
  EXPECT_THAT(rules(std::string(2 << 20, ' ')), ElementsAre("too-large"));
  EXPECT_THAT(rules(with(with(whole, "2026-11-20", "soon"), "1975-11-16", "early")),
              ElementsAre("form", "form"));
  EXPECT_THAT(rules(with(whole, "<case_number>SD-2026-0117</case_number>", "")), ElementsAre("form"));
  EXPECT_THAT(rules(with(whole, "<code>16117519997</code>", "")), ElementsAre("code"));
  EXPECT_THAT(rules("[]", EntryForm::json), ElementsAre("not-json"));
  EXPECT_THAT(rules(R"({"case_number": {}})", EntryForm::json), ElementsAre("not-json"));
  EXPECT_THAT(rules(R"({"a b": "c"})", EntryForm::json), ElementsAre("not-json"));
  EXPECT_THAT(rules(R"({"attachments": 1})", EntryForm::json), ElementsAre("not-json"));
  EXPECT_THAT(rules(std::string(100'000, '['), EntryForm::json), ElementsAre("not-json"));
  EXPECT_THAT(rules(R"({"case_number": "1", "nonsense": "x", "code": "16117519997"})", EntryForm::json),
              ElementsAre("form"));
}

TEST(Entry, NamesTheRevisionBefore) {
  EXPECT_EQ(revision_before({.operation = "submit", .revision = 2}), 0);
  EXPECT_EQ(revision_before({.operation = "correct", .revision = 3}), 2);
  EXPECT_EQ(revision_before({.operation = "correct", .revision = 3, .fields = {{"corrects", "1"}}}), 1);
  EXPECT_EQ(revision_before({.operation = "withdraw", .revision = 2}), 2);
}

TEST(Entry, IsKeptAsItCame) {
  const KeptEntry kept{"rehabilitation", EntryForm::json, example("ordinary.json")};
  const KeptEntry again = unpack_entry(pack(kept));
  EXPECT_EQ(again.intake, kept.intake);
  EXPECT_EQ(again.bytes, kept.bytes);
  EXPECT_EQ(entry_of(again).code, "16117519997");
}

}  // namespace
}  // namespace tilts::push
