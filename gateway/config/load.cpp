#include "gateway/config/load.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/config/reader.h"

namespace tilts::config {
namespace {

using Document = Handle<xmlDoc, xmlFreeDoc>;
using ParserContext = Handle<xmlParserCtxt, xmlFreeParserCtxt>;
using SchemaParser = Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt>;
using Schema = Handle<xmlSchema, xmlSchemaFree>;
using SchemaContext = Handle<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt>;

constexpr size_t largest_file = 4u << 20;

struct Sink {
  const std::string& file;
  std::vector<Problem>& problems;
};

// libxml2's sentence without the parts that say nothing to a reader of tilts.xml.
std::string plain(std::string text) {
  for (const std::string_view noise : {"{urn:tilts:configuration:1}", "\n"})
    for (size_t at; (at = text.find(noise)) != std::string::npos;) text.erase(at, noise.size());
  return text;
}

void collect(void* context, xmlError* error) {
  const Sink& sink = *static_cast<Sink*>(context);
  sink.problems.push_back({sink.file, error->line, plain(error->message ? error->message : "not readable")});
}

Document parse(const std::string& text, Sink& sink) {
  const ParserContext context(xmlNewParserCtxt());
  if (!context) throw std::bad_alloc();
  xmlSetStructuredErrorFunc(&sink, collect);
  Document document(xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr,
                                      nullptr, XML_PARSE_NONET | XML_PARSE_NOCDATA));
  xmlSetStructuredErrorFunc(nullptr, nullptr);
  if (document && (!context->wellFormed || !context->nsWellFormed)) document.reset();
  if (document && document->intSubset) {
    sink.problems.push_back({sink.file, 0, "a DOCTYPE has no place here; remove it"});
    document.reset();
  }
  return document;
}

bool is_ours(const xmlNode& root) {
  return root.ns &&
         std::string_view(reinterpret_cast<const char*>(root.ns->href)) == "urn:tilts:configuration:1" &&
         std::string_view(reinterpret_cast<const char*>(root.name)) == "tilts";
}

// Also writes the schema's defaults into the document, so that they are said in one place only.
bool obeys_schema(xmlDoc& document, Sink& sink) {
  xmlNode* root = xmlDocGetRootElement(&document);
  if (!is_ours(*root)) {
    sink.problems.push_back({sink.file, static_cast<int>(xmlGetLineNo(root)),
                             "the first element must be <tilts xmlns=\"urn:tilts:configuration:1\">"});
    return false;
  }
  const std::string_view text = schema();
  const SchemaParser parser(xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size())));
  const Schema compiled(parser ? xmlSchemaParse(parser.get()) : nullptr);
  const SchemaContext context(compiled ? xmlSchemaNewValidCtxt(compiled.get()) : nullptr);
  if (!context) throw Error(Code::bug, "configuration.xsd in the binary cannot be read; report this");
  xmlSchemaSetValidStructuredErrors(context.get(), collect, &sink);
  xmlSchemaSetValidOptions(context.get(), XML_SCHEMA_VAL_VC_I_CREATE);
  if (xmlSchemaValidateDoc(context.get(), &document) == 0) return true;
  // libxml2 leaves the rest of an element unread after a child that does not belong there: ask each part
  // alone.
  std::vector<Problem> alone;
  Sink aside{sink.file, alone};
  xmlSchemaSetValidStructuredErrors(context.get(), collect, &aside);
  for (xmlNode* part = xmlFirstElementChild(root); part; part = xmlNextElementSibling(part))
    xmlSchemaValidateOneElement(context.get(), part);
  for (Problem& problem : alone)
    if (std::ranges::none_of(sink.problems, [&](const Problem& known) { return known.line == problem.line; }))
      sink.problems.push_back(std::move(problem));
  return false;
}

void in_reading_order(std::vector<Problem>& problems) {
  std::ranges::stable_sort(problems, {}, [](const Problem& problem) { return problem.line; });
}

}  // namespace

std::string Problem::text() const {
  return line == 0 ? fmt::format("{}: {}", file, sentence) : fmt::format("{}:{}: {}", file, line, sentence);
}

Loaded load(const std::filesystem::path& file, Time now) {
  Loaded loaded;
  const std::string name = file.string();
  Sink sink{name, loaded.problems};

  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad() || text.empty()) {
    loaded.problems.push_back({name, 0,
                               "cannot be read, or is empty; write it with tilts init, or name yours "
                               "with --configuration FILE"});
    return loaded;
  }
  if (text.size() > largest_file) {
    loaded.problems.push_back({name, 0, "is larger than 4 MB; this is not a configuration"});
    return loaded;
  }

  const Document document = parse(text, sink);
  if (document && obeys_schema(*document, sink)) {
    loaded.configuration = read_configuration(*document, std::filesystem::absolute(file), loaded.problems);
    for (Problem& problem : loaded.problems) problem.file = name;
    const size_t own = loaded.problems.size();
    check_references(*loaded.configuration, now, loaded.problems, loaded.notices);
    check_files(*loaded.configuration, now, loaded.problems, loaded.notices);
    for (size_t i = own; i < loaded.problems.size(); ++i) loaded.problems[i].file = name;
    for (Problem& notice : loaded.notices) notice.file = name;
  } else if (loaded.problems.empty()) {
    loaded.problems.push_back({name, 0, "is not XML that this program can read"});
  }
  in_reading_order(loaded.problems);
  in_reading_order(loaded.notices);
  return loaded;
}

Configuration load_or_refuse(const std::filesystem::path& file, Time now) {
  Loaded loaded = load(file, now);
  if (loaded.problems.empty()) return *std::move(loaded.configuration);
  const size_t others = loaded.problems.size() - 1;
  throw Error(Code::config, others == 0 ? loaded.problems.front().text()
                                        : fmt::format("{} (and {} more; tilts check lists all)",
                                                      loaded.problems.front().text(), others));
}

}  // namespace tilts::config
