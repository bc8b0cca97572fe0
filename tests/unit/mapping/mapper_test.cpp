#include "gateway/mapping/mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tilts::mapping {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Date today = 2026y / November / 21;

Record person(std::vector<tilts::Field> fields, std::string code = "16117519997") {
  return {"person", std::move(code), "", true, "2026-11-21T03:00:00+02:00", std::move(fields)};
}

class MapperTest : public testing::Test {
 protected:
  // The body begins in line 2, after the key field.
  Mapper mapper(const std::string& body, Date day = today, const std::string& attributes = "") {
    const std::string file =
        folder_.write("m.xml", "<mapping xmlns=\"urn:tilts:mapping:1\" name=\"m\" record=\"person\" " +
                                   attributes + ">\n" + body + "\n</mapping>");
    return Mapper(Mapping::load(file), {day, "Piekrastes novads", "test"});
  }

  // One field "x" of a person, with the key in front.
  Mapper field(const std::string& rest, const std::string& inside = "") {
    return mapper(std::string(key) + "\n<field name=\"x\" " + rest + ">" + inside + "</field>");
  }

  // The cell "x" that a value gives, "held: rule" when it is held back, and the rule of a notice after it.
  std::string cell(const std::string& rest, const std::string& inside, const std::string& value) {
    Mapper one = field(rest, inside);
    const std::vector<Record> records{person({{"v", value}})};
    const Outcome& outcome = one.map({"K-1", "16117519997", "", records});
    if (outcome.rows.size() != 1) return "no row";
    const MappedRow& mapped = outcome.rows[0];
    std::string text = mapped.held ? "row held: " : mapped.row.held[1] != 0 ? "held: " : mapped.row.cells[1];
    for (const Finding& finding : outcome.findings)
      text += (finding.weight == Weight::notice ? " notice: " : "") + finding.rule;
    return text;
  }

  static constexpr char key[] = R"(<field name="client" from="subject.client" key="yes"/>)";
  support::TemporaryFolder folder_;
};

TEST_F(MapperTest, EveryRuleHoldsBackWhatBreaksIt) {
  struct Example {
    const char* rule;
    const char* good;
    const char* bad;
    const char* told;
  };
  for (const Example& example : {
           Example{R"(check="personas-kods")", "16117519997", "1611751999", "held: personas-kods"},
           Example{R"(check="personas-kods")", "161175-19997", "16117519998",
                   "16117519998 notice: personas-kods-check-digit"},
           Example{R"(check="varis-code")", "105123456", "10512345", "held: varis-code"},
           Example{R"(check="varis-code")", "999999999", "012345678", "held: varis-code"},
           Example{R"(check="varis-code")", "100000000", "10512345a", "held: varis-code"},
           Example{R"(check="date")", "2024-02-29", "2023-02-29", "held: date-not-readable"},
           Example{R"(check="date" not-after="run-date")", "2026-11-21", "2026-11-22", "held: date-too-late"},
           Example{R"(check="date" not-before="1880-01-01")", "1880-01-01", "1879-12-31",
                   "held: date-too-early"},
           Example{R"(check="date" not-before="run-date")", "2026-11-21", "2026-11-20",
                   "held: date-too-early"},
           Example{R"(check="date" not-after="2026-01-01")", "2026-01-01", "2026-01-02",
                   "held: date-too-late"},
           Example{R"(check="pattern" value="LV-[0-9]{4}")", "LV-3701", "xLV-3701", "held: pattern"},
           Example{R"(check="max-length" value="3")", "āčē", "āčēģ", "held: max-length"},
           Example{R"(check="max-length" value="3" notice="yes")", "abc", "abcd", "abcd notice: max-length"},
       }) {
    const std::string inside = std::string("<rule ") + example.rule + "/>";
    EXPECT_EQ(cell("from=\"v\"", inside, example.good), example.good) << example.rule;
    EXPECT_EQ(cell("from=\"v\"", inside, example.bad), example.told) << example.rule;
  }
}

