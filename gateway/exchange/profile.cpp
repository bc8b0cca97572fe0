#include "gateway/exchange/profile.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/exchange/algorithms.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using ParserContext = Handle<xmlParserCtxt, xmlFreeParserCtxt>;
using SchemaParser = Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt>;
using Schema = Handle<xmlSchema, xmlSchemaFree>;
using SchemaContext = Handle<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt>;

constexpr std::string_view profile_namespace = "urn:tilts:profile:1";
constexpr size_t largest_file = 1u << 20;

// Every problem of one file, for one error at the end.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(int line, std::string text) {
    for (const std::string_view noise : {"{urn:tilts:profile:1}", "\n"})
      for (size_t at; (at = text.find(noise)) != std::string::npos;) text.erase(at, noise.size());
    lines_.push_back({line, fmt::format("{}:{}: {}", file_, line, text)});
  }

  // libxml2 tells its problems one by one through this.
  static void collect(void* problems, xmlError* error) {
    static_cast<Problems*>(problems)->add(error->line,
                                          error->message != nullptr ? error->message : "not readable");
  }

  void refuse_if_any() {
    if (lines_.empty()) return;
    std::ranges::stable_sort(lines_, {}, &Line::number);
    std::string text;
    for (const Line& line : lines_) text += (text.empty() ? "" : "\n") + line.text;
    throw Error(Code::config, text);
  }

 private:
  struct Line {
    int number;
    std::string text;
  };
  std::string file_;
  std::vector<Line> lines_;
};

xml::Document parse(std::string_view bytes, Problems& problems) {
  const ParserContext context(xmlNewParserCtxt());
  if (context == nullptr) throw std::bad_alloc();
  xmlSetStructuredErrorFunc(&problems, Problems::collect);
  xml::Document document(xmlCtxtReadMemory(context.get(), bytes.data(), static_cast<int>(bytes.size()),
                                           nullptr, nullptr, XML_PARSE_NONET | XML_PARSE_NOCDATA));
  xmlSetStructuredErrorFunc(nullptr, nullptr);
  problems.refuse_if_any();
  if (document == nullptr || context->wellFormed == 0 || context->nsWellFormed == 0)
    problems.add(1, "is not XML that this program can read");
  else if (document->intSubset != nullptr)
    problems.add(1, "a DOCTYPE has no place here; remove it");
  problems.refuse_if_any();
  return document;
}

void obey_schema(xmlDoc* document, Problems& problems) {
  const std::string_view text = profile_schema();
  const SchemaParser parser(xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size())));
  const Schema schema(parser != nullptr ? xmlSchemaParse(parser.get()) : nullptr);
  const SchemaContext context(schema != nullptr ? xmlSchemaNewValidCtxt(schema.get()) : nullptr);
  if (context == nullptr) throw Error(Code::bug, "profile.xsd in the binary cannot be read; report this");
  xmlSchemaSetValidStructuredErrors(context.get(), Problems::collect, &problems);
  if (xmlSchemaValidateDoc(context.get(), document) != 0) problems.refuse_if_any();
}

// The schema has judged the document: what is read here has the right form.
class Reader {
 public:
  explicit Reader(const xmlNode* element) : element_(element) {}

  bool exists() const { return element_ != nullptr; }
  int line() const { return static_cast<int>(xmlGetLineNo(const_cast<xmlNode*>(element_))); }
  Reader child(std::string_view name) const {
    const auto found = children(name);
    return found.empty() ? Reader(nullptr) : found.front();
  }
  std::vector<Reader> children(std::string_view name) const {
    std::vector<Reader> all;
    if (element_ == nullptr) return all;
    for (const xmlNode* node : xml::elements(element_, profile_namespace, name)) all.emplace_back(node);
    return all;
  }
  // As xs:token: white space at the ends is not part of the value.
  std::string text(std::string_view name) const { return trimmed(xml::attribute(element_, {}, name)); }
  std::string content() const { return trimmed(xml::text(element_)); }

  template <typename Number>
  void number(std::string_view name, Number& into) const {
    const std::string value = element_ == nullptr ? std::string() : text(name);
    if (!value.empty())
      std::from_chars(value.data() + (value.front() == '+'), value.data() + value.size(), into);
  }
  void seconds(std::string_view name, std::chrono::seconds& into) const {
    int64_t count = into.count();
    number(name, count);
    into = std::chrono::seconds{count};
  }

