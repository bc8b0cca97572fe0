#include "tests/simulator/mtom.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/simulator/crypto.h"
#include "tests/simulator/names_of_soap.h"

namespace tilts::simulator {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view xop_type = "application/xop+xml";
constexpr std::string_view soap_type = "application/soap+xml";
constexpr std::string_view root_id = "root.message@tilts.simulator";

void demand(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("MTOM: " + what);
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A media type and its parameters (RFC 2045, 5.1); a quoted value may hold ; and escaped characters.
struct ContentType {
  std::string type;
  std::map<std::string, std::string> parameters;

  std::string parameter(const std::string& name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? "" : found->second;
  }
};

std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    value = trimmed(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
    value += rest[at];
  }
  demand(at < rest.size(), "a quoted parameter of Content-Type never ends");
  rest.remove_prefix(at + 1);
  return value;
}

ContentType parse_content_type(std::string_view text) {
  ContentType parsed;
  const std::size_t end = std::min(text.find(';'), text.size());
  parsed.type = lower(trimmed(text.substr(0, end)));
  text.remove_prefix(end);
  while (!(text = trimmed(text)).empty()) {
    demand(text.front() == ';', "Content-Type has something between its parameters");
    text = trimmed(text.substr(1));
    const std::size_t equals = text.find('=');
    demand(equals != std::string_view::npos, "a parameter of Content-Type has no value");
    const std::string name = lower(trimmed(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    demand(parsed.parameters.emplace(name, take_value(text)).second, "Content-Type says " + name + " twice");
  }
  return parsed;
}

using Headers = std::map<std::string, std::string>;

Headers parse_headers(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(line_end), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t colon = line.find(':');
    demand(colon != std::string_view::npos && line.front() != ' ' && line.front() != '\t',
           "a part has a header that is none");
    const std::string name = lower(line.substr(0, colon));
    demand(headers.emplace(name, trimmed(line.substr(colon + 1))).second, "a part says " + name + " twice");
    text.remove_prefix(std::min(end + line_end.size(), text.size()));
  }
  return headers;
}

std::string header(const Headers& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string without_brackets(const std::string& id) {
  demand(id.size() > 2 && id.front() == '<' && id.back() == '>', "a part has no Content-ID");
  return id.substr(1, id.size() - 2);
}

// Between the delimiters (RFC 2046, 5.1.1); the line end before one belongs to it.
std::vector<std::string_view> split(std::string_view body, const std::string& boundary) {
  const std::string delimiter = "\r\n--" + boundary;
  demand(body.starts_with(std::string_view(delimiter).substr(2)),
         "the body does not begin with its boundary");
  body.remove_prefix(delimiter.size() - 2);
  std::vector<std::string_view> parts;
  while (!body.starts_with("--")) {
    demand(body.starts_with(line_end), "a boundary is not followed by a line end");
    const std::size_t end = body.find(delimiter);
    demand(end != std::string_view::npos, "the closing boundary is missing");
    parts.push_back(body.substr(line_end.size(), std::max(end, line_end.size()) - line_end.size()));
    body.remove_prefix(end + delimiter.size());
  }
  return parts;
}

void demand_root(const Headers& headers) {
  const ContentType type = parse_content_type(header(headers, "content-type"));
  demand(type.type == xop_type && lower(type.parameter("charset")) == "utf-8" &&
             type.parameter("type") == soap_type,
         "the root part is not application/xop+xml of SOAP 1.2 in UTF-8");
}

void find_includes(xmlNode* node, std::vector<xmlNode*>& found) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    if (is(node, xop_namespace, "Include")) found.push_back(node);
    find_includes(node->children, found);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// RFC 2392: a Content-ID as a URL has its special octets escaped.
std::string content_id(const std::string& href) {
  demand(href.starts_with("cid:"), "an Include names no part");
  std::string id;
  for (std::size_t at = 4; at < href.size(); ++at) {
    const bool escaped = href[at] == '%' && at + 2 < href.size() && hex_digit(href[at + 1]) >= 0 &&
                         hex_digit(href[at + 2]) >= 0;
    id += escaped ? static_cast<char>(hex_digit(href[at + 1]) * 16 + hex_digit(href[at + 2])) : href[at];
    if (escaped) at += 2;
  }
  return id;
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return lower(content_type.substr(0, content_type.find(';'))) == "multipart/related";
}

Incoming take_apart(const std::string& content_type, std::string_view body) {
  const ContentType type = parse_content_type(content_type);
  demand(lower(type.parameter("type")) == xop_type, "type is not application/xop+xml");
  demand(type.parameter("start-info") == soap_type, "start-info is not application/soap+xml");
  const std::string boundary = type.parameter("boundary"), start = without_brackets(type.parameter("start"));
  demand(!boundary.empty() && boundary.size() <= 70, "the boundary is missing or too long");
  Incoming incoming;
  bool has_root = false;
  for (const std::string_view part : split(body, boundary)) {
    const std::size_t end = part.find("\r\n\r\n");
    demand(end != std::string_view::npos, "a part has no headers");
    const Headers headers = parse_headers(part.substr(0, end));
    const std::string id = without_brackets(header(headers, "content-id"));
    const std::string_view octets = part.substr(end + 4);
    demand(lower(header(headers, "content-transfer-encoding")) == "binary", "a part is not binary");
    if (id == start) {
      demand(!has_root, "two parts have one Content-ID");
      demand_root(headers);
      has_root = true;
      incoming.xml = octets;
    } else {
      demand(incoming.parts.emplace(id, octets).second, "two parts have one Content-ID");
    }
  }
  demand(has_root, "the root part is missing");
  return incoming;
}

void resolve_includes(xmlDoc* document, const Incoming& incoming) {
  std::vector<xmlNode*> includes;
  find_includes(xmlDocGetRootElement(document), includes);
  std::map<std::string, std::string_view, std::less<>> left = incoming.parts;
  for (xmlNode* node : includes) {
    demand(node->prev == nullptr && node->next == nullptr && node->children == nullptr,
           "an Include is not the only child of its parent");
    const auto named = left.find(content_id(attribute(node, "href")));
    demand(named != left.end(), "an Include names a part that is not there, or was named before");
    const std::string text = base64(named->second);
    left.erase(named);
    xmlNode* in_place = xmlNewDocTextLen(document, reinterpret_cast<const xmlChar*>(text.data()),
                                         static_cast<int>(text.size()));
    if (in_place == nullptr) throw std::bad_alloc();
    xmlReplaceNode(node, in_place);
    xmlFreeNode(node);
  }
  demand(left.empty(), "a part is named by no Include");
}

std::string include(const std::string& id) {
  return fmt::format(R"(<xop:Include xmlns:xop="{}" href="cid:{}"></xop:Include>)", xop_namespace, id);
}

Multipart put_together(std::string xml, const std::vector<MimePart>& parts, const std::string& soap,
                       const std::string& action) {
  const std::string boundary = "tilts-simulator-" + uuid();
  Multipart whole;
  whole.content_type = fmt::format(
      R"(multipart/related; type="{}"; start="<{}>"; start-info="{}"; boundary="{}"; action="{}")", xop_type,
      root_id, soap, boundary, action);
  whole.head = fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8; type=\"{}\"\r\n"
      "Content-Transfer-Encoding: binary\r\nContent-ID: <{}>\r\n\r\n",
      boundary, xop_type, soap, root_id);
  whole.head += xml;
  std::string between;
  for (const MimePart& part : parts) {
    between = fmt::format(
        "\r\n--{}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: binary\r\n"
        "Content-ID: <{}>\r\n\r\n",
        boundary, part.media_type, part.id);
    if (whole.further.empty())
      whole.head += between;
    else
      whole.further.emplace_back(between);
    whole.further.push_back(part.octets);
  }
  whole.further.emplace_back(fmt::format("\r\n--{}--\r\n", boundary));
  return whole;
}

}  // namespace tilts::simulator