TEST_F(MapperTest, PresentAndAbsentJudgeWhetherThereIsAValue) {
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="present"/>)", "a"), "a");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="present"/>)", ""), "held: missing");
  EXPECT_EQ(cell("from=\"nothing\"", R"(<rule check="present"/>)", "a"), "held: missing");
  EXPECT_EQ(cell("from=\"v\" default=\"none\"", R"(<rule check="present" notice="yes"/>)", ""),
            "none notice: missing");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="absent"/>)", ""), "");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="absent"/>)", "a"), "held: unexpected");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="absent" notice="yes"/>)", "a"), "a notice: unexpected");
  EXPECT_EQ(cell("from=\"v\" holds=\"record\"", R"(<rule check="present"/>)", ""), "row held: missing");
  // with the others: what is not there is judged by nothing else, and everything by the conditions first
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="present" notice="yes"/><rule check="date"/>)", ""),
            " notice: missing");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="present"/><when field="v" present="yes"/>)", ""), "");
  EXPECT_EQ(cell("from=\"v\"", R"(<rule check="absent"/><when field="v" is="b"/>)", "a"), "");
}

class Bounds : public MapperTest {
 protected:
  // What the rule says about `applied`, with `ended` beside it; "" for nothing.
  std::string told(const std::string& bounds, const std::string& applied, const std::string& ended) {
    Mapper one = mapper(std::string(R"(<join name="previous" record="previous"/>)") + key +
                        "<field name=\"x\" from=\"applied\"><rule check=\"date\" " + bounds +
                        "/></field><field name=\"y\" from=\"previous.ended\"/>");
    const std::vector<Record> records{person({{"applied", applied}, {"ended", ended}}),
                                      {"previous", "1", "", true, "", {{"ended", ended}}}};
    const Outcome& outcome = one.map({"K-1", "16117519997", "", records});
    return outcome.findings.empty() ? "" : outcome.findings[0].rule;
  }
};

TEST_F(Bounds, AreCountedFromAReference) {
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-11-20", "2026-09-20"), "");
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-11-21", "2026-09-20"), "date-too-late");
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-02-28", "2025-12-31"), "");
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-03-01", "2025-12-31"), "date-too-late");
  EXPECT_EQ(told(R"(not-before="ended")", "2026-09-20", "2026-09-20"), "");
  EXPECT_EQ(told(R"(not-before="ended")", "2026-09-19", "2026-09-20"), "date-too-early");
  EXPECT_EQ(told(R"(not-before="previous.ended+P1Y")", "2026-09-19", "2025-09-20"), "date-too-early");
  EXPECT_EQ(told(R"(not-before="previous.ended+P1Y")", "2026-09-20", "2025-09-20"), "");
  EXPECT_EQ(told(R"(not-before="ended-P10D")", "2026-09-10", "2026-09-20"), "");
  EXPECT_EQ(told(R"(not-before="ended-P10D")", "2026-09-09", "2026-09-20"), "date-too-early");
  EXPECT_EQ(told(R"(not-before="run-date-P120Y")", "1906-11-21", ""), "");
  EXPECT_EQ(told(R"(not-before="run-date-P120Y")", "1906-11-20", ""), "date-too-early");
  EXPECT_EQ(told(R"(not-after="run.date+P1D")", "2026-11-23", ""), "date-too-late");
}

TEST_F(Bounds, DoNotApplyWhenTheReferenceIsEmptyAndAreFoundWhenItIsUnreadable) {
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-11-21", ""), "");
  EXPECT_EQ(told(R"(not-after="ended+P2M")", "2026-11-21", "2026-02-30"), "date-not-readable");
  EXPECT_EQ(told(R"(not-before="ended+P2M")", "2026-11-21", "soon"), "date-not-readable");
}

