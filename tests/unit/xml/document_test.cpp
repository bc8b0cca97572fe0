#include "gateway/xml/document.h"

#include <gtest/gtest.h>

#include "gateway/xml/malformed.h"

namespace tilts::xml {
namespace {

// The rule that refuses the document, empty when it is taken.
std::string refused_by(std::string_view bytes, const Limits& limits = {}) {
  try {
    parse(bytes, limits);
    return "";
  } catch (const Malformed& refusal) {
    return refusal.rule();
  }
}

std::string repeat(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Document, TakesWhatIsWellFormed) {
  EXPECT_EQ(refused_by("<a/>"), "");
  EXPECT_EQ(
      refused_by(
          "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>\n<a b=\"1\">ā<!-- c --><![CDATA[<x]]></a>\n"),
      "");
  EXPECT_EQ(refused_by("<?xml-stylesheet href='x'?><a><?xml-thing?></a>"), "");
}

// libxml2 takes no more than 10 MB by itself, however it is put together.
TEST(Document, TakesALongTextWhereTheLimitsDo) {
  const std::string text = "<a>" + std::string(11'000'000, 'x') + "&amp;</a>";
  EXPECT_EQ(refused_by(text), "document-text");
  EXPECT_EQ(refused_by(text, {.text = 20'000'000}), "");
  EXPECT_EQ(refused_by(repeat("<a>", 300), {.text = 20'000'000}), "document-depth") << "no other limit goes";
}

// libxml2 by itself stops at 10 MB; the policy's bound is 20 MiB.
TEST(Document, TakesAsManyBytesAsTheLimitsDo) {
  std::string large = "<a>";
  while (large.size() < (19u << 20)) large += "<b>" + std::string(15'000, 't') + "</b>";
  EXPECT_NO_THROW(parse(large + "</a>", Limits{}));
}

TEST(Document, RefusesDoctypeAnywhere) {
  EXPECT_EQ(refused_by("<!DOCTYPE a><a/>"), "document-doctype");
  EXPECT_EQ(refused_by("<?xml version='1.0'?><!-- --> <!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"),
            "document-doctype");
  EXPECT_EQ(refused_by("<a><!ELEMENT a ANY></a>"), "document-doctype");
}

TEST(Document, RefusesOtherEncodingsAndVersions) {
  EXPECT_EQ(refused_by("<?xml version='1.1'?><a/>"), "document-version");
  EXPECT_EQ(refused_by("<?xml version='1.0' encoding='windows-1257'?><a/>"), "document-encoding");
  EXPECT_EQ(refused_by(std::string_view("\xFF\xFE<\0a\0/\0>\0", 10)), "document-encoding");
  EXPECT_EQ(refused_by(std::string_view("\0<\0a\0/\0>", 8)), "document-encoding");
  EXPECT_EQ(refused_by("<a>\xE2\x28\xA1</a>"), "document-well-formed");
  EXPECT_EQ(refused_by("<a>\xC0\x80</a>"), "document-well-formed");
  EXPECT_EQ(refused_by("<a>J\xE2nis</a>"), "document-well-formed");
}

TEST(Document, RefusesWhatIsNotNamespaceWellFormed) {
  for (const char* bytes :
       {"<x:a/>", "<a x:b='1'/>", "<a xmlns:x=''/>", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
        "<a:b:c xmlns:a='u'/>", "<a>&undeclared;</a>", "<a b='1' b='2'/>", "<a></b>", "<a/><b/>", "<a/>text",
        "", "text", "<a", "<a b=1/>", "<a b='<'/>", "<a><!-- -- --></a>"})
    EXPECT_EQ(refused_by(bytes), "document-well-formed") << bytes;
}

TEST(Document, HoldsEachLimitAtItsNumber) {
  const Limits limits{.bytes = 4000,
                      .depth = 10,
                      .attributes = 8,
                      .namespaces_in_scope = 12,
                      .name = 20,
                      .attribute_value = 50,
                      .text = 100,
                      .nodes = 60};
  EXPECT_EQ(refused_by("<a>" + repeat("<b>x</b>", 29) + "</a>", limits), "");
  EXPECT_EQ(refused_by("<a>" + repeat("<b>x</b>", 31) + "</a>", limits), "document-nodes");
  EXPECT_EQ(refused_by("<a>" + repeat(" <!---->", 31) + "</a>", limits), "document-nodes");
  EXPECT_EQ(refused_by(repeat("<a>", 10) + repeat("</a>", 10), limits), "");
  EXPECT_EQ(refused_by(repeat("<a>", 10) + "<b/>" + repeat("</a>", 10), limits), "document-depth");
  EXPECT_EQ(refused_by("<a b='1' c='' d='' e='' f='' g='' h='' i=''/>", limits), "");
  EXPECT_EQ(refused_by("<a b='1' c='' d='' e='' f='' g='' h='' i='' j=''/>", limits), "document-attributes");
  EXPECT_EQ(refused_by("<a>" + repeat("x", 100) + "</a>", limits), "");
  EXPECT_EQ(refused_by("<a>" + repeat("x", 101) + "</a>", limits), "document-text");
  EXPECT_EQ(refused_by("<a><![CDATA[" + repeat("x", 101) + "]]></a>", limits), "document-text");
  EXPECT_EQ(refused_by("<a b='" + repeat("x", 50) + "'/>", limits), "");
  EXPECT_EQ(refused_by("<a b='" + repeat("x", 51) + "'/>", limits), "document-attribute-value");
  EXPECT_EQ(refused_by("<" + repeat("n", 20) + "/>", limits), "");
  EXPECT_EQ(refused_by("<" + repeat("n", 21) + "/>", limits), "document-name");
  EXPECT_EQ(refused_by("<a " + repeat("n", 21) + "=''/>", limits), "document-name");
  EXPECT_EQ(refused_by("<a>" + repeat(" ", 3994) + "</a>", limits), "document-size");
  const std::string six = " xmlns:p='u' xmlns:q='u' xmlns:r='u' xmlns:s='u' xmlns:t='u' xmlns:v='u'";
  EXPECT_EQ(refused_by("<a" + six + "><b" + six + "/><b" + six + "/></a>", limits), "");
  EXPECT_EQ(refused_by("<a" + six + "><b" + six + "><c xmlns='w'/></b></a>", limits), "document-namespaces");
}

TEST(Document, ACommentNeverCutsAText) {
  const Document document = parse("<a>admin<!-- x -->istr<?p?>a<![CDATA[tor]]></a>", {});
  EXPECT_EQ(text(xmlDocGetRootElement(document.get())), "administrator");
}

TEST(Document, WalksEveryElementOnce) {
  const Document document = parse("<a><b><c/>x</b><!-- --><d/><e><f><g/></f></e></a>", {});
  xmlNode* root = xmlDocGetRootElement(document.get());
  std::string names;
  for (xmlNode* node = root; node != nullptr; node = next_element(node, root)) names += local_name(node);
  EXPECT_EQ(names, "abcdefg");
}

}  // namespace
}  // namespace tilts::xml
