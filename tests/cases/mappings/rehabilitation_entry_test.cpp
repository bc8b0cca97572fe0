// The form in which the municipal system leaves an entry, and the examples of it that are shipped.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/mapping/mapper.h"
#include "gateway/mapping/mapping.h"
#include "gateway/targets/schema.h"
#include "gateway/xml/document.h"
#include "tests/support/temporary_folder.h"

namespace tilts::mapping {
namespace {

using namespace std::chrono;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view space = "urn:tilts:rehabilitation-entry:1";
const std::filesystem::path folder = TILTS_MAPPINGS "/rehabilitation_queue";

std::string example(const std::string& name) { return support::read_file(folder / "examples" / name); }

std::string told(const std::string& document) {
  static const targets::Schema schema(folder / "entry.xsd", "entry");
  return schema.judge(document);
}

// An entry with a case number and `inside`.
std::string entry(const std::string& inside, const std::string& attributes = "") {
  return "<entry xmlns=\"urn:tilts:rehabilitation-entry:1\"" + attributes +
         "><case_number>SD-1</case_number>" + inside + "</entry>";
}

TEST(RehabilitationEntry, TheExamplesHaveItsForm) {
  for (const char* name : {"ordinary.xml", "correction.xml", "withdrawal.xml"})
    EXPECT_THAT(told(example(name)), IsEmpty()) << name;
}

TEST(RehabilitationEntry, ItsFormIsHeld) {
  EXPECT_THAT(told(entry("")), IsEmpty());
  EXPECT_THAT(told(entry("<group>a-new-one</group><course>18</course>", " operation=\"correct\"")),
              IsEmpty());
  struct Example {
    std::string document;
    const char* told;
  };
  const std::string letters(400, 'a');
  for (const Example& wrong : {
           Example{"<entry xmlns=\"urn:tilts:rehabilitation-entry:1\"/>", "case_number"},
           Example{entry("", " operation=\"delete\""), "operation"},
           Example{entry("<case_number>SD-2</case_number>"), "case_number"},
           Example{entry("<colour>red</colour>"), "colour"},
           Example{entry("<revision>0</revision>"), "revision"},
           Example{entry("<revision>1.5</revision>"), "revision"},
           Example{entry("<corrects>-1</corrects>"), "corrects"},
           Example{entry("<applied>2026-02-30</applied>"), "applied"},
           Example{entry("<applied>2026-11-20+02:00</applied>"), "applied"},
           Example{entry("<birth_date>16.11.1975</birth_date>"), "birth_date"},
           Example{entry("<companion>maybe</companion>"), "companion"},
           Example{entry("<diagnoses>stroke</diagnoses>"), "diagnoses"},
           Example{entry("<group>" + letters + "</group>"), "group"},
           Example{entry("<surname>" + letters + "</surname>"), "surname"},
           Example{entry("<address>" + letters + "</address>"), "address"},
           Example{entry("<email>anna</email>"), "email"},
           Example{entry("<given_name/>"), "given_name"},
       })
    EXPECT_THAT(told(wrong.document), HasSubstr(wrong.told)) << wrong.document;
}

TEST(RehabilitationEntry, ACaseNumberIsWrittenInOneWayOnly) {
  const auto with = [](const std::string& number) {
    return told("<entry xmlns=\"urn:tilts:rehabilitation-entry:1\"><case_number>" + number +
                "</case_number></entry>");
  };
  EXPECT_THAT(with("1-12/SD.2026"), IsEmpty());
  EXPECT_THAT(with(std::string(64, '1')), IsEmpty());
  for (const std::string& number : {std::string(), std::string("SD 1"), std::string(" SD-1"),
                                    std::string("SD_1"), std::string("ŠD-1"), std::string(65, '1')})
    EXPECT_THAT(with(number), HasSubstr("case_number")) << number;
}

TEST(RehabilitationEntry, AnAttachmentIsAFileBesideIt) {
  const auto with = [](const std::string& attachments) {
    return told(entry("<attachments>" + attachments + "</attachments>"));
  };
  const auto file = [](const std::string& name, const std::string& kind = "other") {
    return "<attachment file=\"" + name + "\" kind=\"" + kind + "\" media_type=\"application/pdf\"/>";
  };
  EXPECT_THAT(with(""), IsEmpty());
  EXPECT_THAT(with(file("Bērziņas izraksts 1.pdf") + file("b")), IsEmpty());
  for (const char* name :
       {"", ".", "..", ".hidden", "../a.pdf", "/etc/passwd", "a/b", "a\\b", " a", "a&#10;b"})
    EXPECT_THAT(with(file(name)), HasSubstr("file")) << name;
  EXPECT_THAT(with(file("a") + file("a")), HasSubstr("Duplicate"));
  EXPECT_THAT(with(file("a", "photo")), HasSubstr("kind"));
  EXPECT_THAT(with("<attachment file=\"a\" kind=\"other\" media_type=\"pdf\"/>"), HasSubstr("media_type"));
  std::string many;
  for (int i = 1; i <= 20; ++i) many += file("a" + std::to_string(i));
  EXPECT_THAT(with(many), IsEmpty());
  EXPECT_THAT(with(many + file("a21")), HasSubstr("attachment"));
}

struct Told {
  Record entry{"entry", "16117519997/SD-2026-0117", "", true, "", {}};
  Record attachments{"attachments", "16117519997/SD-2026-0117", "", true, "", {}};
};

// As an intake gives it to the rules.
Told read_entry(const xmlNode* root) {
  Told read;
  const std::string operation = xml::attribute(root, "", "operation");
  read.entry.fields.push_back({"operation", operation.empty() ? "submit" : operation});
  for (const xmlNode* node : xml::elements(root)) {
    if (!xml::is(node, space, "attachments"))
      read.entry.fields.push_back({std::string(xml::local_name(node)), xml::text(node)});
    for (const xmlNode* attachment : xml::elements(node))
      read.attachments.fields.push_back({xml::attribute(attachment, "", "kind"), "yes"});
  }
  return read;
}

TEST(RehabilitationEntry, NothingIsWarnedOfInTheExamples) {
  Mapper mapper(Mapping::load(folder / "entry.xml"), {2026y / November / 21, "Piekrastes novads", "test"});
  for (const char* name : {"ordinary.xml", "correction.xml", "withdrawal.xml"}) {
    const xml::Document document = xml::parse(example(name), xml::Limits{});
    const Told read = read_entry(xmlDocGetRootElement(document.get()));
    const std::vector<Record> records{read.entry, read.attachments};
    for (const Finding& finding : mapper.map({"SD-2026-0117", "16117519997", "", records}).findings)
      ADD_FAILURE() << name << ": " << finding.rule;
  }
}

TEST(RehabilitationEntry, TheExampleInJsonSaysTheSameAsTheOneInXml) {
  const xml::Document document = xml::parse(example("ordinary.xml"), xml::Limits{});
  const xmlNode* root = xmlDocGetRootElement(document.get());
  const auto object = Poco::JSON::Parser().parse(example("ordinary.json")).extract<Poco::JSON::Object::Ptr>();
  EXPECT_EQ(object->getValue<std::string>("operation"), "submit");
  EXPECT_EQ(object->getValue<std::string>("revision"), "1");
  size_t members = 2;
  for (const xmlNode* node : xml::elements(root)) {
    const std::string name(xml::local_name(node));
    ++members;
    if (name != "attachments") {
      EXPECT_EQ(object->getValue<std::string>(name), xml::text(node));
      continue;
    }
    const auto attachments = object->getArray(name);
    const std::vector<xmlNode*> expected = xml::elements(node);
    ASSERT_EQ(attachments->size(), expected.size());
    for (unsigned i = 0; i < attachments->size(); ++i)
      for (const char* attribute : {"file", "kind", "media_type"})
        EXPECT_EQ(attachments->getObject(i)->getValue<std::string>(attribute),
                  xml::attribute(expected[i], "", attribute));
  }
  EXPECT_EQ(object->size(), members);
}

}  // namespace
}  // namespace tilts::mapping