class OwnWords : public MapperTest {
 protected:
  Finding found(const std::string& attributes, const std::string& value) {
    Mapper one = field("from=\"v\"", "<rule " + attributes +
                                         R"( id="course-of-group"><lv>Kurss nav
        14 dienas.</lv><en>The course is not 14 days.</en></rule>)");
    const std::vector<Record> records{person({{"v", value}})};
    const Outcome& outcome = one.map({"K-1", "16117519997", "", records});
    return outcome.findings.empty() ? Finding{} : outcome.findings[0];
  }
};

TEST_F(OwnWords, TakeThePlaceOfTheGeneralOnes) {
  const Finding finding = found(R"(check="pattern" value="14" notice="yes")", "21");
  EXPECT_EQ(finding.rule, "course-of-group");
  EXPECT_EQ(finding.weight, Weight::notice);
  EXPECT_EQ(finding.field, "x");
  EXPECT_EQ(finding.english, "The course is not 14 days.");
  EXPECT_EQ(finding.latvian, "Kurss nav 14 dienas.");
  EXPECT_EQ(found(R"(check="pattern" value="14")", "21").weight, Weight::field);
  EXPECT_EQ(found(R"(check="present")", "").rule, "course-of-group");
  EXPECT_EQ(found(R"(check="absent")", "a").rule, "course-of-group");
  EXPECT_EQ(found(R"(check="personas-kods")", "16117519998").rule, "course-of-group");
  EXPECT_EQ(found(R"(check="max-length" value="1")", "21").rule, "course-of-group");
}

TEST_F(OwnWords, AboutABoundAreNotSaidOfADateThatCannotBeRead) {
  EXPECT_EQ(found(R"(check="date" not-after="run-date")", "2026-11-22").rule, "course-of-group");
  EXPECT_EQ(found(R"(check="date" not-after="run-date")", "tomorrow").rule, "date-not-readable");
  EXPECT_EQ(found(R"(check="date")", "tomorrow").rule, "course-of-group");
}

TEST_F(MapperTest, EveryFormatWritesWhatItSays) {
  EXPECT_EQ(cell(R"(from="v" format="date-lv")", "", "2026-01-02"), "02.01.2026");
  EXPECT_EQ(cell(R"(from="v" format="date")", "", "2026-11-20T22:30:00Z"),
            "2026-11-21");  // the day in Latvia
  EXPECT_EQ(cell(R"(from="v" format="date")", "", "20.11.2026"), "held: date-not-readable");
  EXPECT_EQ(cell(R"(from="v" format="personas-kods")", "", "16117519997"), "161175-19997");
  EXPECT_EQ(cell(R"(from="v" format="personas-kods")", "", "1"), "held: personas-kods");
  EXPECT_EQ(cell(R"(from="v" format="upper")", "", "ķirsis"), "ĶIRSIS");
  EXPECT_EQ(cell(R"(from="v" format="lower")", "", "ĶIRSIS"), "ķirsis");
  EXPECT_EQ(cell(R"(from="v" format="one-line")", "", " a\n b "), "a b");
}

TEST_F(MapperTest, ADayMayBeCountedOn) {
  EXPECT_EQ(cell(R"(from="v" plus="P2M")", "", "2026-12-31"), "2027-02-28");
  EXPECT_EQ(cell(R"(from="v" plus="P1Y2M3D" format="date-lv")", "", "2026-01-01T10:00:00+02:00"),
            "04.03.2027");
  EXPECT_EQ(cell(R"(from="v" plus="P2M")", "", "soon"), "held: date-not-readable");
  EXPECT_EQ(cell(R"(from="v" plus="P2M")", "", ""), "");
}

TEST_F(MapperTest, MaxLengthJudgesTheFinishedCell) {
  EXPECT_EQ(
      cell(R"(from="v" format="personas-kods")", R"(<rule check="max-length" value="11"/>)", "16117519997"),
      "held: max-length");
}

