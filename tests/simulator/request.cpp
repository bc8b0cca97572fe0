#include "tests/simulator/request.h"

#include <algorithm>
#include <array>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <openssl/err.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmlsec.h>

#include "tests/simulator/desk.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/signature.h"

namespace tilts::simulator {
namespace {

constexpr std::array<const char*, 7> addressing_headers{"Action", "MessageID", "RelatesTo", "To",
                                                        "From",   "ReplyTo",   "FaultTo"};

[[noreturn]] void refuse(const std::string& reason, Blame blame = Blame::sender) {
  throw Refusal(blame, reason);
}

void demand(bool holds, const std::string& reason) {
  if (!holds) refuse(reason);
}

// A registry that takes messages beyond libxml2's own bound of a text also takes such texts: attachments.
int parser_options(const Profile& profile) {
  return XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
         (profile.request_bytes > XML_MAX_TEXT_LENGTH ? XML_PARSE_HUGE : 0);
}

Document parse(std::string_view bytes, const Profile& profile) {
  const Handle<xmlParserCtxt, xmlFreeParserCtxt> context(xmlNewParserCtxt());
  Document document(xmlCtxtReadMemory(context.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr,
                                      nullptr, parser_options(profile)));
  demand(document && context->wellFormed == 1 && context->nsWellFormed == 1,
         "the message is not well-formed XML");
  demand(document->intSubset == nullptr, "the message has a DOCTYPE");
  const std::string_view encoding =
      document->encoding == nullptr ? "UTF-8" : reinterpret_cast<const char*>(document->encoding);
  demand(encoding == "UTF-8" || encoding == "utf-8", "the message is not UTF-8");
  return document;
}

const xmlNode* single(const xmlNode* parent, const char* space, const char* local) {
  return sole(parent, space, local, demand);
}

bool must_be_understood(const xmlNode* header, const char* soap) {
  const std::string value = attribute(header, "mustUnderstand", soap);
  return value == "1" || value == "true";
}

bool understood(const xmlNode* header) {
  if (is(header, security_namespace, "Security")) return true;
  return std::any_of(addressing_headers.begin(), addressing_headers.end(),
                     [&](const char* name) { return is(header, addressing_namespace, name); });
}

void demand_headers_understood(const xmlNode* header, const char* soap) {
  for (const xmlNode* block : children(header))
    if (must_be_understood(block, soap) && !understood(block))
      refuse("header " + local_name(block) + " is not understood", Blame::must_understand);
}

Clock::Time time_in(const xmlNode* timestamp, const char* name) {
  try {
    return parse_utc(text(single(timestamp, utility_namespace, name)));
  } catch (const std::invalid_argument&) {
    refuse(std::string("Timestamp: ") + name + " is not a UTC time");
  }
}

}  // namespace

struct RequestVerifier::Security {
  const xmlNode* block;
  const xmlNode* timestamp;
  xmlNode* signature;
};

RequestVerifier::RequestVerifier(const Profile& profile, Signers& signers, const Clock& clock,
                                 std::vector<std::string> addresses, const Desk& desk, TokenFiles tokens)
    : profile_(profile),
      signers_(signers),
      clock_(clock),
      addresses_(std::move(addresses)),
      desk_(desk),
      token_check_(profile, signers, clock, std::move(tokens)) {}

Request RequestVerifier::verify(const Incoming& incoming) {
  const Clock::Time now = clock_.now();
  Request request;
  request.document = parse(incoming.xml, profile_);
  if (profile_.mtom) try {
      resolve_includes(request.document.get(), incoming);
    } catch (const std::runtime_error& error) {
      refuse(error.what());
    }
  const xmlNode* root = xmlDocGetRootElement(request.document.get());
  const char* soap = soap_namespace(profile_.soap);
  if (!is(root, soap, "Envelope")) refuse("not the SOAP version of this registry");
  const auto halves = children(root);
  demand(halves.size() == 2 && is(halves[0], soap, "Header") && is(halves[1], soap, "Body"),
         "Envelope is not Header and Body");
  const xmlNode* header = halves[0];
  const xmlNode* body = halves[1];
  demand_headers_understood(header, soap);

  const Security security = read_security(header);
  std::shared_ptr<const Signer> signer;
  try {
    const SignatureRules rules{.sha1 = profile_.sha1_requests};
    const std::vector<xmlNode*> covered = referenced_nodes(request.document.get(), security.signature, rules);
    demand_covered(covered, header, body, security.timestamp);
    request.certificate = token_check_.certificate(security.block, security.signature);
    signer = signers_.find(request.certificate, now);
    demand_signature(security.signature, *signer, covered.size(), rules);
  } catch (const Refusal&) {
    throw;
  } catch (const std::runtime_error& error) {
    ERR_clear_error();  // the queue belongs to this thread and would be read by the next TLS call
    refuse(error.what());
  }
  demand_fresh(security.timestamp, now);

  const std::string to = text(single(header, addressing_namespace, "To"));
  demand(std::find(addresses_.begin(), addresses_.end(), to) != addresses_.end(), "To is not this registry");
  const xmlNode* reply_to = single(header, addressing_namespace, "ReplyTo");
  demand(text(child(reply_to, addressing_namespace, "Address")) == anonymous, "ReplyTo is not anonymous");
  const auto payload = children(body);
  demand(payload.size() == 1, "Body holds not exactly one element");
  request.payload = payload.front();

  const std::string action = text(single(header, addressing_namespace, "Action"));
  for (const auto& [name, known] : profile_.operations)
    if (known == action) request.operation = name;
  demand(!request.operation.empty(), "Action is not known");
  demand(is(request.payload, desk_.body_namespace(), desk_.body_element(request.operation)),
         "Action is not what Body holds");

  request.message_id = text(single(header, addressing_namespace, "MessageID"));
  demand(request.message_id.starts_with(profile_.message_id_prefix) &&
             request.message_id.size() > profile_.message_id_prefix.size(),
         "MessageID has not the registry's form");
  const Clock::Time until = time_in(security.timestamp, "Expires") + 2 * profile_.skew;
  demand(replays_.take(signer->id + request.message_id, until, now), "MessageID was used before: a replay");
  return request;
}

RequestVerifier::Security RequestVerifier::read_security(const xmlNode* header) const {
  const xmlNode* block = single(header, security_namespace, "Security");
  const xmlNode* timestamp = single(block, utility_namespace, "Timestamp");
  single(block, signature_namespace, "Signature");
  return {block, timestamp, child(block, signature_namespace, "Signature")};
}

void RequestVerifier::demand_fresh(const xmlNode* timestamp, Clock::Time now) const {
  const Clock::Time created = time_in(timestamp, "Created");
  const Clock::Time expires = time_in(timestamp, "Expires");
  demand(created < expires, "Timestamp: Expires is not after Created");
  demand(expires - created <= profile_.request_lifetime, "Timestamp: too long a life");
  demand(created <= now + profile_.skew, "Timestamp: Created lies in the future");
  demand(expires >= now - profile_.skew, "Timestamp: expired");
}

// By the very nodes that are read later: a copy of the same name elsewhere does not count.
void RequestVerifier::demand_covered(const std::vector<xmlNode*>& covered, const xmlNode* header,
                                     const xmlNode* body, const xmlNode* timestamp) const {
  for (const std::string& part : profile_.request_parts) {
    const xmlNode* node = part == "Body"        ? body
                          : part == "Timestamp" ? timestamp
                                                : single(header, addressing_namespace, part.c_str());
    demand(std::find(covered.begin(), covered.end(), node) != covered.end(), part + " is not signed");
  }
}

bool Replays::take(const std::string& id, Clock::Time until, Clock::Time now) {
  const std::lock_guard lock(mutex_);
  for (; !by_expiry_.empty() && by_expiry_.top().first < now; by_expiry_.pop())
    taken_.erase(by_expiry_.top().second);
  if (!taken_.insert(id).second) return false;
  by_expiry_.emplace(until, id);
  return true;
}

std::string claimed_message_id(std::string_view bytes, const Profile& profile) {
  try {
    const Document document = parse(bytes, profile);
    const auto halves = children(xmlDocGetRootElement(document.get()));
    return halves.empty() ? "" : text(child(halves.front(), addressing_namespace, "MessageID"));
  } catch (const Refusal&) {
    return "";
  }
}

XmlLibraries::XmlLibraries() {
  xmlInitParser();
  if (xmlSecInit() < 0 || xmlSecOpenSSLAppInit(nullptr) < 0 || xmlSecOpenSSLInit() < 0)
    throw std::runtime_error("xmlsec cannot start");
  xmlSecErrorsSetCallback([](const char*, int, const char*, const char*, const char*, int, const char*) {});
}

XmlLibraries::~XmlLibraries() {
  xmlSecOpenSSLShutdown();
  xmlSecOpenSSLAppShutdown();
  xmlSecShutdown();
  xmlCleanupParser();
}

}  // namespace tilts::simulator