 private:
  static std::string trimmed(std::string value) {
    constexpr std::string_view space = " \t\r\n";
    value.erase(0, std::min(value.find_first_not_of(space), value.size()));
    value.erase(value.find_last_not_of(space) + 1);
    return value;
  }

  const xmlNode* element_;
};

Hash hash(const std::string& name) {
  if (name == "sha384") return Hash::sha384;
  if (name == "sha1") return Hash::sha1;
  return name == "sha512" ? Hash::sha512 : Hash::sha256;
}

void read_token(const Reader& token, Signing& request, Problems& problems) {
  if (!token.exists()) {
    if (std::ranges::find(request.parts, "Token") != request.parts.end())
      problems.add(1,
                   "the part Token is signed, and no token is asked for; say <token>, or take the part out");
    return;
  }
  TokenDemand demand{.audience = token.text("audience")};
  token.seconds("renew-before-seconds", demand.renew_before);
  if (token.text("confirmation") == "holder-of-key") {
    demand.confirmation = Confirmation::holder_of_key;
    if (std::ranges::find(request.parts, "BinarySecurityToken") != request.parts.end())
      problems.add(
          token.line(),
          "a holder-of-key token names the signature's key: no BinarySecurityToken is sent that could be "
          "signed; take that part out");
  }
  request.token = std::move(demand);
}

void read_request(const Reader& request, Profile& profile, Problems& problems) {
  request.child("timestamp").seconds("lifetime", profile.request.lifetime);
  const Reader signature = request.child("signature");
  profile.request.digest = hash(signature.text("digest"));
  profile.request.signature = hash(signature.text("method"));
  for (const char* what : {"digest", "method"}) {
    if (signature.text(what) != "sha1") continue;
    const std::string because = signature.text("because");
    if (because.empty())
      problems.add(signature.line(),
                   fmt::format("{} is sha1: say why with because=\"…\", or take another", what));
    profile.loosened.push_back(
        fmt::format("requests go out signed with SHA-1 as {}, because {}", what, because));
  }
  for (const Reader& part : signature.children("part")) profile.request.parts.push_back(part.content());
  read_token(request.child("token"), profile.request, problems);
  for (const std::string part : {"Body", "Timestamp"}) {
    if (std::ranges::find(profile.request.parts, part) != profile.request.parts.end()) continue;
    const std::string because = signature.text("because");
    if (because.empty())
      problems.add(signature.line(), part + " is not signed: say why with because=\"…\", or add the part");
    profile.loosened.push_back(fmt::format("requests go out with {} unsigned, because {}", part, because));
  }
}

void read_answer(const Reader& answer, Profile& profile, Problems& problems) {
  Policy& policy = profile.answer;
  policy.soap = profile.soap;
  policy.signature = answer.text("signature") == "required";
  policy.revocation = answer.text("revocation") == "yes";
  answer.child("timestamp").seconds("lifetime", policy.lifetime);
  answer.child("timestamp").seconds("skew", policy.skew);
  const std::string because = answer.text("because");
  if (!policy.signature) {
    if (because.empty())
      problems.add(answer.line(), "answers without a signature: say why with because=\"…\"");
    profile.loosened.push_back(fmt::format(
        "answers are accepted without a signature and vouched for by TLS alone, because {}", because));
  } else if (!because.empty()) {
    problems.add(answer.line(), "because=\"…\" has nothing to explain here: answers are signed");
  }
  for (const Reader& legacy : answer.children("legacy")) {
    const std::string uri = legacy_uri(legacy.text("algorithm"));
    if (uri.empty())
      problems.add(legacy.line(), fmt::format("legacy algorithm {} is not one that is built in ({}, or their "
                                              "URIs); correct it, or take it out",
                                              legacy.text("algorithm"), legacy_names));
    policy.legacy.insert(uri);
    profile.loosened.push_back(fmt::format("answers may use the legacy algorithm {}, because {}",
                                           legacy.text("algorithm"), legacy.text("because")));
  }
  for (const Reader& part : answer.children("left-out")) {
    policy.left_out.insert(part.text("part"));
    profile.loosened.push_back(fmt::format("answers may come with {} unsigned, because {}", part.text("part"),
                                           part.text("because")));
  }
  for (const Reader& part : answer.children("also-signed")) policy.also_signed.insert(part.text("element"));
}

