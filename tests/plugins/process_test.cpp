#include "gateway/xml/process.h"

#include <string>

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xmlsave.h>

#include "gateway/base/handle.h"
#include "tests/support/temporary_folder.h"

namespace tilts::xml {
namespace {

using Document = Handle<xmlDoc, xmlFreeDoc>;

// The text of the document's element, parsed by a caller that forgot every caution.
std::string read_carelessly(const std::string& xml) {
  const Document document(
      xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr,
                    XML_PARSE_NOENT | XML_PARSE_DTDLOAD | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document) return "refused";
  xmlChar* content = xmlNodeGetContent(xmlDocGetRootElement(document.get()));
  const std::string text(reinterpret_cast<const char*>(content));
  xmlFree(content);
  return text;
}

TEST(Process, OpensNothingThatADocumentNames) {
  const support::TemporaryFolder folder;
  const std::string sentinel = folder.write("sentinel.txt", "the-sentinel-word");
  const std::string file = folder.write("file.xml", "<a>the-sentinel-word</a>");
  const std::string entity = "<!DOCTYPE a [<!ENTITY e SYSTEM \"" + sentinel + "\">]><a>&e;</a>";
  // the test would see it: without the refusal libxml2 opens the file
  EXPECT_EQ(read_carelessly(entity), "the-sentinel-word");
  {
    const Process process;
    EXPECT_EQ(read_carelessly(entity).find("sentinel-word"), std::string::npos);
    EXPECT_EQ(Document(xmlReadFile(file.c_str(), nullptr, XML_PARSE_NOERROR | XML_PARSE_NOWARNING)), nullptr);
    const Document document(xmlReadMemory("<a/>", 4, nullptr, nullptr, 0));
    ASSERT_NE(document, nullptr);
    EXPECT_EQ(xmlSaveFile((folder.path() / "out.xml").c_str(), document.get()), -1);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.xml"));
  }
  EXPECT_EQ(read_carelessly(entity), "the-sentinel-word");
}

}  // namespace
}  // namespace tilts::xml
