// A small document as a tree, for what an adapter is configured with (a template, a table of paths): elements
// with their lines and with the prefixes that are declared around them. Not for what a registry sends:
// record_reader.h reads that without a tree.
#pragma once

#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "plugins/sdk/failure.h"

namespace tilts::sdk {

struct XmlAttribute {
  std::string uri, prefix, local, value;
};

struct XmlElement {
  std::string uri, prefix, local;
  int line = 0;
  std::vector<XmlAttribute> attributes;
  std::map<std::string, std::string> prefixes;  // in scope here, to their namespaces
  std::vector<XmlElement> children;
  std::string text;  // its own, in one piece

  // Of an attribute in no namespace; nullptr when it has none.
  const std::string* attribute(std::string_view name) const {
    for (const XmlAttribute& one : attributes)
      if (one.uri.empty() && one.local == name) return &one.value;
    return nullptr;
  }
};

namespace detail {

class TreePass {
 public:
  XmlElement read(std::string_view bytes) {
    if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
      throw Failure(Code::config, "it is too large");
    const std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> parser(
        xmlCreateMemoryParserCtxt(bytes.data(), static_cast<int>(bytes.size())), &xmlFreeParserCtxt);
    if (!parser) throw Failure(Code::config, "it is empty");
    parser_ = parser.get();
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = [](void* self, const xmlChar* local, const xmlChar* prefix, const xmlChar* uri,
                            int spaces, const xmlChar** space, int count, int, const xmlChar** attributes) {
      static_cast<TreePass*>(self)->start({local, prefix, uri}, spaces, space, count, attributes);
    };
    sax.endElementNs = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
      static_cast<TreePass*>(self)->end();
    };
    sax.characters = [](void* self, const xmlChar* text, int size) {
      static_cast<TreePass*>(self)->characters(text, size);
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    sax.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
      static_cast<TreePass*>(self)->doctype_ = true;
      xmlStopParser(static_cast<TreePass*>(self)->parser_);
    };
    sax.serror = [](void*, auto) {};
    *parser_->sax = sax;
    parser_->userData = this;
    open_.emplace_back();  // around the root
    xmlParseDocument(parser_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (doctype_) throw Failure(Code::config, "it has a DOCTYPE; take it out");
    if (parser_->wellFormed == 0 || parser_->nsWellFormed == 0)
      throw Failure(Code::config, "line " + std::to_string(parser_->lastError.line) +
                                      ": it is no namespace-well-formed XML (libxml2 error " +
                                      std::to_string(parser_->lastError.code) + "); mend it there");
    return std::move(open_.front().children.front());
  }

 private:
  struct Name {
    const xmlChar *local, *prefix, *uri;
  };
  static std::string text_of(const xmlChar* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }

  // No exception may cross libxml2's frames.
  template <typename Work>
  void guarded(Work&& work) {
    if (thrown_) return;
    try {
      work();
    } catch (...) {
      thrown_ = std::current_exception();
      xmlStopParser(parser_);
    }
  }

  // libxml2 gives two pointers a declaration, five an attribute (record_pass.h).
  void start(Name name, int spaces, const xmlChar** space, int count, const xmlChar** attribute) {
    guarded([&] {
      XmlElement element;
      element.uri = text_of(name.uri);
      element.prefix = text_of(name.prefix);
      element.local = text_of(name.local);
      element.line = parser_->input->line;
      element.prefixes = open_.back().prefixes;
      for (; spaces > 0; --spaces, space += 2) element.prefixes[text_of(space[0])] = text_of(space[1]);
      for (; count > 0; --count, attribute += 5)
        element.attributes.push_back({text_of(attribute[2]), text_of(attribute[1]), text_of(attribute[0]),
                                      std::string(reinterpret_cast<const char*>(attribute[3]),
                                                  static_cast<size_t>(attribute[4] - attribute[3]))});
      open_.push_back(std::move(element));
    });
  }
  void end() {
    guarded([&] {
      XmlElement done = std::move(open_.back());
      open_.pop_back();
      open_.back().children.push_back(std::move(done));
    });
  }
  void characters(const xmlChar* text, int size) {
    guarded(
        [&] { open_.back().text.append(reinterpret_cast<const char*>(text), static_cast<size_t>(size)); });
  }

  xmlParserCtxt* parser_ = nullptr;
  std::vector<XmlElement> open_;
  bool doctype_ = false;
  std::exception_ptr thrown_;
};

}  // namespace detail

// The root. Throws Failure(config) naming the line of what is no XML.
inline XmlElement read_tree(std::string_view bytes) { return detail::TreePass().read(bytes); }

}  // namespace tilts::sdk
