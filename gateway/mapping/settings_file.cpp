#include "gateway/mapping/settings_file.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <libxml/xmlschemas.h>

#include "gateway/xml/malformed.h"

namespace tilts::mapping {
namespace {

constexpr std::string_view space = "urn:tilts:mapping:1";

using SchemaParser = Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt>;
using Schema = Handle<xmlSchema, xmlSchemaFree>;
using Validator = Handle<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt>;

struct Collector {
  const std::string& file;
  std::vector<Problem>& problems;
};

void collect(void* data, xmlErrorPtr error) {
  const Collector& collector = *static_cast<Collector*>(data);
  std::string sentence = error->message == nullptr ? "not valid" : error->message;
  while (!sentence.empty() && (sentence.back() == '\n' || sentence.back() == ' ')) sentence.pop_back();
  const std::string noise = fmt::format("{{{}}}", space);
  for (size_t at; (at = sentence.find(noise)) != std::string::npos;) sentence.erase(at, noise.size());
  collector.problems.push_back({collector.file, error->line, sentence + " See mappings/mapping.xsd"});
}

void validate(xmlDoc* document, const std::string& file, std::vector<Problem>& problems) {
  const SchemaParser parser(
      xmlSchemaNewMemParserCtxt(mapping_schema.data(), static_cast<int>(mapping_schema.size())));
  const Schema schema(xmlSchemaParse(parser.get()));
  const Validator validator(xmlSchemaNewValidCtxt(schema.get()));
  if (schema == nullptr || validator == nullptr)
    throw Error(Code::bug, "the built-in mapping.xsd is no schema");
  Collector collector{file, problems};
  const size_t before = problems.size();
  xmlSchemaSetValidStructuredErrors(validator.get(), collect, &collector);
  if (xmlSchemaValidateDoc(validator.get(), document) != 0 && problems.size() == before)
    problems.push_back({file, 0, "could not be validated against mapping.xsd"});
}

}  // namespace

SettingsFile read_settings(const std::filesystem::path& path, std::string_view root,
                           std::vector<Problem>& problems) {
  SettingsFile file;
  const std::string name = path.string();
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || !(bytes << stream.rdbuf())) {
    problems.push_back({name, 0, "cannot be read; correct its path or its rights"});
    return file;
  }
  file.bytes = std::move(bytes).str();
  try {
    file.document = xml::parse(file.bytes, xml::Limits{});
  } catch (const xml::Malformed& error) {
    problems.push_back({name, error.line(), error.what()});
    return file;
  }
  validate(file.document.get(), name, problems);
  file.root = xmlDocGetRootElement(file.document.get());
  if (!xml::is(file.root, space, root)) {
    problems.push_back(
        {name, line_of(file.root), fmt::format("its root must be <{} xmlns=\"{}\">", root, space)});
    file.root = nullptr;
  }
  return file;
}

std::string attribute(const xmlNode* element, std::string_view name, std::string_view otherwise) {
  return xml::has_attribute(element, "", name) ? xml::attribute(element, "", name) : std::string(otherwise);
}

std::vector<xmlNode*> children(const xmlNode* element, std::string_view name) {
  return xml::elements(element, space, name);
}

int line_of(const xmlNode* node) { return static_cast<int>(xmlGetLineNo(node)); }

}  // namespace tilts::mapping
