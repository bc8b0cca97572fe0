#include "gateway/xml/document.h"

#include <cstring>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "gateway/xml/front_scan.h"
#include "gateway/xml/malformed.h"

namespace tilts::xml {
namespace {

using Context = Handle<xmlParserCtxt, xmlFreeParserCtxt>;
using Text = std::unique_ptr<xmlChar, decltype([](xmlChar* text) { xmlFree(text); })>;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

const xmlAttr* find(const xmlNode* element, std::string_view namespace_uri, std::string_view local) {
  for (const xmlAttr* attribute = element->properties; attribute != nullptr; attribute = attribute->next)
    if (view(attribute->name) == local &&
        (attribute->ns == nullptr ? namespace_uri.empty() : view(attribute->ns->href) == namespace_uri))
      return attribute;
  return nullptr;
}

std::string content(const xmlNode* node) {
  const Text text(xmlNodeGetContent(node));
  return std::string(view(text.get()));
}

// The parser's own words may quote the document, so only its place is told.
[[noreturn]] void refuse(const xmlParserCtxt* context) {
  const xmlError* error = xmlCtxtGetLastError(const_cast<xmlParserCtxt*>(context));
  const int line = error == nullptr ? 0 : error->line;
  const int code = error == nullptr ? 0 : error->code;
  throw Malformed("document-well-formed",
                  "the document is not namespace-well-formed XML in UTF-8 (line " + std::to_string(line) +
                      ", libxml2 error " + std::to_string(code) + ")",
                  line);
}

}  // namespace

Document parse(std::string_view bytes, const Limits& limits) {
  front_scan(bytes, limits);
  const Context context(xmlNewParserCtxt());
  if (!context) throw Error(Code::transient, "no memory for a parser");
  int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
  // Lifts the parser's own limits, of which one is 10 MB of document; depth, names, attributes and texts are
  // within ours, as the scan has seen.
  if (limits.text > XML_MAX_TEXT_LENGTH || bytes.size() > XML_MAX_LOOKUP_LIMIT) options |= XML_PARSE_HUGE;
  Document document(xmlCtxtReadMemory(context.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr,
                                      "UTF-8", options));
  if (!document || context->wellFormed == 0 || context->nsWellFormed == 0) refuse(context.get());
  // The front scan has refused it already; a tree with a DTD must not exist whatever the scan thought.
  if (document->intSubset != nullptr || document->extSubset != nullptr)
    throw Malformed("document-doctype", "the document has a DOCTYPE; none is taken");
  return document;
}

std::string_view local_name(const xmlNode* node) { return view(node->name); }

std::string_view namespace_of(const xmlNode* node) {
  return node->ns == nullptr ? std::string_view() : view(node->ns->href);
}

bool is(const xmlNode* node, std::string_view namespace_uri, std::string_view local) {
  return node != nullptr && node->type == XML_ELEMENT_NODE && local_name(node) == local &&
         namespace_of(node) == namespace_uri;
}

std::vector<xmlNode*> elements(const xmlNode* parent) {
  std::vector<xmlNode*> found;
  for (xmlNode* child = parent->children; child != nullptr; child = child->next)
    if (child->type == XML_ELEMENT_NODE) found.push_back(child);
  return found;
}

std::vector<xmlNode*> elements(const xmlNode* parent, std::string_view namespace_uri,
                               std::string_view local) {
  std::vector<xmlNode*> found;
  for (xmlNode* child = parent->children; child != nullptr; child = child->next)
    if (is(child, namespace_uri, local)) found.push_back(child);
  return found;
}

bool has_only_elements(const xmlNode* parent) {
  for (const xmlNode* child = parent->children; child != nullptr; child = child->next)
    if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
        !trim(view(child->content)).empty())
      return false;
  return true;
}

std::string attribute(const xmlNode* element, std::string_view namespace_uri, std::string_view local) {
  const xmlAttr* found = find(element, namespace_uri, local);
  return found == nullptr ? std::string() : content(reinterpret_cast<const xmlNode*>(found));
}

bool has_attribute(const xmlNode* element, std::string_view namespace_uri, std::string_view local) {
  return find(element, namespace_uri, local) != nullptr;
}

std::string text(const xmlNode* element) { return content(element); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

bool contains(const xmlNode* outside, const xmlNode* inside) {
  for (const xmlNode* node = inside; node != nullptr; node = node->parent)
    if (node == outside) return true;
  return false;
}

size_t depth(const xmlNode* node) {
  size_t depth = 0;
  for (const xmlNode* above = node->parent; above != nullptr && above->type == XML_ELEMENT_NODE;
       above = above->parent)
    ++depth;
  return depth;
}

xmlNode* next_element(xmlNode* node, const xmlNode* root) {
  const auto from = [](xmlNode* candidate) {
    while (candidate != nullptr && candidate->type != XML_ELEMENT_NODE) candidate = candidate->next;
    return candidate;
  };
  if (xmlNode* child = from(node->children)) return child;
  for (; node != root; node = node->parent)
    if (xmlNode* sibling = from(node->next)) return sibling;
  return nullptr;
}

}  // namespace tilts::xml
