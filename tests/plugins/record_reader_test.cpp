#include "plugins/sdk/record_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilts::sdk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Shape people() {
  return {
      .namespaces = {{"s", "urn:soap"}, {"p", "urn:person"}},
      .root = {
          .name = "",
          .path = "",
          .fields = {"s:Body/p:List/p:Total", "s:Body/@p:id"},
          .groups = {
              {.name = "person",
               .path = "s:Body/p:List/p:Person",
               .fields = {"p:Code", "p:Document/p:Kind", "@sex", "p:Name"},
               .groups = {{.name = "address",
                           .path = "p:Address",
                           .fields = {"p:Kind", "p:Text"},
                           .groups = {{.name = "line", .path = "p:Line", .fields = {"."}, .groups = {}}}},
                          {.name = "relation", .path = "p:Relation", .fields = {"p:Code"}, .groups = {}}}},
              {.name = "missing", .path = "s:Body/p:List/p:NotFound", .fields = {"p:Code"}, .groups = {}}}}};
}

std::string in_body(const std::string& content) {
  return "<s:Body xmlns:s=\"urn:soap\" xmlns:p=\"urn:person\" p:id=\"7\"><p:List>" + content +
         "</p:List></s:Body>";
}

std::string told(const Row& row) {
  std::string text = row.group() + "(";
  for (size_t field = 0; field < row.size(); ++field)
    text += (field > 0 ? "|" : "") + (row.has(field) ? std::string(row[field]) : "-");
  text += ")";
  for (const Row child : row.children()) text += "[" + told(child) + "]";
  return text;
}

std::vector<std::string> rows(const std::string& xml) {
  std::vector<std::string> result;
  RecordReader(people()).read(xml, [&](const Row& row) { result.push_back(told(row)); });
  return result;
}

std::string refusal(const std::string& xml) {
  try {
    rows(xml);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Code::bug);
    return failure.what();
  }
  return "read";
}

TEST(RecordReader, ReadsRecordsWithWhatIsNestedInThem) {
  EXPECT_THAT(
      rows(in_body(
          "<p:Total>2</p:Total>"
          "<p:Person "
          "sex=\"M\"><p:Address><p:Kind>declared</p:Kind><p:Line>1</p:Line><p:Line>2</p:Line></p:Address>"
          "<p:Code>1</p:Code><p:Document><p:Kind>ID</p:Kind></p:Document><p:Relation><p:Code>9</p:Code></"
          "p:Relation>"
          "<p:Address><p:Text>Liepu iela 3</p:Text></p:Address></p:Person>"
          "<p:NotFound><p:Code>3</p:Code></p:NotFound><p:Person><p:Code>2</p:Code></p:Person>")),
      ElementsAre(
          "person(1|ID|M|-)[address(declared|-)[line(1)][line(2)]][relation(9)][address(-|Liepu iela 3)]",
          "missing(3)", "person(2|-|-|-)"));
}

TEST(RecordReader, GivesTheFieldsOfTheWhole) {
  const RecordReader reader(people());
  const Whole whole = reader.read(in_body("<p:Person/><p:Total>17</p:Total>"), [](const Row&) {});
  EXPECT_EQ(whole[0], "17");
  EXPECT_EQ(whole[1], "7");
  const Whole none = reader.read(in_body(""), [](const Row&) { FAIL(); });
  EXPECT_FALSE(none.has(0));
}

