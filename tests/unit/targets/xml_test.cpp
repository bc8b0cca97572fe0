#include "gateway/targets/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/targets/rows.h"

namespace tilts::targets {
namespace {

using support::read_file;
using testing::HasSubstr;

constexpr char stylesheet_head[] =
    R"(<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:tilts:rows:1" exclude-result-prefixes="t">)";

constexpr char schema[] = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="People"><xs:complexType><xs:sequence>
    <xs:element name="Person" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:simpleContent>
      <xs:extension base="Name"><xs:attribute name="id"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:simpleType name="Name"><xs:restriction base="xs:string"><xs:maxLength value="5"/></xs:restriction></xs:simpleType>
</xs:schema>)";

class XmlTarget : public testing::Test {
 protected:
  XmlTarget() { clear(); }

  Settings with() const { return settings(Kind::xml, folder_.path() / "out"); }
  Settings styled(const std::string& templates) const {
    Settings made = with();
    made.stylesheet = folder_.write("s.xsl", stylesheet_head + templates + "</xsl:stylesheet>");
    return made;
  }
  Settings people(const std::string& row_template =
                      R"(<Person id="{t:client}"><xsl:value-of select="t:name"/></Person>)") const {
    return styled(R"(<xsl:template match="t:rows"><People/></xsl:template><xsl:template match="t:row">)" +
                  row_template + "</xsl:template>");
  }
  std::string refused(const Settings& settings) const {
    try {
      Target::open(settings, residents());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::config);
      return error.what();
    }
    return "opened";
  }
  std::string delivered(const Settings& settings, const std::vector<Row>& rows) const {
    clear();
    return read_file(deliver(*Target::open(settings, residents()), rows).file);
  }
  void clear() const {
    std::filesystem::remove_all(folder_.path() / "out");
    std::filesystem::create_directory(folder_.path() / "out");
  }
  std::string failure(const Settings& settings, const std::vector<Row>& rows) const {
    const auto target = Target::open(settings, residents());
    try {
      deliver(*target, rows);
    } catch (const Error& error) {
      EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "out")) << "something was left";
      return error.what();
    }
    return "delivered";
  }

  support::TemporaryFolder folder_;
};

TEST_F(XmlTarget, WithoutAStylesheetIsAnElementForEachRow) {
  Row held = row("K-2", "", "2");
  held.held[1] = 1;
  EXPECT_EQ(delivered(with(), {row("K-1", "A & <B>\n\"C\"", ""), held}),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<rows xmlns="urn:tilts:rows:1" target="residents" environment="test" run="17" part="2-rest" as-of="2026-11-21T01:00:00.000Z">
<row xmlns="urn:tilts:rows:1" action="add"><client>K-1</client><name>A &amp; &lt;B&gt;&#10;&quot;C&quot;</name><code/></row>
<row xmlns="urn:tilts:rows:1" action="add"><client>K-2</client><name held-back="yes"/><code>2</code></row>
</rows>
)");
}

TEST_F(XmlTarget, AStylesheetMakesFrameAndRows) {
  EXPECT_EQ(delivered(people(), {row("1", "Āda", ""), row("2", "<b>", "")}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<People>\n<Person id=\"1\">Āda</Person>\n<Person "
            "id=\"2\">&lt;b&gt;</Person>\n"
            "</People>\n");
  EXPECT_EQ(delivered(people(), {}), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<People>\n</People>\n");
}

TEST_F(XmlTarget, AStylesheetCannotReadWriteOrConnect) {
  const std::string secret = folder_.write("secret.xml", "<secret>word</secret>");
  for (const std::string& reach :
       {"<Person><xsl:copy-of select=\"document('" + secret + "')\"/></Person>",
        std::string("<Person><xsl:copy-of select=\"document('http://127.0.0.1:1/x')\"/></Person>"),
        "<Person/><xsl:document href='" + (folder_.path() / "written").string() + "'>x</xsl:document>"}) {
    EXPECT_THAT(failure(people(reach), {row("1", "a", "")}),
                testing::AnyOf(HasSubstr("reached for a file or the network"), HasSubstr("not an XSLT")))
        << reach;
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "written"));
  }
}

TEST_F(XmlTarget, AStylesheetThatRunsAwayIsStopped) {
  const Settings endless = styled(R"(<xsl:template match="t:rows"><People/></xsl:template>
    <xsl:template match="t:row"><Person><xsl:call-template name="on"/></Person></xsl:template>
    <xsl:template name="on"><xsl:call-template name="on"/><xsl:call-template name="on"/></xsl:template>)");
  EXPECT_THAT(failure(endless, {row("1", "a", "")}), HasSubstr("the stylesheet stopped with an error"));
}

TEST_F(XmlTarget, AStylesheetMustMakeOneElementOfARow) {
  EXPECT_THAT(failure(people("<a/><b/>"), {row("1", "a", "")}),
              HasSubstr("something else than one element of a row"));
  EXPECT_THAT(failure(people("text"), {row("1", "a", "")}),
              HasSubstr("something else than one element of a row"));
  EXPECT_THAT(failure(people(""), {row("1", "a", "")}),
              HasSubstr("something else than one element of a row"));
  const Settings full = styled(R"(<xsl:template match="t:rows"><People>x</People></xsl:template>)");
  EXPECT_THAT(failure(full, {}), HasSubstr("must make one empty element"));
}

