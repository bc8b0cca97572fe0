#include "gateway/xml/ready_content.h"

#include "gateway/base/error.h"
#include "gateway/xml/document.h"
#include "gateway/xml/malformed.h"

namespace tilts::xml {
namespace {

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// Recursion is bounded by the depth limit of the parse.
void write(CanonicalWriter& writer, const xmlNode* node) {
  switch (node->type) {
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE:
      writer.text(view(node->content));
      return;
    case XML_COMMENT_NODE:
      return;
    case XML_ELEMENT_NODE:
      break;
    default:
      throw Error(Code::bug, "ready XML holds something else than elements and text; send without it");
  }
  writer.start(namespace_of(node), local_name(node), node->ns == nullptr ? "" : view(node->ns->prefix));
  for (const xmlNs* declared = node->nsDef; declared != nullptr; declared = declared->next)
    writer.declare(view(declared->prefix), view(declared->href));
  for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
    const bool bare = attribute->ns == nullptr;
    const std::string value =
        tilts::xml::attribute(node, bare ? "" : view(attribute->ns->href), view(attribute->name));
    writer.attribute(bare ? "" : view(attribute->ns->href), view(attribute->name),
                     bare ? "" : view(attribute->ns->prefix), value);
  }
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) write(writer, child);
  writer.end();
}

}  // namespace

void write_ready(CanonicalWriter& writer, std::string_view bytes, size_t most_bytes) {
  Limits limits;
  limits.bytes = most_bytes;
  Document document;
  try {
    document = parse(bytes, limits);
  } catch (const Malformed& malformed) {
    throw Error(Code::bug, std::string("ready XML of an adapter: ") + malformed.what());
  }
  writer.content([&](CanonicalWriter& inside) { write(inside, xmlDocGetRootElement(document.get())); });
}

}  // namespace tilts::xml