TEST_F(MapperTest, AMissingValueTakesTheDefaultOrIsFoundWhenRequired) {
  EXPECT_EQ(cell(R"(from="nothing")", "", ""), "");
  EXPECT_EQ(cell(R"(from="nothing" default="none")", "", ""), "none");
  EXPECT_EQ(cell(R"(from="nothing" default="none" required="yes")", "", ""), "none");
  EXPECT_EQ(cell(R"(from="nothing" required="yes")", "", ""), "held: missing");
  EXPECT_EQ(cell(R"(from="nothing" required="yes" holds="record")", "", ""), "row held: missing");
  EXPECT_EQ(cell(R"(from="v" required="yes")", "", ""), "held: missing");
  EXPECT_EQ(cell(R"(value="always")", "", ""), "always");
}

TEST_F(MapperTest, EveryWhenDecidesAboutItsCell) {
  const auto holds = [&](const std::string& test, const std::string& value) {
    return cell(R"(value="yes" default="no")", "<when field=\"v\" " + test + "/>", value);
  };
  EXPECT_EQ(holds("is=\"a\"", "a"), "yes");
  EXPECT_EQ(holds("is=\"a\"", "b"), "no");
  EXPECT_EQ(holds("is-not=\"a\"", "b"), "yes");
  EXPECT_EQ(holds("is-not=\"a\"", "a"), "no");
  EXPECT_EQ(holds("one-of=\"a b\"", "b"), "yes");
  EXPECT_EQ(holds("one-of=\"a b\"", "c"), "no");
  EXPECT_EQ(holds("present=\"yes\"", "a"), "yes");
  EXPECT_EQ(holds("present=\"yes\"", ""), "no");
  EXPECT_EQ(holds("present=\"no\"", ""), "yes");
  EXPECT_EQ(holds("present=\"no\"", "a"), "no");
  EXPECT_EQ(holds("same-as=\"run.environment\"", "test"), "yes");
  EXPECT_EQ(holds("same-as=\"run.environment\"", "production"), "no");
  EXPECT_EQ(holds("same-as=\"nothing\"", ""), "no");
}

TEST_F(MapperTest, ReadsTheSubjectTheRunAndTheAge) {
  Mapper one = mapper(std::string(key) +
                      R"(<field name="a" from="subject.code"/><field name="b" from="subject.previous_code"/>
    <field name="c" from="run.date"/><field name="d" from="run.municipality"/><field name="e" from="run.environment"/>
    <field name="f" from="as_of"/><field name="g" from="person.v"/>)");
  const std::vector<Record> records{person({{"v", "1"}})};
  const Outcome& outcome = one.map({"K-1", "16117519997", "11111111111", records});
  ASSERT_EQ(outcome.rows.size(), 1u);
  EXPECT_THAT(outcome.rows[0].row.cells,
              ElementsAre("K-1", "16117519997", "11111111111", "2026-11-21", "Piekrastes novads", "test",
                          "2026-11-21T03:00:00+02:00", "1"));
  EXPECT_TRUE(outcome.code_changed);
}

TEST_F(MapperTest, AdaptersThatChangeTheOrderOfFieldsAreReadAllTheSame) {
  Mapper one = mapper(std::string(key) + R"(<field name="a" from="a"/><field name="b" from="b"/>)");
  const std::vector<Record> there{person({{"a", "1"}, {"b", "2"}})};
  const std::vector<Record> back{person({{"b", "2"}, {"a", "1"}})};
  const std::vector<Record> less{person({{"b", "2"}})};
  EXPECT_THAT(one.map({"K", "", "", there}).rows[0].row.cells, ElementsAre("K", "1", "2"));
  EXPECT_THAT(one.map({"K", "", "", back}).rows[0].row.cells, ElementsAre("K", "1", "2"));
  EXPECT_THAT(one.map({"K", "", "", less}).rows[0].row.cells, ElementsAre("K", "", "2"));
  EXPECT_THAT(one.map({"K", "", "", there}).rows[0].row.cells, ElementsAre("K", "1", "2"));
}

