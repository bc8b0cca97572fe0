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

// What the stylesheet or the schema says against the row; empty: nothing.
std::string Xml::objection(const Row& row) const {
  try {
    // The smallest document that holds the row is judged as the whole one will be.
    const Frame around = frame({"check", "check", "2000-01-01T00:00:00Z", ""});
    const std::string document = around.head + element(Action::add, row) + around.tail;
    return schema_ ? schema_->judge(document) : std::string();
  } catch (const Error& error) {
    return error.what();
  }
}

bool Xml::fit(Row& row, std::vector<Finding>& findings) {
  const auto hold = [&](size_t i) {
    row.cells[i].clear();
    row.held[i] = 1;
  };
  for (size_t i = 0; i < row.cells.size(); ++i) {
    if (!has_control(row.cells[i])) continue;
    const Column& column = layout_.columns[i];
    findings.push_back(
        {column.key ? Weight::record : Weight::field, "not-in-xml", layout_.name, row.key, column.name,
         "target " + target_,
         "a control character that XML cannot carry; correct it in the registry or in the roster",
         "Vadības rakstzīme, kuru XML nepieļauj; labojiet to reģistrā vai klientu sarakstā"});
    if (column.key) return false;
    hold(i);
  }
  if (!stylesheet_ && !schema_) return true;
  const std::string wrong = objection(row);
  if (wrong.empty()) return true;
  Finding finding{Weight::record,
                  "not-in-schema",
                  layout_.name,
                  row.key,
                  "",
                  "target " + target_,
                  "the target's stylesheet or schema refuses it: " + wrong,
                  "Saņēmēja XSLT vai shēma to nepieļauj: " + wrong};
  // When one cell alone is to blame, it alone is held back.
  for (size_t i = 0; i < row.cells.size() && finding.weight == Weight::record; ++i) {
    if (layout_.columns[i].key || row.cells[i].empty()) continue;
    Row without = row;
    without.cells[i].clear();
    without.held[i] = 1;
    if (!objection(without).empty()) continue;
    hold(i);
    finding.weight = Weight::field;
    finding.field = layout_.columns[i].name;
  }
  findings.push_back(std::move(finding));
  return findings.back().weight == Weight::field;
}

void Xml::check(std::string_view bytes, bool last) {
  if (stream_) stream_->add(bytes, last);
}

}  // namespace tilts::targets
