// One SAX2 pass of a RecordReader over one message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "plugins/sdk/detail/record_paths.h"
#include "plugins/sdk/failure.h"

namespace tilts::sdk::detail {

// The rows of one streamed record, or of the root: the first row and, behind it, those nested in it.
struct RowStore {
  enum class State : uint8_t { absent, nil, present };
  struct Value {
    size_t begin = 0;
    size_t size = 0;
    State state = State::absent;
  };
  struct OneRow {
    const Group* group;
    size_t values;  // its first in `values`
    size_t end;     // the row behind it and all that is nested in it
  };

  std::string text;
  std::vector<Value> values;
  std::vector<OneRow> rows;

  size_t begin(const Group& group) {
    rows.push_back({&group, values.size(), rows.size() + 1});
    values.resize(values.size() + group.fields.size());
    return rows.size() - 1;
  }
  void clear() {
    text.clear();
    values.clear();
    rows.clear();
  }
  const Value& at(size_t row, size_t field) const { return values.at(rows[row].values + field); }
  bool has(size_t row, size_t field) const { return at(row, field).state == State::present; }
  std::string_view value(size_t row, size_t field) const {
    const Value& found = at(row, field);
    return std::string_view(text).substr(found.begin, found.size);
  }
};

class Pass {
 public:
  using TakeRecord = std::function<void(const RowStore&)>;

  Pass(const RecordPaths& paths, TakeRecord take) : paths_(paths), take_(std::move(take)) {}

  RowStore read(std::string_view bytes) {
    if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
      throw Failure(Code::limit, "record reader: the message is too large");
    const std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> parser(
        xmlCreateMemoryParserCtxt(bytes.data(), static_cast<int>(bytes.size())), &xmlFreeParserCtxt);
    if (!parser) throw Failure(Code::bug, "record reader: the message is empty");
    parser_ = parser.get();
    *parser_->sax = callbacks();
    parser_->userData = this;
    intern();
    open_.push_back({&root_, root_.begin(paths_.root())});

    xmlParseDocument(parser_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (parser_->wellFormed == 0 || parser_->nsWellFormed == 0)
      throw Failure(Code::bug, "record reader: not namespace-well-formed XML at line " +
                                   std::to_string(parser_->lastError.line) + " (libxml2 error " +
                                   std::to_string(parser_->lastError.code) + ")");
    return std::move(root_);
  }

 private:
  struct Open {
    RowStore* store;
    size_t row;
  };
  // Names of the table in the parser's own dictionary, so that names compare as pointers.
  struct Interned {
    const xmlChar* uri;
    const xmlChar* local;
  };

  static xmlSAXHandler callbacks() {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = [](void* self, const xmlChar* local, const xmlChar*, const xmlChar* uri, int,
                            const xmlChar**, int count, int, const xmlChar** attributes) {
      static_cast<Pass*>(self)->start(uri, local, attributes, static_cast<size_t>(count));
    };
    sax.endElementNs = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
      static_cast<Pass*>(self)->end();
    };
    sax.characters = [](void* self, const xmlChar* text, int size) {
      static_cast<Pass*>(self)->characters(text, static_cast<size_t>(size));
    };
    sax.ignorableWhitespace = sax.characters;  // the same function: no white space is taken for ignorable
    sax.cdataBlock = sax.characters;
    sax.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
      static_cast<Pass*>(self)->refuse("a DOCTYPE");
    };
    sax.serror = [](void*, auto) {};  // its text may quote the message; line and code are enough
    return sax;
  }

  Interned intern(const QualifiedName& name) {
    const auto lookup = [&](const std::string& text) -> const xmlChar* {
      // libxml2's characters are unsigned; the bytes are the same
      return xmlDictLookup(parser_->dict, reinterpret_cast<const xmlChar*>(text.data()),
                           static_cast<int>(text.size()));
    };
    return {name.uri.empty() ? nullptr : lookup(name.uri), lookup(name.local)};
  }

  void intern() {
    for (const PathNode& node : paths_.nodes()) {
      names_.push_back(intern(node.name));
      first_attribute_.push_back(attribute_names_.size());
      for (const auto& [name, field] : node.attributes) attribute_names_.push_back(intern(name));
    }
    nil_ = intern(QualifiedName{"http://www.w3.org/2001/XMLSchema-instance", "nil"});
  }

