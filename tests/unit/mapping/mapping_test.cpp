// What makes a mapping file unusable, each problem in its line.
#include "gateway/mapping/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tilts::mapping {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char key[] = R"(<field name="client" from="subject.client" key="yes"/>)";

class MappingFile : public testing::Test {
 protected:
  // The body begins in line 2.
  std::vector<std::string> problems(const std::string& body, const std::string& attributes = "") {
    const std::string file = write(body, attributes);
    std::vector<Problem> found;
    mapping_ = Mapping::load(file, found);
    std::vector<std::string> told;
    for (const Problem& problem : found)
      told.push_back(std::filesystem::path(problem.file).filename().string() + ":" +
                     std::to_string(problem.line) + ": " + problem.sentence);
    EXPECT_EQ(mapping_ == nullptr, !told.empty());
    return told;
  }

  std::string write(const std::string& body, const std::string& attributes = "") {
    return folder_.write("m.xml", "<mapping xmlns=\"urn:tilts:mapping:1\" name=\"a/b\" record=\"person\" " +
                                      attributes + ">\n" + body + "\n</mapping>");
  }

  support::TemporaryFolder folder_;
  std::shared_ptr<const Mapping> mapping_;
};

TEST_F(MappingFile, LoadsWithItsColumnsInOrder) {
  EXPECT_THAT(problems(std::string(key) + R"(<field name="kods" from="code" text="yes"/>)"), IsEmpty());
  EXPECT_EQ(mapping_->name(), "a/b");
  EXPECT_THAT(mapping_->layout().columns,
              ElementsAre(targets::Column{"client", true, false}, targets::Column{"kods", false, true}));
  ASSERT_EQ(mapping_->references().size(), 2u);
  EXPECT_EQ(mapping_->references()[1].record, "person");
  EXPECT_EQ(mapping_->references()[1].field, "code");
  EXPECT_EQ(mapping_->references()[1].line, 2);
}

TEST_F(MappingFile, AKeyNobodyReadsIsAnError) {
  EXPECT_THAT(problems(std::string(key) + "\n<field name=\"x\" from=\"code\" colour=\"red\"/>"),
              ElementsAre(HasSubstr("m.xml:3: Element 'field', attribute 'colour'")));
  EXPECT_THAT(problems(std::string(key) + "\n<fields/>"),
              ElementsAre(HasSubstr("m.xml:3: Element 'fields'")));
}

TEST_F(MappingFile, TellsAllProblemsAtOnceAndInOrder) {
  folder_.write("list.xml", "<code-list xmlns=\"urn:tilts:mapping:1\">\n<entry code=\"A\"/>\n</code-list>");
  EXPECT_THAT(
      problems(R"(<code-list name="list" file="list.xml"/>
<join name="run" record="person"/>
<field name="a" from="other.code"/>
<field name="b"/>
<field name="c" from="code" value="x"/>
<field name="d" from="code" lookup="nothing"/>
<field name="e" from="code"><rule check="pattern" value="["/></field>
<field name="f" from="code"><rule check="max-length"/></field>
<field name="g" from="code"><when field="code"/></field>
<field name="h" from="code"><when field="code" is="1" present="yes"/></field>
<field name="action" from="code"/>
<field name="i" from="code"><rule check="varis-code" not-after="run-date"/></field>
<field name="j" from="code"><rule check="max-length" value="many"/></field>
<field name="k" from="code"><when field="code" is="1" lookup="list"/></field>)"),
      ElementsAre(
          HasSubstr("list.xml:2: Element 'entry': The attribute 'value' is required"),
          HasSubstr("m.xml:1: no field is the key"), HasSubstr("m.xml:2: code list \"list\" is never used"),
          HasSubstr("m.xml:3: a join cannot be called \"run\""),
          HasSubstr("m.xml:3: join \"run\" is never used"),
          HasSubstr("m.xml:4: \"other.code\": there is no join \"other\""),
          HasSubstr("m.xml:5: field \"b\" needs either from or value"),
          HasSubstr("m.xml:6: field \"c\" needs either from or value"),
          HasSubstr("m.xml:7: there is no code list \"nothing\""), HasSubstr("m.xml:8: \"[\" is no pattern"),
          HasSubstr("m.xml:9: the rule max-length needs a value"),
          HasSubstr("m.xml:10: a `when` makes exactly one test"),
          HasSubstr("m.xml:11: a `when` makes exactly one test"),
          HasSubstr("m.xml:12: a field cannot be called \"action\""),
          HasSubstr("m.xml:13: not-before and not-after belong to the rule date"),
          HasSubstr("m.xml:14: \"many\" is no length"), HasSubstr("m.xml:15: lookup belongs to same-as")));
}

