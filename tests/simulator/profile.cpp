#include "tests/simulator/profile.h"

#include <charconv>
#include <stdexcept>

#include <libxml/parser.h>

#include "tests/simulator/dom.h"

namespace tilts::simulator {
namespace {

constexpr const char* space = "urn:tilts:profile:1";

// Knows the file, so that every sentence names it.
class Reader {
 public:
  explicit Reader(const std::string& file)
      : file_(file), document_(xmlReadFile(file.c_str(), nullptr, XML_PARSE_NONET | XML_PARSE_NOERROR)) {
    if (!document_) fail("cannot be read as XML");
    root_ = xmlDocGetRootElement(document_.get());
    if (!is(root_, space, "profile")) fail("its root is not profile in urn:tilts:profile:1");
  }

  const xmlNode* root() const { return root_; }

  const xmlNode* element(const xmlNode* parent, const char* name) const {
    const xmlNode* found = child(parent, space, name);
    if (found == nullptr) fail(std::string("element ") + name + " is missing");
    return found;
  }

  std::string value(const xmlNode* node, const char* name) const {
    std::string found = attribute(node, name);
    if (found.empty()) fail("attribute " + std::string(name) + " of " + local_name(node) + " is missing");
    return found;
  }

  unsigned number(const xmlNode* node, const char* name) const {
    const std::string digits = value(node, name);
    unsigned found = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found);
    if (error != std::errc() || end != digits.data() + digits.size())
      fail("attribute " + std::string(name) + " of " + local_name(node) + " is not a number");
    return found;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("profile " + file_ + ": " + what);
  }

 private:
  std::string file_;
  Document document_;
  const xmlNode* root_ = nullptr;
};

DocumentForm read_document(const Reader& reader, const xmlNode* document) {
  const xmlNode* signature = reader.element(document, "signature");
  return {.element = reader.value(signature, "element"),
          .into = reader.value(signature, "into"),
          .id = reader.value(signature, "id"),
          .inclusive = attribute(signature, "canonicalization") == "inclusive",
          .digest = hash_named(reader.value(signature, "digest")),
          .method = hash_named(reader.value(signature, "method")),
          .certificate = hash_named(reader.value(signature, "certificate-digest"))};
}

}  // namespace

const std::string& Profile::name(const std::string& key) const {
  const auto found = names.find(key);
  if (found == names.end()) throw std::runtime_error("profile: no name has the key " + key);
  return found->second;
}

Profile read_profile(const std::string& file) {
  const Reader reader(file);
  const xmlNode* root = reader.root();
  const xmlNode* request = reader.element(root, "request");
  const xmlNode* signature = reader.element(request, "signature");
  const xmlNode* addressing = reader.element(root, "addressing");
  const xmlNode* answer = reader.element(root, "answer");
  const xmlNode* answer_time = reader.element(answer, "timestamp");
  const xmlNode* limits = reader.element(root, "limits");

  Profile profile;
  const xmlNode* soap = reader.element(root, "soap");
  const std::string version = reader.value(soap, "version");
  if (version != "1.1" && version != "1.2") reader.fail("SOAP " + version + " is neither 1.1 nor 1.2");
  profile.soap = version == "1.1" ? Soap::v1_1 : Soap::v1_2;
  profile.mtom = attribute(soap, "mtom") == "yes";
  profile.message_id_prefix = reader.value(addressing, "message-id");
  profile.relates_to = reader.value(addressing, "relates-to") == "required";
  profile.signs = reader.value(answer, "signature") == "required";
  profile.request_lifetime =
      std::chrono::seconds(reader.number(reader.element(request, "timestamp"), "lifetime"));
  profile.answer_lifetime = std::chrono::seconds(reader.number(answer_time, "lifetime"));
  profile.skew = std::chrono::seconds(reader.number(answer_time, "skew"));
  if (const xmlNode* token = child(request, space, "token"))
    profile.token =
        Token{reader.value(token, "audience"), reader.value(token, "confirmation") == "holder-of-key"};
  profile.sha1_requests =
      attribute(signature, "digest") == "sha1" || attribute(signature, "method") == "sha1";
  if (const xmlNode* document = child(root, space, "document"))
    profile.document = read_document(reader, document);
  for (const xmlNode* part : children(signature)) profile.request_parts.insert(text(part));
  profile.request_bytes = reader.number(limits, "request-bytes");
  profile.answer_bytes = reader.number(limits, "answer-bytes");
  profile.keep_alive = std::chrono::seconds(reader.number(limits, "keep-alive-seconds"));
  for (const xmlNode* operation : children(reader.element(root, "operations")))
    profile.operations.emplace(reader.value(operation, "name"), reader.value(operation, "action"));
  // a registry that gives nothing a name has no such element
  for (const xmlNode* name : children(child(root, space, "names")))
    profile.names.emplace(reader.value(name, "key"), text(name));
  return profile;
}

}  // namespace tilts::simulator
