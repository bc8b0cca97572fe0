#include "gateway/push/entry_json.h"

#include <algorithm>
#include <set>
#include <string>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

namespace tilts::push {
namespace {

constexpr unsigned deepest = 4;

void append_escaped(std::string& to, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '"':
        to += "&quot;";
        break;
      case '\t':
      case '\n':
      case '\r':
        to += "&#" + std::to_string(static_cast<int>(c)) + ";";
        break;
      default:
        to += c;
    }
  }
}

const std::string& demand_name(const std::string& name) {
  const bool plain =
      !name.empty() && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  if (!plain) throw NotJson("a member has a name that is no field's");
  return name;
}

std::string text_of(const Poco::Dynamic::Var& value) {
  if (value.isEmpty()) return {};
  if (value.isString() || value.isInteger() || value.isNumeric()) return value.convert<std::string>();
  throw NotJson("a field has a value that is neither text nor a number");
}

void append_attachments(std::string& to, const Poco::JSON::Object& entry) {
  const Poco::JSON::Array::Ptr list = entry.getArray("attachments");
  if (!list) throw NotJson("attachments is not a list");
  to += "<attachments>";
  for (unsigned i = 0; i < list->size(); ++i) {
    const Poco::JSON::Object::Ptr one = list->getObject(i);
    if (!one) throw NotJson("an attachment is not an object");
    to += "<attachment";
    for (const auto& [name, value] : *one) {
      to += ' ' + demand_name(name) + "=\"";
      append_escaped(to, text_of(value));
      to += '"';
    }
    to += "/>";
  }
  to += "</attachments>";
}

}  // namespace

std::string entry_from_json(std::string_view bytes, std::string_view target_namespace) try {
  Poco::JSON::Parser parser;
  parser.setDepth(deepest);
  const auto entry = parser.parse(std::string(bytes)).extract<Poco::JSON::Object::Ptr>();
  std::string written = "<entry xmlns=\"";
  append_escaped(written, target_namespace);
  written += '"';
  if (entry->has("operation")) {
    written += " operation=\"";
    append_escaped(written, text_of(entry->get("operation")));
    written += '"';
  }
  written += '>';
  for (const auto& [name, value] : *entry) {
    if (name == "operation") continue;
    if (name == "attachments") {
      append_attachments(written, *entry);
      continue;
    }
    written += '<' + demand_name(name) + '>';
    append_escaped(written, text_of(value));
    written += "</" + name + '>';
  }
  return written + "</entry>";
} catch (const NotJson&) {
  throw;
} catch (const Poco::Exception&) {
  throw NotJson("it is not well-formed, or not an object");
}

}  // namespace tilts::push
