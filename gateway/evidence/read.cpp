#include <charconv>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/evidence/bundle.h"
#include "gateway/exchange/canonicalization_cost.h"
#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonicalize.h"
#include "gateway/xml/document.h"

namespace tilts::evidence {
namespace {

// A request of 64 MB has 90 MB in base64; it may have been sent several times.
constexpr size_t most_bytes = size_t{512} << 20;
constexpr size_t most_text = size_t{128} << 20;
constexpr size_t most_nodes = 5'000'000;

[[noreturn]] void wrong(const xmlNode* node, std::string_view what) {
  throw Error(Code::untrusted, fmt::format("line {}: {} {}: it is not as tilts evidence export writes it",
                                           node->line, xml::local_name(node), what));
}

std::string say(const xmlNode* node, std::string_view name) { return xml::attribute(node, "", name); }

// Every value has one way to be written: what the digests do not cover as text cannot be said in another.
int64_t number(const xmlNode* node, std::string_view name) {
  const std::string text = say(node, name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || std::to_string(value) != text)
    wrong(node, name);
  return value;
}

Time moment(const xmlNode* node, std::string_view name) {
  const std::string text = say(node, name);
  if (text.empty()) return {};
  try {
    const Time time = parse_time(text);
    if (to_text(time) == text) return time;
  } catch (const Error&) {
  }
  wrong(node, name);
}

std::string octets(const xmlNode* node, std::string_view name) {
  const std::string text = say(node, name);
  std::string bytes = store::unhex(text);
  if (bytes.empty() || store::hex(bytes) != text) wrong(node, name);
  return bytes;
}

std::string bytes(const xmlNode* node) {
  const std::string text = xml::text(node);
  auto decoded = xml::base64_decode(text);
  if (!decoded || xml::base64_encode(*decoded) != text) wrong(node, "base64");
  return *std::move(decoded);
}

xmlNode* only(const xmlNode* parent, std::string_view local) {
  const auto found = xml::elements(parent, bundle_namespace, local);
  if (found.size() != 1) wrong(parent, local);
  return found.front();
}

store::Submission read_submission(const xmlNode* node) {
  store::Submission one;
  one.id = say(node, "id");
  one.key = say(node, "key");
  one.registry = say(node, "registry");
  one.operation = say(node, "operation");
  one.revision = number(node, "revision");
  one.state = store::submission_state(say(node, "state"));
  one.attempt = number(node, "attempt");
  one.receipt = say(node, "number");
  one.created = moment(node, "created");
  one.changed = moment(node, "changed");
  one.erased = moment(node, "erased");
  one.rules = say(node, "mapping");
  one.case_number = xml::text(only(node, "case-number"));
  return one;
}

store::KeptExchange read_exchange(const xmlNode* node, const std::string& submission) {
  store::KeptExchange one;
  one.id = say(node, "message-id");
  one.asked = {number(node, "asked-chain"), number(node, "asked-row")};
  one.digest = octets(node, "digest");
  one.erased = say(node, "erased") == "true";
  store::Proof& proof = one.proof;
  proof.registry = say(node, "registry");
  proof.operation = say(node, "operation");
  proof.run = submission;
  proof.at = moment(node, "at");
  if (one.erased) return one;
  proof.submits = say(node, "submits") == "true";
  proof.outcome = say(node, "outcome");
  proof.profile = say(node, "profile");
  proof.trust = say(node, "trust");
  proof.salt = octets(node, "salt");
  one.sealed = octets(node, "sealed");
  proof.request = bytes(only(node, "request"));
  proof.response = bytes(only(node, "response"));
  return one;
}

void read_contents(const xmlNode* node, Bundle& bundle) {
  bundle.municipality = say(node, "municipality");
  bundle.environment = say(node, "environment");
  bundle.made = moment(node, "made");
  bundle.made_by = say(node, "made-by");
  const xmlNode* submission = only(node, "submission");
  bundle.submission = read_submission(submission);
  const xmlNode* entry = only(submission, "entry");
  bundle.entry = {say(entry, "intake"), say(entry, "form"), say(entry, "sha256"), bytes(entry)};
  for (const xmlNode* one : xml::elements(submission, bundle_namespace, "attachment"))
    bundle.attachments.push_back({say(one, "name"), say(one, "media-type"), say(one, "sha256"), bytes(one)});
  for (const xmlNode* one : xml::elements(submission, bundle_namespace, "finding")) {
    Finding& finding = bundle.findings.emplace_back();
    finding.rule = say(one, "rule");
    finding.field = say(one, "field");
    finding.english = xml::text(only(one, "english"));
    finding.latvian = xml::text(only(one, "latvian"));
  }
  for (const xmlNode* one : xml::elements(submission, bundle_namespace, "event"))
    bundle.history.push_back({moment(one, "at"), store::submission_state(say(one, "state")),
                              number(one, "attempt"), say(one, "actor"), xml::text(one)});
  for (const xmlNode* one : xml::elements(node, bundle_namespace, "exchange"))
    bundle.exchanges.push_back(read_exchange(one, bundle.submission.id));
  for (const xmlNode* one : xml::elements(node, bundle_namespace, "terms"))
    bundle.terms.emplace(say(one, "sha256"), bytes(one));
}

store::AuditRow read_row(const xmlNode* node, int64_t chain) {
  store::AuditRow row;
  row.chain = chain;
  row.position = number(node, "position");
  row.at = moment(node, "at");
  row.digest = octets(node, "digest");
  row.link = octets(node, "link");
  if (!xml::has_attribute(node, "", "salt")) return row;
  row.salt = octets(node, "salt");
  row.asked = {number(node, "asked-chain"), number(node, "asked-row")};
  row.content = bytes(node);
  return row;
}

void read_chain(const xmlNode* node, Chain& chain) {
  chain.key = xml::text(only(node, "checkpoint-key"));
  for (const xmlNode* one : xml::elements(node, bundle_namespace, "piece")) {
    store::ChainPiece piece;
    piece.chain = number(one, "chain");
    piece.before = octets(one, "before");
    for (const xmlNode* row : xml::elements(one, bundle_namespace, "row"))
      piece.rows.push_back(read_row(row, piece.chain));
    piece.checkpoint = xml::text(only(one, "checkpoint"));
    chain.pieces.push_back(std::move(piece));
  }
}

}  // namespace

Bundle read_bundle(std::string_view bytes) {
  xml::Limits limits;
  limits.bytes = most_bytes;
  limits.text = most_text;
  limits.nodes = most_nodes;
  limits.depth = 16;
  const xml::Document document = xml::parse(bytes, limits);
  const xmlNode* root = xmlDocGetRootElement(document.get());
  if (!xml::is(root, bundle_namespace, "evidence")) wrong(root, "of another kind");
  xmlNode* contents = only(root, "contents");
  Bundle bundle;
  read_contents(contents, bundle);
  exchange::demand_honest(exchange::cost_of(contents), bytes.size());
  bundle.digest = store::hex(store::sha256(xml::canonicalize(contents)));
  read_chain(only(root, "chain"), bundle.chain);
  return bundle;
}

}  // namespace tilts::evidence