TEST_F(XmlTarget, WhatIsNoStylesheetOrSchemaIsRefusedWhenTheTargetIsOpened) {
  Settings bad = with();
  bad.stylesheet = folder_.path() / "none.xsl";
  EXPECT_THAT(refused(bad), HasSubstr("none.xsl cannot be read"));
  bad.stylesheet = folder_.write("b.xsl", "<x");
  EXPECT_THAT(refused(bad), HasSubstr("b.xsl:1: not well-formed XML"));
  EXPECT_THAT(refused(styled("<xsl:template match='['/>")), HasSubstr("not an XSLT 1.0 stylesheet"));
  EXPECT_THAT(refused(styled("<xsl:import href='other.xsl'/>")), HasSubstr("brings in another file"));
  bad.stylesheet = folder_.write("d.xsl", "<!DOCTYPE x SYSTEM '/etc/hostname'><x/>");
  EXPECT_THAT(refused(bad), HasSubstr("has a DOCTYPE"));
  bad.stylesheet.clear();
  bad.schema = folder_.write(
      "s.xsd",
      R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="b"/></xs:schema>)");
  EXPECT_THAT(refused(bad), HasSubstr("s.xsd:1: not an XML Schema"));
  bad.schema = folder_.write("i.xsd", R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:include schemaLocation="x.xsd"/></xs:schema>)");
  EXPECT_THAT(refused(bad), HasSubstr("i.xsd:2: \"include\" brings in another file"));
}

TEST_F(XmlTarget, ARowThatTheSchemaRefusesIsAFinding) {
  Settings judged = people();
  judged.schema = folder_.write("s.xsd", schema);
  const auto target = Target::open(judged, residents());
  std::vector<Finding> findings;
  Row good = row("1", "Anna", ""), bad = row("2", "Annija", "");
  EXPECT_TRUE(target->fit(good, findings));
  EXPECT_TRUE(findings.empty());
  EXPECT_TRUE(target->fit(bad, findings));  // only its name is held back
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "not-in-schema");
  EXPECT_EQ(findings[0].weight, Weight::field);
  EXPECT_EQ(findings[0].field, "name");
  EXPECT_THAT(findings[0].english, HasSubstr("maxLength"));
  EXPECT_THAT(bad.held, testing::ElementsAre(0, 1, 0));
}

TEST_F(XmlTarget, ARowThatNoHeldBackCellMendsIsHeldBack) {
  Settings judged = people(R"(<Person><xsl:value-of select="'always too long'"/></Person>)");
  judged.schema = folder_.write("s.xsd", schema);
  const auto target = Target::open(judged, residents());
  std::vector<Finding> findings;
  Row bad = row("2", "Annija", "");
  EXPECT_FALSE(target->fit(bad, findings));
  EXPECT_EQ(findings.at(0).weight, Weight::record);
  EXPECT_EQ(bad.cells[1], "Annija");
}

TEST_F(XmlTarget, OutputThatTheSchemaRefusesIsNotDelivered) {
  Settings judged = people();
  judged.schema = folder_.write("s.xsd", schema);
  std::vector<Row> rows = many(2000);
  for (Row& each : rows) each.cells[1] = "Anna";
  EXPECT_THAT(delivered(judged, rows), HasSubstr("<Person id=\"K-1999\">Anna</Person>"));
  clear();
  rows[1000].cells[1] = "Secret";
  const std::string said = failure(judged, rows);
  EXPECT_THAT(said, HasSubstr("the output does not meet " + (folder_.path() / "s.xsd").string()));
  EXPECT_THAT(said, testing::Not(HasSubstr("Secret")));
  // A frame that the schema does not know.
  Settings other = judged;
  other.stylesheet = folder_.write(
      "o.xsl",
      stylesheet_head + std::string("<xsl:template match='t:rows'><Other/></xsl:template></xsl:stylesheet>"));
  EXPECT_THAT(failure(other, {}), HasSubstr("the output does not meet"));
}

TEST_F(XmlTarget, ACharacterThatXmlHasNotIsAFinding) {
  const auto target = Target::open(with(), residents());
  std::vector<Finding> findings;
  Row bad = row("1", "a\x01", "");
  EXPECT_TRUE(target->fit(bad, findings));
  EXPECT_EQ(findings.at(0).rule, "not-in-xml");
  EXPECT_EQ(findings.at(0).field, "name");
  EXPECT_EQ(bad.held[1], 1);
  Row nobody = row("1\x02", "a", "");
  EXPECT_FALSE(target->fit(nobody, findings));
}

TEST_F(XmlTarget, TheShippedStylesheetMeetsTheShippedSchema) {
  Settings shipped = with();
  shipped.stylesheet = TILTS_MAPPINGS "/municipal/address.xsl";
  shipped.schema = TILTS_MAPPINGS "/municipal/address.xsd";
  const Layout addresses{"municipal/address",
                         {{"client_number", true},
                          {"kind", true},
                          {"personas_kods"},
                          {"address_code"},
                          {"address"},
                          {"post_code"},
                          {"municipality_code"},
                          {"since"}}};
  const auto target = Target::open(shipped, addresses);
  Row one{"K-1/deklarētā",
          {"K-1", "deklarētā", "161175-19997", "105123456", "Liepu iela 3", "", "0001000", "2011-02-03"},
          std::vector<char>(8)};
  one.held[5] = 1;
  std::vector<Finding> findings;
  EXPECT_TRUE(target->fit(one, findings)) << findings.at(0).english;
  const std::string text = read_file(deliver(*target, {one, removal(addresses, "K-2/norādītā")}).file);
  EXPECT_THAT(text, HasSubstr("<Client>K-1</Client><Kind>deklarētā</Kind>"));
  EXPECT_THAT(text, HasSubstr("<Item name=\"post_code\" held-back=\"yes\"/>"));
}

}  // namespace
}  // namespace tilts::targets