TEST_F(MapperTest, WhatTheRegistryNoLongerHasGetsNoRow) {
  Mapper one = mapper(key);
  std::vector<Record> records{person({})};
  EXPECT_EQ(one.map({"K", "", "", records}).rows.size(), 1u);
  records[0].present = false;
  EXPECT_THAT(one.map({"K", "", "", records}).rows, IsEmpty());
  EXPECT_THAT(one.map({"K", "", "", {}}).rows, IsEmpty());
  EXPECT_TRUE(one.map({"K", "", "", {}}).complete);
}

TEST_F(MapperTest, AJoinIsTheFirstByKeyWhateverTheOrder) {
  Mapper one = mapper(R"(<join name="r" record="relation"><where field="kind" is="child"/></join>)" +
                      std::string(key) + R"(<field name="c" from="r.code"/>)");
  const Record second{"relation", "1/child/2", "", true, "", {{"kind", "child"}, {"code", "2"}}};
  const Record first{"relation", "1/child/1", "", true, "", {{"kind", "child"}, {"code", "1"}}};
  const Record other{"relation", "1/child/0", "", true, "", {{"kind", "spouse"}, {"code", "0"}}};
  const Record gone{"relation", "1/child/00", "", false, "", {{"kind", "child"}, {"code", "00"}}};
  const std::vector<Record> one_order{second, gone, person({}), other, first},
      other_order{first, other, person({}), second};
  EXPECT_EQ(one.map({"K", "", "", one_order}).rows[0].row.cells[1], "1");
  EXPECT_EQ(one.map({"K", "", "", other_order}).rows[0].row.cells[1], "1");
}

// What came before each step: found by the step's own fields, and not by the person.
TEST_F(MapperTest, AJoinMayFitARecordToEachRow) {
  const auto step = [](const char* place, const char* number, const char* after, const char* state) {
    return Record{"person", std::string("16117519997/") + place,
                  "",       true,
                  "",       {{"place", place}, {"number", number}, {"after", after}, {"state", state}}};
  };
  const std::vector<Record> records{step("3", "A", "2", "invited"), step("1", "A", "", "registered"),
                                    step("2", "A", "1", "queued"), step("9", "B", "2", "queued")};
  Mapper one = mapper(R"(<join name="before" record="person"><where field="number" same-as="number"/>
      <where field="place" same-as="after"/></join>
      <field name="place" from="place" key="yes"/><field name="x" from="before.state state"/>)");
  const Outcome& outcome = one.map({"K-1", "16117519997", "", records});
  std::vector<std::string> cells;
  for (const MappedRow& mapped : outcome.rows) cells.push_back(mapped.row.cells[1]);
  EXPECT_THAT(cells, ElementsAre("registered", "registered queued", "queued invited", "queued"));
}

TEST_F(MapperTest, SeveralReferencesAreTheWordsThatAreThere) {
  Mapper one = field(R"(from="v nothing run.environment" required="yes")");
  const std::vector<Record> some{person({{"v", "Anna"}})}, none{person({})};
  EXPECT_EQ(one.map({"K", "", "", some}).rows[0].row.cells[1], "Anna test");
  EXPECT_EQ(one.map({"K", "", "", none}).rows[0].row.cells[1], "test");
}

TEST_F(MapperTest, DeathsAndChangedCodesPassFindingsOfOtherFields) {
  const std::string body =
      std::string(key) + R"(<field name="name" from="name" required="yes" holds="record"/>
    <field name="died" from="died"/>)";
  Mapper one = mapper(body, today, R"(death="died" changed-code="was")");
  const std::vector<Record> living{person({})}, dead{person({{"died", "2026-11-20"}})},
      changed{person({{"was", "1"}})};

  const Outcome& held = one.map({"K", "", "", living});
  EXPECT_TRUE(held.rows[0].held);
  EXPECT_EQ(held.findings[0].weight, Weight::record);
  EXPECT_FALSE(held.death || held.code_changed);

  const Outcome& death = one.map({"K", "", "", dead});
  EXPECT_FALSE(death.rows[0].held);
  EXPECT_TRUE(death.death);
  EXPECT_THAT(death.rows[0].row.cells, ElementsAre("K", "", "2026-11-20"));
  EXPECT_THAT(death.rows[0].row.held, ElementsAre(0, 1, 0));
  EXPECT_EQ(death.findings[0].weight, Weight::field);

  EXPECT_FALSE(one.map({"K", "", "", changed}).rows[0].held);
  EXPECT_TRUE(one.map({"K", "", "", changed}).code_changed);
  EXPECT_FALSE(one.map({"K", "2", "1", living}).rows[0].held);
}

