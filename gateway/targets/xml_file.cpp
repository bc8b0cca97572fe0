#include "gateway/targets/xml_file.h"

#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <libxml/parser.h>

#include "gateway/base/error.h"

namespace tilts::targets {
namespace {

using Context = Handle<xmlParserCtxt, xmlFreeParserCtxt>;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool brings_in_another(const xmlNode* element) {
  const std::string_view space = element->ns == nullptr ? std::string_view() : view(element->ns->href);
  const std::string_view local = view(element->name);
  if (space == "http://www.w3.org/1999/XSL/Transform") return local == "import" || local == "include";
  if (space == "http://www.w3.org/2001/XMLSchema")
    return local == "import" || local == "include" || local == "redefine";
  return false;
}

}  // namespace

XmlDocument read_xml(const std::filesystem::path& file, const std::string& owner) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || !(bytes << stream.rdbuf()))
    throw Error(Code::config,
                fmt::format("{}: {} cannot be read; correct its path or its rights", owner, file.string()));
  const std::string text = std::move(bytes).str();
  const Context context(xmlNewParserCtxt());
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES;
  XmlDocument document(xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr,
                                         nullptr, options));
  if (!document || context->nsWellFormed == 0)
    throw Error(Code::config, fmt::format("{}: {}:{}: not well-formed XML; correct it there", owner,
                                          file.string(), context->lastError.line));
  if (document->intSubset != nullptr)
    throw Error(Code::config, fmt::format("{}: {}: has a DOCTYPE; take it out", owner, file.string()));
  for (const xmlNode* node = xmlDocGetRootElement(document.get())->children; node != nullptr;
       node = node->next)
    if (node->type == XML_ELEMENT_NODE && brings_in_another(node))
      throw Error(Code::config,
                  fmt::format("{}: {}:{}: \"{}\" brings in another file; put all of it into this one", owner,
                              file.string(), xmlGetLineNo(node), view(node->name)));
  return document;
}

}  // namespace tilts::targets
