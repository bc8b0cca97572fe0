#include "gateway/targets/schema.h"

#include <fmt/format.h>
#include <libxml/parser.h>

#include "gateway/base/error.h"
#include "gateway/targets/xml_file.h"
#include "gateway/xml/document.h"

namespace tilts::targets {
namespace {

using SchemaParser = Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt>;
using Validator = Handle<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt>;
using Parser = Handle<xmlParserCtxt, xmlFreeParserCtxt>;

struct First {
  std::string message;
  int line = 0;
};

// Keeps the first error only; the rest usually follow from it.
void keep_first(void* data, xmlErrorPtr error) {
  First& first = *static_cast<First*>(data);
  if (!first.message.empty()) return;
  first.message = error->message == nullptr ? "not valid" : error->message;
  while (!first.message.empty() && first.message.back() == '\n') first.message.pop_back();
  first.line = error->line;
}

void keep_all(void* data, xmlErrorPtr error) {
  Schema::Problem problem{error->line, {}, error->message == nullptr ? "not valid" : error->message};
  if (const auto* node = static_cast<const xmlNode*>(error->node); node != nullptr && node->name != nullptr)
    problem.element = reinterpret_cast<const char*>(node->name);
  while (problem.message.ends_with('\n')) problem.message.pop_back();
  static_cast<std::vector<Schema::Problem>*>(data)->push_back(std::move(problem));
}

}  // namespace

Schema::Schema(const std::filesystem::path& file, std::string owner) : file_(file), owner_(std::move(owner)) {
  const XmlDocument document = read_xml(file_, owner_);
  namespace_ = xml::attribute(xmlDocGetRootElement(document.get()), {}, "targetNamespace");
  const SchemaParser parser(xmlSchemaNewDocParserCtxt(document.get()));
  First first;
  xmlSchemaSetParserStructuredErrors(parser.get(), keep_first, &first);
  schema_.reset(xmlSchemaParse(parser.get()));
  if (schema_ == nullptr || !first.message.empty())
    throw Error(Code::config, fmt::format("{}: {}:{}: not an XML Schema: {}; correct it there", owner_,
                                          file_.string(), first.line, first.message));
}

std::string Schema::judge(std::string_view document) const {
  const XmlDocument tree(xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr,
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!tree) return "not well-formed XML";
  const Validator validator(xmlSchemaNewValidCtxt(schema_.get()));
  First first;
  xmlSchemaSetValidStructuredErrors(validator.get(), keep_first, &first);
  const int result = xmlSchemaValidateDoc(validator.get(), tree.get());
  if (result != 0 && first.message.empty()) return "could not be validated";
  return first.message;
}

std::vector<Schema::Problem> Schema::problems(xmlDoc& document) const {
  const Validator validator(xmlSchemaNewValidCtxt(schema_.get()));
  std::vector<Problem> all;
  xmlSchemaSetValidStructuredErrors(validator.get(), keep_all, &all);
  if (xmlSchemaValidateDoc(validator.get(), &document) != 0 && all.empty())
    all.push_back({0, {}, "could not be validated"});
  return all;
}

// Members in the order in which libxml2 must lose them last to first.
struct Schema::Stream::Parts {
  First first;
  xmlSAXHandler silent{};  // no tree is built
  Validator validator;
  Parser parser;
  xmlSAXHandler* own_handler = nullptr;
  xmlSchemaSAXPlugPtr plug = nullptr;

  ~Parts() {
    if (plug != nullptr) xmlSchemaSAXUnplug(plug);
    if (parser != nullptr) parser->sax = own_handler;
  }
};

Schema::Stream::Stream(const Schema& schema) : schema_(schema), parts_(std::make_unique<Parts>()) {
  Parts& parts = *parts_;
  parts.silent.initialized = XML_SAX2_MAGIC;
  parts.validator.reset(xmlSchemaNewValidCtxt(schema.schema_.get()));
  xmlSchemaSetValidStructuredErrors(parts.validator.get(), keep_first, &parts.first);
  parts.parser.reset(xmlCreatePushParserCtxt(nullptr, nullptr, nullptr, 0, nullptr));
  if (parts.validator == nullptr || parts.parser == nullptr)
    throw Error(Code::transient, "no memory for a validator");
  xmlCtxtUseOptions(parts.parser.get(), XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  parts.own_handler = parts.parser->sax;
  parts.parser->sax = &parts.silent;
  parts.plug = xmlSchemaSAXPlug(parts.validator.get(), &parts.parser->sax, &parts.parser->userData);
  if (parts.plug == nullptr)
    throw Error(Code::bug, schema.owner_ + ": the schema validator could not be put to work");
}

Schema::Stream::~Stream() = default;

void Schema::Stream::add(std::string_view bytes, bool last) {
  Parts& parts = *parts_;
  const int result =
      xmlParseChunk(parts.parser.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
  const bool invalid = !parts.first.message.empty() || (last && xmlSchemaIsValid(parts.validator.get()) != 1);
  if (result != 0 || invalid)
    throw Error(Code::config, fmt::format("{}: the output does not meet {} (near its line {}); nothing was "
                                          "delivered, correct the mapping, the "
                                          "stylesheet or the schema",
                                          schema_.owner_, schema_.file_.string(),
                                          xmlSAX2GetLineNumber(parts.parser.get())));
}

}  // namespace tilts::targets