TEST_F(MapperTest, WithoutAKeyNothingOfTheSubjectMayBeRemoved) {
  Mapper one = mapper(R"(<field name="a" from="a" key="yes"/><field name="b" from="b" key="yes"/>)");
  const std::vector<Record> good{person({{"a", "1/2"}, {"b", "3"}})};
  const std::vector<Record> empty{person({{"b", "3"}})}, slash{person({{"a", "1"}, {"b", "3/4"}})};
  EXPECT_EQ(one.map({"K", "", "", good}).rows[0].row.key, "1/2/3");
  EXPECT_TRUE(one.map({"K", "", "", good}).complete);
  for (const auto* records : {&empty, &slash}) {
    const Outcome& outcome = one.map({"K", "", "", *records});
    EXPECT_THAT(outcome.rows, IsEmpty());
    EXPECT_FALSE(outcome.complete);
    ASSERT_EQ(outcome.findings.size(), 1u);
    EXPECT_EQ(outcome.findings[0].weight, Weight::record);
  }
}

TEST_F(MapperTest, OfTwoRecordsWithOneKeyTheCurrentCodeCounts) {
  Mapper one = mapper(std::string(key) + R"(<field name="code" from="code"/>)");
  const std::vector<Record> both{person({{"code", "2"}}, "22222222222"),
                                 person({{"code", "1"}}, "11111111111")};
  for (const char* current : {"11111111111", "22222222222"}) {
    const Outcome& outcome = one.map({"K", current, "", both});
    ASSERT_EQ(outcome.rows.size(), 1u);
    EXPECT_EQ(outcome.rows[0].row.cells[1], std::string(1, current[0]));
    EXPECT_FALSE(outcome.rows[0].held);
    EXPECT_THAT(outcome.findings, IsEmpty());
  }
  const Outcome& neither = one.map({"K", "33333333333", "", both});
  ASSERT_EQ(neither.rows.size(), 1u);
  EXPECT_TRUE(neither.rows[0].held);
  EXPECT_EQ(neither.findings[0].rule, "two-records");
}

class Lookup : public MapperTest {
 protected:
  void SetUp() override {
    folder_.write(
        "list.xml",
        R"(<code-list xmlns="urn:tilts:mapping:1"><entry code="M" value="old" valid-to="2026-12-31"/>
      <entry code="M" value="new" valid-from="2027-01-01"/>
      <entry code="Piekrastes novads" value="0001000" valid-from="2021-07-01"/></code-list>)");
  }
  static constexpr char list[] = R"(<code-list name="list" file="list.xml"/>)";
};

TEST_F(Lookup, FollowsTheRunsDay) {
  const std::vector<Record> records{person({{"v", "M"}})};
  const std::string body = list + std::string(key) + R"(<field name="x" from="v" lookup="list"/>)";
  Mapper last_year = mapper(body, 2026y / December / 31), this_year = mapper(body, 2027y / January / 1);
  EXPECT_EQ(last_year.map({"K", "", "", records}).rows[0].row.cells[1], "old");
  EXPECT_EQ(this_year.map({"K", "", "", records}).rows[0].row.cells[1], "new");
}

