#include "gateway/xml/front_scan.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "gateway/xml/malformed.h"

namespace tilts::xml {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Where a name may not go on; everything else is left to the parser's judgement.
bool ends_name(char c) {
  return is_space(c) || c == '/' || c == '>' || c == '=' || c == '<' || c == '"' || c == '\'';
}

class Scanner {
 public:
  Scanner(std::string_view bytes, const Limits& limits) : whole_(bytes), rest_(bytes), limits_(limits) {}

  void run() {
    check_size_and_encoding();
    declaration();
    while (!rest_.empty()) {
      if (rest_.front() == '<')
        markup();
      else
        text();
    }
    if (!scopes_.empty()) not_well_formed("an element is not closed");
  }

 private:
  // What one open element added to the namespace declarations in scope.
  using Declarations = size_t;

  [[noreturn]] void not_well_formed(std::string_view why) const {
    const std::string_view read = whole_.substr(0, whole_.size() - rest_.size());
    throw Malformed("document-well-formed", fmt::format("the document is not well-formed XML ({})", why),
                    1 + static_cast<int>(std::ranges::count(read, '\n')));
  }

  [[noreturn]] static void too_many(std::string_view rule, std::string_view what, size_t limit) {
    throw Malformed(std::string(rule), fmt::format("the document has {} than {}", what, limit));
  }

  void check_size_and_encoding() {
    if (rest_.size() > limits_.bytes) too_many("document-size", "more bytes", limits_.bytes);
    if (rest_.substr(0, 2) == "\xFE\xFF" || rest_.substr(0, 2) == "\xFF\xFE")
      throw Malformed("document-encoding", "the document is UTF-16; only UTF-8 is taken");
    if (rest_.find('\0') != std::string_view::npos)
      throw Malformed("document-encoding", "the document holds a zero byte; only UTF-8 is taken");
    if (rest_.substr(0, 3) == "\xEF\xBB\xBF") rest_.remove_prefix(3);
    if (rest_.empty()) not_well_formed("it is empty");
  }

  // <?xml version="1.0" encoding="UTF-8"?>: another version or encoding is refused here, because the parser
  // would switch to it.
  void declaration() {
    if (rest_.substr(0, 5) != "<?xml" || rest_.size() < 6 || !is_space(rest_[5])) return;
    const size_t end = rest_.find("?>");
    if (end == std::string_view::npos) not_well_formed("the XML declaration does not end");
    const std::string_view declaration = rest_.substr(0, end);
    if (pseudo_attribute(declaration, "version") != "1.0")
      throw Malformed("document-version", "the document is not XML 1.0");
    const std::string_view encoding = pseudo_attribute(declaration, "encoding");
    if (!encoding.empty() && !(encoding.size() == 5 && strncasecmp(encoding.data(), "utf-8", 5) == 0))
      throw Malformed("document-encoding", "the document declares another encoding; only UTF-8 is taken");
    rest_.remove_prefix(end + 2);
  }

  static std::string_view pseudo_attribute(std::string_view declaration, std::string_view name) {
    for (size_t at = declaration.find(name); at != std::string_view::npos;
         at = declaration.find(name, at + 1)) {
      if (!is_space(declaration[at - 1])) continue;
      size_t next = at + name.size();
      while (next < declaration.size() && is_space(declaration[next])) ++next;
      if (next >= declaration.size() || declaration[next] != '=') continue;
      ++next;
      while (next < declaration.size() && is_space(declaration[next])) ++next;
      if (next >= declaration.size()) break;
      const size_t close = declaration.find(declaration[next], next + 1);
      if (close == std::string_view::npos) break;
      return declaration.substr(next + 1, close - next - 1);
    }
    return {};
  }

  void count_node() {
    if (++nodes_ > limits_.nodes) too_many("document-nodes", "more nodes and attributes", limits_.nodes);
  }

  void text() {
    const size_t end = std::min(rest_.find('<'), rest_.size());
    if (end > limits_.text) too_many("document-text", "a longer text, in bytes,", limits_.text);
    count_node();
    rest_.remove_prefix(end);
  }

