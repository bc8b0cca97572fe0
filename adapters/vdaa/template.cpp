#include "adapters/vdaa/template.h"

#include <map>

#include "plugins/sdk/text.h"

namespace tilts::vdaa {
namespace {

using sdk::XmlElement;

constexpr std::string_view code_value = "{code}";

bool is_people(const XmlElement& element) {
  return element.uri == lookup_namespace && element.local == "people";
}

// Judges the values that a text names; whether it names one.
bool judge_text(const std::string& text, int line, bool in_people) {
  bool names = false;
  for (size_t at = text.find_first_of("{}"); at != std::string::npos; at = text.find_first_of("{}", at)) {
    if (text.compare(at, code_value.size(), code_value) != 0) {
      const size_t end = text.find('}', at);
      throw wrong(line, (end == std::string::npos || text[at] == '}' ? "a single brace"
                                                                     : text.substr(at, end - at + 1)) +
                            " is no value of a request; the only one is {code}");
    }
    if (!in_people) throw wrong(line, "{code} stands outside <people>, where nobody is meant; put it inside");
    names = true;
    at += code_value.size();
  }
  return names;
}

bool judge(const XmlElement& element, bool in_people) {
  if (element.uri == lookup_namespace && (!is_people(element) || in_people))
    throw wrong(element.line, "<" + element.local +
                                  "> cannot stand in a request; <people> can, once around "
                                  "what is said of each");
  if (is_people(element) && element.children.empty())
    throw wrong(element.line, "<people> is empty; put into it what is written for each person");
  if (!element.children.empty() && !sdk::trimmed(element.text).empty())
    throw wrong(element.line,
                "<" + element.local + "> has text beside elements; a request has one or the other");
  const bool inside = in_people || is_people(element);
  bool names = element.children.empty() && judge_text(element.text, element.line, inside);
  for (const sdk::XmlAttribute& attribute : element.attributes)
    names = judge_text(attribute.value, element.line, inside) || names;
  for (const XmlElement& child : element.children) names = judge(child, inside) || names;
  return names;
}

std::string filled(std::string text, const std::string& code) {
  for (size_t at = text.find(code_value); at != std::string::npos;
       at = text.find(code_value, at + code.size()))
    text.replace(at, code_value.size(), code);
  return text;
}

class Filling {
 public:
  Filling(sdk::Writer& to, const std::vector<std::string>& codes) : to_(to), codes_(codes) {}

  void write(const XmlElement& element, const std::string& code) {
    if (is_people(element)) {
      for (const std::string& one : codes_)
        for (const XmlElement& child : element.children) write(child, one);
      return;
    }
    to_.start(space(element.uri, element.prefix), element.local);
    for (const sdk::XmlAttribute& attribute : element.attributes)
      to_.attribute(space(attribute.uri, attribute.prefix), attribute.local, filled(attribute.value, code));
    for (const XmlElement& child : element.children) write(child, code);
    if (element.children.empty() && !element.text.empty()) to_.text(filled(element.text, code));
    to_.end();
  }

 private:
  // Each namespace by the first prefix it came with; one without a prefix gets one.
  sdk::Namespace space(const std::string& uri, const std::string& prefix) {
    if (uri.empty()) return {};
    const auto found = spaces_.find(uri);
    if (found != spaces_.end()) return found->second;
    const std::string name = prefix.empty() ? "t" + std::to_string(spaces_.size()) : prefix;
    return spaces_.emplace(uri, to_.name(name, uri)).first->second;
  }

  sdk::Writer& to_;
  const std::vector<std::string>& codes_;
  std::map<std::string, sdk::Namespace> spaces_;
};

}  // namespace

sdk::Failure wrong(int line, const std::string& what) {
  return sdk::Failure(sdk::Code::config, "line " + std::to_string(line) + ": " + what);
}

Template::Template(const XmlElement& request) {
  if (request.children.size() != 1)
    throw wrong(request.line,
                "<request> has " + std::to_string(request.children.size()) + " elements; the hub takes one");
  if (is_people(request.children.front()))
    throw wrong(request.line, "<people> stands directly in <request>; put the message's element around it");
  if (!judge(request.children.front(), false))
    throw wrong(request.line, "<request> asks about nobody; put {code} inside <people>");
  root_ = request.children.front();
}

void Template::write(sdk::Writer& to, const std::vector<std::string>& codes) const {
  Filling(to, codes).write(root_, {});
}

}  // namespace tilts::vdaa