TEST(RecordReader, KeepsEveryCharacterOfAValue) {
  EXPECT_THAT(
      rows(in_body("<p:Person><p:Name>B&#x113;rzi&lt;<!-- c -->&amp;ņš <![CDATA[<a>]]></p:Name></p:Person>")),
      ElementsAre("person(-|-|-|Bērzi<&ņš <a>)"));
  EXPECT_THAT(rows(in_body("<p:Person><p:Name>  </p:Name><p:Code/></p:Person>")),
              ElementsAre("person(|-|-|  )"));
  const std::string longer(200'000, 'x');
  EXPECT_THAT(rows(in_body("<p:Person><p:Name>" + longer + "</p:Name></p:Person>")),
              ElementsAre("person(-|-|-|" + longer + ")"));
}

TEST(RecordReader, GoesByNamespaceAndPlaceNotByPrefixOrName) {
  EXPECT_THAT(rows("<a:Body xmlns:a=\"urn:soap\"><List "
                   "xmlns=\"urn:person\"><Person><Code>1</Code></Person></List></a:Body>"),
              ElementsAre("person(1|-|-|-)"));
  EXPECT_THAT(
      rows(in_body("<p:Person xmlns:q=\"urn:other\"><q:Code>1</q:Code><p:Wrap><p:Code>2</p:Code></p:Wrap>"
                   "<p:Name>a<p:Code>3</p:Code>b</p:Name></p:Person>")),
      ElementsAre("person(-|-|-|ab)"));
  EXPECT_THAT(rows("<p:List xmlns:p=\"urn:person\"><p:Person><p:Code>1</p:Code></p:Person></p:List>"),
              ElementsAre());
}

TEST(RecordReader, NilIsAbsent) {
  const std::string xsi = " xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\"";
  EXPECT_THAT(rows(in_body("<p:Person" + xsi +
                           "><p:Code x:nil=\"true\"/><p:Name x:nil=\"false\">n</p:Name></p:Person>")),
              ElementsAre("person(-|-|-|n)"));
}

TEST(RecordReader, RefusesAFieldThatIsThereTwice) {
  EXPECT_THAT(refusal(in_body("<p:Person><p:Code>1</p:Code><p:Code>2</p:Code></p:Person>")),
              HasSubstr("p:Code twice in one row (record 1)"));
  EXPECT_THAT(refusal(in_body("<p:Total>1</p:Total><p:Total>1</p:Total>")),
              HasSubstr("s:Body/p:List/p:Total twice"));
  EXPECT_EQ(
      refusal(in_body("<p:Person><p:Code>1</p:Code></p:Person><p:Person><p:Code>2</p:Code></p:Person>")),
      "read");
}

TEST(RecordReader, RefusesWhatIsNotPlainWellFormedXml) {
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("<a><b></a>"), HasSubstr("not namespace-well-formed XML at line 1"));
  EXPECT_THAT(refusal("<a/><b/>"), HasSubstr("not namespace-well-formed"));
  EXPECT_THAT(refusal("<u:a/>"), HasSubstr("not namespace-well-formed"));
  EXPECT_THAT(refusal("<a>&nobody;</a>"), HasSubstr("not namespace-well-formed"));
  EXPECT_THAT(refusal("<a>\xE2</a>"), HasSubstr("not namespace-well-formed"));
  EXPECT_THAT(refusal("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), HasSubstr("a DOCTYPE"));
  std::string deep;
  for (int level = 0; level < 100'000; ++level) deep += "<a>";
  EXPECT_THAT(refusal(deep), HasSubstr("not namespace-well-formed"));
}

TEST(RecordReader, NeverQuotesTheMessage) {
  EXPECT_THAT(refusal(in_body("<p:Person><p:Code>01017012345</p:Code><01017012345></p:Person>")),
              testing::Not(HasSubstr("01017012345")));
}

TEST(RecordReader, EndsWhenTheHandlerThrows) {
  const RecordReader reader(people());
  int taken = 0;
  EXPECT_THROW(reader.read(in_body("<p:Person/><p:Person/><p:Person/>"),
                           [&](const Row&) {
                             if (++taken == 2) throw Failure(Code::declined, "enough");
                           }),
               Failure);
  EXPECT_EQ(taken, 2);
}

TEST(RecordReader, RefusesATableThatCannotBeRead) {
  const auto with = [](std::vector<std::string> fields, std::vector<Group> groups = {}) {
    return Shape{.namespaces = {{"p", "urn:person"}},
                 .root = {.name = "", .path = "", .fields = std::move(fields), .groups = std::move(groups)}};
  };
  EXPECT_NO_THROW(RecordReader(with({"p:A/p:B", "p:A/p:C", "p:A/@d"})));
  EXPECT_THROW(RecordReader(with({"q:A"})), Failure);
  EXPECT_THROW(RecordReader(with({"p:A", "p:A/p:B"})), Failure);
  EXPECT_THROW(RecordReader(with({"p:A", "p:A"})), Failure);
  EXPECT_THROW(RecordReader(with({"p:A//p:B"})), Failure);
  EXPECT_THROW(RecordReader(with({}, {{.name = "g", .path = "", .fields = {}, .groups = {}}})), Failure);
  EXPECT_THROW(RecordReader(with({"p:A"}, {{.name = "g", .path = "p:A", .fields = {}, .groups = {}}})),
               Failure);
}

}  // namespace
}  // namespace tilts::sdk