void read_document(const Reader& signature, Profile& profile, Problems& problems) {
  if (!signature.exists()) return;
  DocumentSigning& signing = profile.document.emplace();
  profile.answer.xades = true;
  signing.element = signature.text("element");
  signing.into = signature.text("into");
  signing.id = signature.text("id");
  profile.answer.document = signing.into;
  signing.digest = hash(signature.text("digest"));
  signing.signature = hash(signature.text("method"));
  signing.inclusive = signature.text("canonicalization") == "inclusive";
  signing.certificate = hash(signature.text("certificate-digest"));
  const bool old = signing.certificate == Hash::sha1;
  const std::string because = signature.text("because");
  if (old == because.empty())
    problems.add(signature.line(),
                 because.empty() ? "the signing certificate is named by SHA-1: say why with because=\"…\""
                                 : "because=\"…\" has nothing to explain here: no SHA-1 is used");
  if (old)
    profile.loosened.push_back(
        fmt::format("documents go out with their signing certificate named by SHA-1, because {}", because));
}

void read_limits(const Reader& element, TransportLimits& limits) {
  if (!element.exists()) return;
  element.number("request-bytes", limits.request_bytes);
  element.number("answer-bytes", limits.answer_bytes);
  element.number("attachment-bytes", limits.attachment_bytes);
  element.number("concurrency", limits.concurrency);
  element.number("requests-per-second", limits.requests_per_second);
  element.number("attempts", limits.attempts);
  element.seconds("connect-seconds", limits.connect);
  element.seconds("answer-seconds", limits.answer);
  element.seconds("keep-alive-seconds", limits.keep_alive);
}

void read_answer_limits(const Reader& element, xml::Limits& limits) {
  if (!element.exists()) return;
  element.number("answer-depth", limits.depth);
  element.number("answer-attributes", limits.attributes);
  element.number("answer-name-bytes", limits.name);
  element.number("answer-attribute-bytes", limits.attribute_value);
  element.number("answer-text-bytes", limits.text);
  element.number("answer-nodes", limits.nodes);
}

Profile read_profile(const Reader& root, Problems& problems) {
  Profile profile;
  profile.id = root.text("id");
  profile.title = root.text("title");
  profile.soap = root.child("soap").text("version") == "1.1" ? SoapVersion::v1_1 : SoapVersion::v1_2;
  profile.mtom = profile.answer.mtom = root.child("soap").text("mtom") == "yes";
  const Reader addressing = root.child("addressing");
  profile.message_id_prefix = addressing.text("message-id");
  profile.to = addressing.text("to");
  profile.answer.relates_to = addressing.text("relates-to") == "required";
  if (!profile.answer.relates_to)
    profile.loosened.emplace_back(
        "answers do not say which request they answer: the connection they came on does");
  read_request(root.child("request"), profile, problems);
  read_answer(root.child("answer"), profile, problems);
  read_document(root.child("document").child("signature"), profile, problems);
  read_limits(root.child("limits"), profile.limits);
  read_answer_limits(root.child("limits"), profile.answer.limits);
  profile.answer.limits.bytes = profile.limits.answer_bytes;
  if (const Reader submission = root.child("submission"); submission.exists()) {
    profile.settle.emplace();
    submission.seconds("settle-seconds", *profile.settle);
  }
  for (const Reader& operation : root.child("operations").children("operation"))
    profile.operations.push_back({operation.text("name"), operation.text("action")});
  for (const Reader& name : root.child("names").children("name"))
    profile.names.emplace(name.text("key"), name.content());
  return profile;
}

}  // namespace

const Operation* Profile::operation(std::string_view name_or_action) const {
  const auto found = std::ranges::find_if(operations, [&](const Operation& operation) {
    return operation.name == name_or_action || operation.action == name_or_action;
  });
  return found == operations.end() ? nullptr : &*found;
}

Profile load_profile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad() || bytes.empty())
    throw Error(Code::config, file + ": cannot be read, or is empty");
  if (bytes.size() > largest_file)
    throw Error(Code::config, file + ": is larger than 1 MiB; this is not a profile");
  return parse_profile(bytes, file);
}

Profile parse_profile(std::string_view bytes, const std::string& file) {
  Problems problems(file);
  const xml::Document document = parse(bytes, problems);
  obey_schema(document.get(), problems);
  Profile profile = read_profile(Reader(xmlDocGetRootElement(document.get())), problems);
  problems.refuse_if_any();
  profile.source = bytes;
  return profile;
}

}  // namespace tilts::exchange