  void markup() {
    if (rest_.substr(0, 4) == "<!--") return skip_past("-->", 4, "a comment does not end");
    if (rest_.substr(0, 9) == "<![CDATA[") return skip_past("]]>", 9, "a CDATA section does not end");
    if (rest_.substr(0, 2) == "<?") return skip_past("?>", 2, "a processing instruction does not end");
    if (rest_.substr(0, 2) == "<!")
      throw Malformed("document-doctype", "the document has a DOCTYPE; none is taken");
    if (rest_.substr(0, 2) == "</") return end_tag();
    start_tag();
  }

  void skip_past(std::string_view terminator, size_t opening, std::string_view why) {
    const size_t end = rest_.find(terminator, opening);
    if (end == std::string_view::npos) not_well_formed(why);
    if (end > limits_.text) too_many("document-text", "a longer text, in bytes,", limits_.text);
    count_node();
    rest_.remove_prefix(end + terminator.size());
  }

  void end_tag() {
    if (scopes_.empty()) not_well_formed("an end tag without its start");
    const size_t end = rest_.find('>');
    if (end == std::string_view::npos) not_well_formed("a tag does not end");
    if (end > limits_.name + 2) too_many("document-name", "a longer name, in bytes,", limits_.name);
    close_element();
    rest_.remove_prefix(end + 1);
  }

  void open_element(Declarations declared) {
    in_scope_ += declared;
    if (in_scope_ > limits_.namespaces_in_scope)
      too_many("document-namespaces", "more namespace declarations in scope", limits_.namespaces_in_scope);
    scopes_.push_back(declared);
    if (scopes_.size() > limits_.depth) too_many("document-depth", "elements nested deeper", limits_.depth);
  }

  void close_element() {
    in_scope_ -= scopes_.back();
    scopes_.pop_back();
  }

  std::string_view name() {
    size_t length = 0;
    while (length < rest_.size() && !ends_name(rest_[length])) {
      if (++length > limits_.name) too_many("document-name", "a longer name, in bytes,", limits_.name);
    }
    if (length == 0) not_well_formed("a name is missing");
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return name;
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  void start_tag() {
    rest_.remove_prefix(1);
    name();
    count_node();
    size_t attributes = 0;
    Declarations declared = 0;
    for (;;) {
      skip_spaces();
      if (rest_.empty()) not_well_formed("a tag does not end");
      if (rest_.front() == '>') {
        rest_.remove_prefix(1);
        return open_element(declared);
      }
      if (rest_.substr(0, 2) == "/>") {
        rest_.remove_prefix(2);
        open_element(declared);
        return close_element();
      }
      const std::string_view attribute = name();
      if (attribute == "xmlns" || attribute.substr(0, 6) == "xmlns:") ++declared;
      if (++attributes > limits_.attributes)
        too_many("document-attributes", "more attributes on one element", limits_.attributes);
      count_node();
      attribute_value();
    }
  }

  void attribute_value() {
    skip_spaces();
    if (rest_.empty() || rest_.front() != '=') not_well_formed("an attribute has no value");
    rest_.remove_prefix(1);
    skip_spaces();
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\''))
      not_well_formed("a value has no quotes");
    const size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) not_well_formed("a value does not end");
    if (end - 1 > limits_.attribute_value)
      too_many("document-attribute-value", "a longer attribute value, in bytes,", limits_.attribute_value);
    if (std::memchr(rest_.data(), '<', end) != nullptr) not_well_formed("a tag inside a value");
    rest_.remove_prefix(end + 1);
  }

  const std::string_view whole_;
  std::string_view rest_;
  const Limits& limits_;
  std::vector<Declarations> scopes_;
  size_t in_scope_ = 0;
  size_t nodes_ = 0;
};

}  // namespace

void front_scan(std::string_view bytes, const Limits& limits) { Scanner(bytes, limits).run(); }

}  // namespace tilts::xml