TEST_F(Lookup, FollowsTheRowsDayWhereTheMappingSaysSo) {
  const std::string body = list + std::string(key) + R"(<field name="x" from="v" lookup="list"/>
      <field name="y" from="w"><rule check="code-list" value="list"/></field>)";
  Mapper one = mapper(body, 2027y / June / 1, R"(codes-on="day")");
  const auto x = [&](const char* day) {
    const std::vector<Record> records{person({{"v", "M"}, {"w", "Piekrastes novads"}, {"day", day}})};
    const Outcome& outcome = one.map({"K", "", "", records});
    return outcome.rows[0].row.cells[1] + (outcome.findings.empty() ? "" : " " + outcome.findings[0].english);
  };
  EXPECT_EQ(x("2026-12-31"), "old");
  EXPECT_EQ(x("2027-01-01"), "new");
  EXPECT_THAT(x("2021-06-30"), HasSubstr("is not in code list list on 2021-06-30"));
  EXPECT_EQ(x("soon"), "new") << "the run's day, where the row's cannot be read";
}

TEST_F(Lookup, ARuleAsksForACodeOfTheRunsDayAndLeavesTheValue) {
  const std::string body =
      list + std::string(key) + R"(<field name="x" from="v"><rule check="code-list" value="list"/></field>)";
  const std::vector<Record> known{person({{"v", "Piekrastes novads"}})}, unknown{person({{"v", "X"}})};
  Mapper one = mapper(body), before = mapper(body, 2021y / June / 30);
  EXPECT_EQ(one.map({"K", "", "", known}).rows[0].row.cells[1], "Piekrastes novads");
  EXPECT_THAT(one.map({"K", "", "", known}).findings, IsEmpty());
  EXPECT_EQ(one.map({"K", "", "", unknown}).findings[0].rule, "not-in-code-list");
  EXPECT_EQ(before.map({"K", "", "", known}).findings[0].rule, "not-in-code-list");
}

TEST_F(Lookup, AFindingNamesFileLineAndFieldInTwoLanguages) {
  Mapper one = mapper(list + std::string("\n") + key + "\n<field name=\"sex\" from=\"v\" lookup=\"list\"/>");
  const std::vector<Record> records{person({{"v", "X"}})};
  const Outcome& outcome = one.map({"K", "", "", records});
  ASSERT_EQ(outcome.findings.size(), 1u);
  const Finding& finding = outcome.findings[0];
  EXPECT_EQ(finding.rule, "not-in-code-list");
  EXPECT_EQ(finding.weight, Weight::field);
  EXPECT_EQ(finding.record, "person");
  EXPECT_EQ(finding.key, "16117519997");
  EXPECT_EQ(finding.field, "sex");
  EXPECT_THAT(finding.place, testing::EndsWith("m.xml:4"));
  EXPECT_EQ(
      finding.english,
      "\"X\" is not in code list list on 2026-11-21; correct it in the registry, or add it to the list");
  EXPECT_EQ(finding.latvian,
            "\"X\" 21.11.2026 nav klasifikatorā list; labojiet reģistrā vai papildiniet klasifikatoru");
}

TEST_F(Lookup, TheRunsMunicipalityMustBeKnownOnItsDay) {
  const std::string body =
      list +
      std::string("<entitled><when field=\"m\" same-as=\"run.municipality\" lookup=\"list\"/></entitled>") +
      key;
  Mapper one = mapper(body);
  const std::vector<Record> here{person({{"m", "0001000"}})}, elsewhere{person({{"m", "0002000"}})};
  EXPECT_EQ(one.map({"K", "", "", here}).rows.size(), 1u);
  EXPECT_THAT(one.map({"K", "", "", elsewhere}).rows, IsEmpty());
  EXPECT_THROW(
      {
        try {
          mapper(body, 2021y / June / 30);
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), Code::config);
          EXPECT_THAT(error.what(),
                      HasSubstr("municipality \"Piekrastes novads\" is not in code list list on 2021-06-30"));
          throw;
        }
      },
      Error);
}

}  // namespace
}  // namespace tilts::mapping
