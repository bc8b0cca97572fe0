#include "gateway/targets/xml.h"

#include <utility>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xmlsave.h>

#include "gateway/base/error.h"

namespace tilts::targets {
namespace {

using Buffer = Handle<xmlBuffer, xmlBufferFree>;
using Saving = Handle<xmlSaveCtxt, xmlSaveClose>;

void escape(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
  }
}

void attribute(std::string_view name, std::string_view value, std::string& out) {
  out += ' ';
  out += name;
  out += "=\"";
  escape(value, out);
  out += '"';
}

// XML 1.0 has no place for these, not even escaped.
bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return true;
  return false;
}

Finding refused(const Layout& layout, const Row& row, const std::string& target, std::string rule,
                std::string field, std::string english, std::string latvian) {
  return {Weight::record,   std::move(rule),    layout.name,        row.key,
          std::move(field), "target " + target, std::move(english), std::move(latvian)};
}

}  // namespace

Xml::Xml(const Settings& settings, Layout layout)
    : layout_(std::move(layout)), target_(settings.name), environment_(settings.environment) {
  const std::string owner = "target " + target_;
  if (!settings.stylesheet.empty()) stylesheet_.emplace(settings.stylesheet, owner);
  if (!settings.schema.empty()) schema_.emplace(settings.schema, owner);
}

Xml::Frame Xml::frame(const Delivery& delivery) const {
  std::string text = "<rows xmlns=\"urn:tilts:rows:1\"";
  attribute("target", target_, text);
  attribute("environment", environment_, text);
  attribute("run", delivery.run, text);
  attribute("part", delivery.part, text);
  attribute("as-of", delivery.as_of, text);
  text += "/>";
  if (stylesheet_) text = styled(text);
  if (!text.ends_with("/>"))
    throw Error(Code::config,
                fmt::format("target {}: for <rows/> the stylesheet must make one empty element, the frame of "
                            "the rows; correct its template for it",
                            target_));
  const std::string name = text.substr(1, text.find_first_of(" />", 1) - 1);
  text.replace(text.size() - 2, 2, ">\n");
  return {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text, "</" + name + ">\n"};
}

std::string Xml::element(Action action, const Row& row) const {
  std::string text = "<row xmlns=\"urn:tilts:rows:1\"";
  attribute("action", name(action), text);
  text += '>';
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const Column& column = layout_.columns[i];
    if (action == Action::remove && !column.key) continue;
    text += '<';
    text += column.name;
    if (row.held[i] != 0) text += " held-back=\"yes\"";
    if (row.cells[i].empty()) {
      text += "/>";
      continue;
    }
    text += '>';
    escape(row.cells[i], text);
    text += "</" + column.name + '>';
  }
  text += "</row>";
  return stylesheet_ ? styled(text) : text;
}

std::string Xml::styled(const std::string& source) const {
  const XmlDocument document(xmlReadMemory(source.data(), static_cast<int>(source.size()), nullptr, "UTF-8",
                                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (document == nullptr)
    throw Error(Code::bug,
                fmt::format("target {}: a row cannot be written as XML; it should have been held back before",
                            target_));
  const XmlDocument result = stylesheet_->apply(*document);
  const Buffer buffer(xmlBufferCreate());
  {
    const Saving saving(xmlSaveToBuffer(buffer.get(), "UTF-8", XML_SAVE_NO_DECL));
    xmlSaveTree(saving.get(), xmlDocGetRootElement(result.get()));
  }
  return reinterpret_cast<const char*>(xmlBufferContent(buffer.get()));
}

void Xml::begin(const Delivery& delivery, std::string& out) {
  stream_.reset();
  if (schema_) stream_.emplace(*schema_);
  Frame made = frame(delivery);
  out += made.head;
  tail_ = std::move(made.tail);
}

void Xml::row(Action action, const Row& row, std::string& out) {
  out += element(action, row);
  out += '\n';
}

void Xml::end(std::string& out) { out += tail_; }

bool Xml::fit(Row& row, std::vector<Finding>& findings) {
  for (size_t i = 0; i < row.cells.size(); ++i) {
    if (!has_control(row.cells[i])) continue;
    findings.push_back(
        refused(layout_, row, target_, "not-in-xml", layout_.columns[i].name,
                "a control character that XML cannot carry; correct it in the registry or in the roster",
                "Vadības rakstzīme, kuru XML nepieļauj; labojiet to reģistrā vai klientu sarakstā"));
    return false;
  }
  if (!stylesheet_ && !schema_) return true;
  try {
    // The smallest document that holds the row is judged as the whole one will be.
    const Frame around = frame({"check", "check", "2000-01-01T00:00:00Z", ""});
    const std::string document = around.head + element(Action::add, row) + around.tail;
    const std::string wrong = schema_ ? schema_->judge(document) : std::string();
    if (wrong.empty()) return true;
    findings.push_back(refused(layout_, row, target_, "not-in-schema", "",
                               "the target's schema refuses it: " + wrong,
                               "Saņēmēja shēma to nepieļauj: " + wrong));
  } catch (const Error& error) {
    findings.push_back(refused(layout_, row, target_, "not-in-stylesheet", "", error.what(),
                               "Saņēmēja XSLT šo ierakstu nevar pārveidot"));
  }
  return false;
}

void Xml::check(std::string_view bytes, bool last) {
  if (stream_) stream_->add(bytes, last);
}

}  // namespace tilts::targets
