#include "gateway/xml/canonicalize.h"

#include <libxml/c14n.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"

namespace tilts::xml {
namespace {

using Buffer = Handle<xmlOutputBuffer, xmlOutputBufferClose>;

// libxml2 asks for every node, attribute and declaration; a declaration has its element as `parent`.
int is_below(void* apex, xmlNode* node, xmlNode* parent) {
  const xmlNode* at = node->type == XML_NAMESPACE_DECL ? parent : node;
  for (; at != nullptr; at = at->parent)
    if (at == apex) return 1;
  return 0;
}

// libxml2's C stands between here and whoever could catch it.
int append(void* bytes, const char* piece, int size) {
  try {
    static_cast<std::string*>(bytes)->append(piece, static_cast<size_t>(size));
    return size;
  } catch (const std::exception&) {
    return -1;
  }
}

// Piece by piece: a buffer of libxml2's own that runs out of memory is empty, and nothing says so.
std::string execute(xmlNode* apex, xmlC14NMode mode, xmlChar** prefixes) {
  std::string bytes;
  const Buffer buffer(xmlOutputBufferCreateIO(append, nullptr, &bytes, nullptr));
  if (!buffer || xmlC14NExecute(apex->doc, is_below, apex, mode, prefixes, 0, buffer.get()) < 0)
    throw Error(Code::untrusted, "an element cannot be canonicalised (a relative namespace name?)");
  if (xmlOutputBufferFlush(buffer.get()) < 0 || buffer->error != 0 || bytes.empty() || bytes.back() != '>')
    throw Error(Code::transient, "memory is at an end while an element is canonicalised; run again");
  return bytes;
}

}  // namespace

std::string canonicalize(xmlNode* apex, const std::vector<std::string>& prefixes) {
  std::vector<xmlChar*> list;
  for (const std::string& prefix : prefixes)
    list.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));
  list.push_back(nullptr);
  return execute(apex, XML_C14N_EXCLUSIVE_1_0, list.data());
}

std::string canonicalize_with_context(xmlNode* apex) { return execute(apex, XML_C14N_1_0, nullptr); }

}  // namespace tilts::xml