  void start(const xmlChar* uri, const xmlChar* local, const xmlChar** attributes, size_t count) {
    if (skipped_ > 0 || !enter(uri, local)) {
      ++skipped_;
      return;
    }
    const PathNode& node = paths_.nodes()[node_];
    if (node.group != nullptr) {
      RowStore* store = open_.back().store;
      if (store == &root_) store = &record_, record_.clear(), ++records_;
      const size_t row = store->begin(*node.group);
      open_.push_back({store, row});
    }
    is_nil_ = false;
    for (size_t index = 0; index < count; ++index) read_attribute(node, attributes + 5 * index);
    if (node.field != nothing) value(node.field).begin = open_.back().store->text.size();
  }

  bool enter(const xmlChar* uri, const xmlChar* local) {
    for (const size_t child : paths_.nodes()[node_].children)
      if (names_[child].local == local && names_[child].uri == uri) {
        node_ = child;
        return true;
      }
    return false;
  }

  // libxml2 gives five pointers an attribute: local name, prefix, namespace, begin and end of its value.
  void read_attribute(const PathNode& node, const xmlChar** attribute) {
    const std::string_view given(reinterpret_cast<const char*>(attribute[3]),
                                 static_cast<size_t>(attribute[4] - attribute[3]));
    if (attribute[0] == nil_.local && attribute[2] == nil_.uri) is_nil_ = given == "true" || given == "1";
    for (size_t index = 0; index < node.attributes.size(); ++index) {
      const Interned& name = attribute_names_[first_attribute_[node_] + index];
      if (attribute[0] != name.local || attribute[2] != name.uri) continue;
      RowStore& store = *open_.back().store;
      const size_t begin = store.text.size();
      store.text.append(given);
      finish(node.attributes[index].second, begin, RowStore::State::present);
    }
  }

  void characters(const xmlChar* text, size_t size) {
    if (skipped_ > 0 || paths_.nodes()[node_].field == nothing) return;
    open_.back().store->text.append(reinterpret_cast<const char*>(text), size);
  }

  void end() {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    const PathNode& node = paths_.nodes()[node_];
    if (node.field != nothing)
      finish(node.field, value(node.field).begin, is_nil_ ? RowStore::State::nil : RowStore::State::present);
    node_ = node.parent;
    if (node.group == nullptr) return;
    const Open closed = open_.back();
    open_.pop_back();
    closed.store->rows[closed.row].end = closed.store->rows.size();
    if (open_.back().store != closed.store) hand_over();
  }

  RowStore::Value& value(size_t field) {
    RowStore& store = *open_.back().store;
    return store.values[store.rows[open_.back().row].values + field];
  }

  void finish(size_t field, size_t begin, RowStore::State state) {
    RowStore& store = *open_.back().store;
    RowStore::Value& found = value(field);
    if (found.state != RowStore::State::absent)
      return refuse(store.rows[open_.back().row].group->fields[field] + " twice in one row");
    found = {begin, store.text.size() - begin, state};
  }

  // No exception may cross libxml2's frames.
  void hand_over() {
    if (thrown_) return;
    try {
      take_(record_);
    } catch (...) {
      thrown_ = std::current_exception();
      xmlStopParser(parser_);
    }
  }

  void refuse(const std::string& what) {
    if (thrown_) return;
    thrown_ = std::make_exception_ptr(Failure(
        Code::bug, "record reader: the message has " + what + " (record " + std::to_string(records_) + ")"));
    xmlStopParser(parser_);
  }

  const RecordPaths& paths_;
  TakeRecord take_;
  xmlParserCtxt* parser_ = nullptr;
  std::vector<Interned> names_;            // of paths_.nodes()
  std::vector<Interned> attribute_names_;  // of every node's attributes, one after another
  std::vector<size_t> first_attribute_;
  Interned nil_{};

  RowStore root_;
  RowStore record_;
  std::vector<Open> open_;
  size_t node_ = 0;
  size_t skipped_ = 0;  // elements open below one that no path names
  bool is_nil_ = false;
  uint64_t records_ = 0;
  std::exception_ptr thrown_;
};

}  // namespace tilts::sdk::detail
