// The answers are written in exclusive canonical form by hand: libxml2's own form must be the same bytes.
#include <gtest/gtest.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "tests/simulator/answer.h"
#include "tests/simulator/dom.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/rows.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator::tests {
namespace {

// Exclusive C14N of one element with all below it.
std::string canonical(xmlDoc* document, xmlNode* apex) {
  const Handle<xmlOutputBuffer, xmlOutputBufferClose> out(xmlAllocOutputBuffer(nullptr));
  const auto inside = [](void* top, xmlNode* node, xmlNode* parent) {
    for (const xmlNode* up = node->type == XML_NAMESPACE_DECL ? parent : node; up != nullptr; up = up->parent)
      if (up == top) return 1;
    return 0;
  };
  xmlC14NExecute(document, inside, apex, XML_C14N_EXCLUSIVE_1_0, nullptr, 0, out.get());
  return {reinterpret_cast<const char*>(xmlOutputBufferGetContent(out.get())),
          xmlOutputBufferGetSize(out.get())};
}

class Canonical : public testing::TestWithParam<Soap> {};

TEST_P(Canonical, EveryElementOfAnAnswerStandsAsLibxml2WouldWriteIt) {
  const Residents residents(1, 60, first_day);
  std::string content = std::string("<p:PersonListResponse xmlns:p=\"") + person_namespace + "\">";
  for (Index index = 0; index < residents.size(); ++index)
    append_person(content, residents, index, AsOf(first_day));
  append_element(content, "p:Text", "& < > \" ' \r \t \n ā");
  content += "</p:PersonListResponse>";
  const SigningKey key = SigningKey::stranger();
  for (const std::string& inside : {content, fault_content(GetParam(), Blame::sender, "a & b")}) {
    const Answer answer{
        .action = "urn:a&b", .relates_to = "urn:uuid:1", .content = inside, .created = {}, .expires = {}};
    const std::string bytes = write_answer(answer, GetParam(), &key);
    const Document document(
        xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, XML_PARSE_NONET));
    ASSERT_TRUE(document);
    const auto halves = children(xmlDocGetRootElement(document.get()));
    ASSERT_EQ(halves.size(), 2U);
    std::vector<xmlNode*> parts{halves[1]};
    for (xmlNode* header : children(halves[0])) {
      if (local_name(header) != "Security") {
        parts.push_back(header);
        continue;
      }
      parts.push_back(child(header, utility_namespace, "Timestamp"));
      parts.push_back(
          child(child(header, signature_namespace, "Signature"), signature_namespace, "SignedInfo"));
    }
    ASSERT_EQ(parts.size(), 6U);
    // SignedInfo declares ds again, which canonical form does too when it is the apex
    for (xmlNode* part : parts)
      EXPECT_NE(bytes.find(canonical(document.get(), part)), std::string::npos) << local_name(part);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Canonical, testing::Values(Soap::v1_1, Soap::v1_2));

}  // namespace
}  // namespace tilts::simulator::tests