TEST_F(MappingFile, AJoinComparesWithAWordOrTheRowsOwnRecord) {
  EXPECT_THAT(problems(R"(<join name="a" record="x"><where field="k"/></join>
<join name="b" record="x"><where field="k" is="1" same-as="code"/></join>
<join name="c" record="x"><where field="k" same-as="a.k"/></join>
<join name="d" record="x"><where field="k" same-as="subject.code"/></join>
<join name="e" record="x"><where field="k" same-as="code"/></join>
<field name="all" from="a.k b.k c.k d.k" key="yes"/><field name="e" from="e.k"/>)"),
              ElementsAre(HasSubstr("m.xml:2: a `where` needs either is or same-as"),
                          HasSubstr("m.xml:3: a `where` needs either is or same-as"),
                          HasSubstr("m.xml:4: \"a.k\" is no field of the row's own record"),
                          HasSubstr("m.xml:5: \"subject.code\" is no field of the row's own record")));
}

TEST_F(MappingFile, TellsWhatIsWrongWithRules) {
  EXPECT_THAT(problems(key + std::string(R"(
<field name="a" from="code"><rule check="present" value="x"/></field>
<field name="b" from="code"><rule check="absent" not-after="run-date"/></field>
<field name="c" from="code"><rule check="code-list" value="none"/></field>
<field name="d" from="code"><rule check="code-list"/></field>
<field name="e" from="code"><rule check="date" not-after="gone.applied+P1Y"/></field>
<field name="f" from="code"><rule check="present" id="f"/></field>
<field name="g" from="code"><rule check="present"><lv>Nav.</lv><en>None.</en></rule></field>)")),
              ElementsAre(HasSubstr("m.xml:3: the rule present takes no value"),
                          HasSubstr("m.xml:4: not-before and not-after belong to the rule date"),
                          HasSubstr("m.xml:5: there is no code list \"none\""),
                          HasSubstr("m.xml:6: the rule code-list needs a value"),
                          HasSubstr("m.xml:7: \"gone.applied\": there is no join \"gone\""),
                          HasSubstr("m.xml:8: own words of a rule are an id and both sentences"),
                          HasSubstr("m.xml:9: own words of a rule are an id and both sentences")));
}

TEST_F(MappingFile, OwnWordsComeInBothLanguagesAndUnderOneId) {
  const std::string words = "<lv>Nav.</lv><en>None.</en></rule>";
  EXPECT_THAT(problems(key + std::string("\n<field name=\"a\" from=\"code\"><rule check=\"present\" "
                                         "id=\"a\"><lv>Nav.</lv></rule></field>")),
              Contains(HasSubstr("m.xml:3: Element 'rule': Missing child element(s)")));
  EXPECT_THAT(problems(key + std::string("\n<field name=\"a\" from=\"code\"><rule check=\"present\" "
                                         "id=\"a\"><lv> </lv><en>None.</en></rule></field>")),
              Contains(HasSubstr("m.xml:3: Element 'lv'")));
  EXPECT_THAT(problems(key +
                       std::string("\n<field name=\"a\" from=\"code\"><rule check=\"present\" "
                                   "id=\"a\">") +
                       words + "\n<rule check=\"date\" id=\"a\">" + words + "</field>"),
              ElementsAre(HasSubstr("m.xml:4: Element 'rule': Duplicate key-sequence ['a']")));
}

TEST_F(MappingFile, ABoundIsADayOrAReferenceWithASpan) {
  const auto with = [&](const std::string& bound) {
    return problems(key + std::string("\n<field name=\"a\" from=\"code\"><rule check=\"date\" not-after=\"") +
                    bound + "\"/></field>");
  };
  for (const char* bound : {"2026-11-21", "run-date", "run-date-P120Y", "run.date+P1D", "ended+P1Y2M3D",
                            "medical-end-P2M", "person.ended+P2M"})
    EXPECT_THAT(with(bound), IsEmpty()) << bound;
  for (const char* bound :
       {"2026-02-30", "2026-01-01+P2M", "ended+2M", "ended+P", "ended+P2M1Y", "ended+PT2H", "ended P2M"})
    EXPECT_THAT(with(bound), Contains(HasSubstr("m.xml:3: Element 'rule', attribute 'not-after'"))) << bound;
}

TEST_F(MappingFile, WhatABoundRefersToIsReadOfTheRegistry) {
  EXPECT_THAT(
      problems(R"(<join name="before" record="previous"/>)" + std::string(key) +
               R"(<field name="a" from="code"><rule check="date" not-before="before.applied+P1Y"/></field>)"),
      IsEmpty());
  ASSERT_EQ(mapping_->references().size(), 4u);
  EXPECT_EQ(mapping_->references()[3].record, "previous");
  EXPECT_EQ(mapping_->references()[3].field, "applied");
}

TEST_F(MappingFile, TwoFieldsOfOneNameAreRefused) {
  EXPECT_THAT(
      problems(std::string(key) + "\n<field name=\"x\" from=\"code\"/>\n<field name=\"x\" from=\"sex\"/>"),
      ElementsAre(HasSubstr("m.xml:4: Element 'field': Duplicate key-sequence ['x']")));
}

TEST_F(MappingFile, AListOfAgesHoldsAges) {
  folder_.write("ages.xml",
                "<code-list xmlns=\"urn:tilts:mapping:1\">\n<entry code=\"a\" value=\"65\"/>\n</code-list>");
  EXPECT_THAT(problems("<code-list name=\"ages\" file=\"ages.xml\"/><entitled><when field=\"birth_date\" "
                       "reached-age=\"ages\"/></entitled>" +
                       std::string(key)),
              ElementsAre(HasSubstr("ages.xml:2: \"65\" is no age; write years and months as P64Y9M")));
}

TEST_F(MappingFile, ALogicalFileIsNamedWhenItIsNotThere) {
  EXPECT_THAT(problems("<code-list name=\"list\" file=\"gone.xml\"/>" + std::string(key)),
              ElementsAre(HasSubstr("gone.xml:0: cannot be read"), HasSubstr("is never used")));
  std::vector<Problem> found;
  EXPECT_EQ(Mapping::load(folder_.path() / "none.xml", found), nullptr);
  EXPECT_THAT(found.front().text(), HasSubstr("none.xml: cannot be read"));
}

TEST_F(MappingFile, WhatIsNoXmlOrAnotherRootIsRefused) {
  std::vector<Problem> found;
  EXPECT_EQ(Mapping::load(folder_.write("a.xml", "<mapping"), found), nullptr);
  EXPECT_EQ(Mapping::load(folder_.write("b.xml", "<mapping/>"), found), nullptr);
  EXPECT_EQ(
      Mapping::load(folder_.write("c.xml", "<!DOCTYPE a [<!ENTITY e SYSTEM \"/etc/hostname\">]><a>&e;</a>"),
                    found),
      nullptr);
  EXPECT_GE(found.size(), 3u);
}

TEST_F(MappingFile, OneErrorHoldsThemAll) {
  const std::string file = write("<field name=\"b\"/>");
  try {
    Mapping::load(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("m.xml:2: field \"b\" needs"),
                                             HasSubstr("m.xml:1: no field is the key")));
  }
}

TEST_F(MappingFile, AnotherHashWhenTheFileOrACodeListIsEdited) {
  const std::string list =
      "<code-list xmlns=\"urn:tilts:mapping:1\"><entry code=\"A\" value=\"1\"/></code-list>";
  const std::string body = "<code-list name=\"list\" file=\"list.xml\"/>" + std::string(key) +
                           "<field name=\"x\" from=\"sex\" lookup=\"list\"/>";
  folder_.write("list.xml", list);
  ASSERT_THAT(problems(body), IsEmpty());
  const std::string before = mapping_->hash();
  EXPECT_EQ(before.size(), 64u);
  ASSERT_THAT(problems(body), IsEmpty());
  EXPECT_EQ(mapping_->hash(), before);
  folder_.write("list.xml", list + "\n");
  ASSERT_THAT(problems(body), IsEmpty());
  const std::string after = mapping_->hash();
  EXPECT_NE(after, before);
  ASSERT_THAT(problems(body + " "), IsEmpty());
  EXPECT_NE(mapping_->hash(), after);
}

}  // namespace
}  // namespace tilts::mapping
