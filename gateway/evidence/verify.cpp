#include "gateway/evidence/verify.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"
#include "gateway/xml/malformed.h"

namespace tilts::evidence {
namespace {

constexpr size_t most_bytes = size_t{128} << 20;

// The texts of the elements that have no others in them.
std::vector<std::string> texts(std::string_view document) {
  xml::Limits limits;
  limits.bytes = limits.text = most_bytes;
  std::vector<std::string> found;
  try {
    const xml::Document parsed = xml::parse(document, limits);
    xmlNode* root = xmlDocGetRootElement(parsed.get());
    for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
      if (xml::elements(node).empty()) {
        const std::string text = xml::text(node);
        if (const std::string_view value = xml::trim(text); !value.empty()) found.emplace_back(value);
      }
  } catch (const xml::Malformed&) {  // it has none
  }
  return found;
}

// What the signed requests carried, against what the bundle says was entered.
class EntryCheck {
 public:
  EntryCheck(const Bundle& bundle, Verdict& verdict) : bundle_(bundle), verdict_(verdict) {}

  // A request as our signature covers it.
  void sent(const store::KeptExchange& exchange, const Judged& judged) {
    const std::string& body = judged.sent;
    if (body.empty()) return;
    const std::string key = ">" + bundle_.submission.key + "<";
    const bool names_key = body.find(key) != std::string::npos;
    // A mailbox is asked what it holds: then its answer names the entry, or says nothing about it.
    const std::string& receipt = bundle_.submission.receipt;
    const bool gives_receipt =
        !receipt.empty() && judged.answered.find(">" + receipt + "<") != std::string::npos;
    const bool answer_names_key = !exchange.proof.submits && judged.answered.find(key) != std::string::npos;
    if (!names_key && !exchange.proof.submits && !answer_names_key && !gives_receipt)
      return verdict_.note(
          fmt::format("exchange {}: neither the request nor a signed answer to it names the entry's key; it "
                      "proves nothing about it",
                      exchange.id));
    verdict_.demand(
        names_key || answer_names_key,
        fmt::format("exchange {}: it names the entry's key {}", exchange.id, bundle_.submission.key),
        fmt::format("exchange {}: the request does not name the entry's key", exchange.id));
    if (!exchange.proof.submits) return;
    values(exchange, body);
    for (size_t number = 0; number < bundle_.attachments.size(); ++number) {
      const store::SubmissionAttachment& attachment = bundle_.attachments[number];
      if (attachment.name.starts_with("answer: ")) continue;  // a letter that came back
      verdict_.demand(
          judged.beside.contains(store::hex(store::sha256(attachment.bytes))) ||
              body.find(">" + xml::base64_encode(attachment.bytes) + "<") != std::string::npos,
          fmt::format("exchange {}: the request carried document {}, byte for byte", exchange.id, number + 1),
          fmt::format("exchange {}: document {} is not what the request carried", exchange.id, number + 1));
    }
  }

  // An adapter may write a value in another way, so this is for the reader and refuses nothing.
  void values(const store::KeptExchange& exchange, std::string_view body) {
    if (bundle_.entry.form != "xml") return;
    std::set<std::string> sent;
    for (std::string& value : texts(body)) sent.insert(std::move(value));
    const std::vector<std::string> entered = texts(bundle_.entry.bytes);
    verdict_.note(fmt::format(
        "exchange {}: {} of {} values of the entry stand in the request as they were entered", exchange.id,
        std::ranges::count_if(entered, [&](const std::string& value) { return sent.contains(value); }),
        entered.size()));
  }

  void hashes(std::string_view what, std::string_view bytes, std::string_view sha256) {
    verdict_.demand(store::hex(store::sha256(bytes)) == sha256, fmt::format("{}: SHA-256 {}", what, sha256),
                    fmt::format("{}: its bytes have another SHA-256", what));
  }

  void key() {
    const store::Submission& one = bundle_.submission;
    verdict_.demand(
        store::Submissions::key_of(one.registry, one.operation, one.case_number, one.revision) == one.key,
        fmt::format("submission {}: its key {} is made of registry, operation, case number and revision",
                    one.id, one.key),
        fmt::format("submission {}: its key is of another entry", one.id));
  }

 private:
  const Bundle& bundle_;
  Verdict& verdict_;
};

// Nothing of it may be there and not be judged.
void verify_erased(const Bundle& bundle, Verdict& verdict) {
  const store::Submission& one = bundle.submission;
  const bool empty = one.case_number.empty() && one.receipt.empty() && bundle.entry.bytes.empty() &&
                     bundle.attachments.empty() && bundle.findings.empty() &&
                     std::ranges::all_of(bundle.exchanges, &store::KeptExchange::erased);
  if (empty)
    verdict.note(
        fmt::format("submission {}: it was erased at {}; what is left is its key {}, its times and states, "
                    "and where the salted digests of its messages stood",
                    one.id, to_text(one.erased), one.key));
  else
    verdict.refused(
        fmt::format("submission {}: it is said to be erased, and something of it is there", one.id));
}

// "received" needs the registry's signed word, or says whose word it is instead.
void verify_state(const Bundle& bundle, const std::vector<Judged>& judged, Verdict& verdict) {
  const store::Submission& one = bundle.submission;
  if (one.state != store::SubmissionState::received || one.erased != Time{}) {
    verdict.note(fmt::format("submission {}: {}, by the gateway's word", one.id, store::name(one.state)));
    return;
  }
  const bool said = std::ranges::any_of(judged, [&](const Judged& each) {
    return !each.answered.empty() && each.answered.find(">" + one.receipt + "<") != std::string::npos;
  });
  if (said)
    verdict.holds(fmt::format("submission {}: received as {}, as a signed answer says", one.id, one.receipt));
  else
    verdict.note(
        fmt::format("submission {}: received as {} by the gateway's word: no signed answer that is left "
                    "says so",
                    one.id, one.receipt));
}

}  // namespace

Verdict verify_bundle(const Bundle& bundle, const Reader& reader) {
  Verdict verdict;
  EntryCheck entry(bundle, verdict);
  if (bundle.submission.erased != Time{}) {
    verify_erased(bundle, verdict);
  } else {
    entry.key();
    entry.hashes("entry", bundle.entry.bytes, bundle.entry.sha256);
  }
  for (size_t number = 0; number < bundle.attachments.size(); ++number)
    entry.hashes(fmt::format("document {}", number + 1), bundle.attachments[number].bytes,
                 bundle.attachments[number].sha256);
  std::vector<Judged> judged;
  Time last{};
  for (const store::KeptExchange& exchange : bundle.exchanges) {
    judged.push_back(verify_exchange(bundle, exchange, reader, verdict));
    entry.sent(exchange, judged.back());
    if (exchange.proof.at < last)
      verdict.refused(fmt::format("exchange {}: it stands out of the order of time", exchange.id));
    last = exchange.proof.at;
  }
  if (bundle.exchanges.empty()) verdict.note("nothing was exchanged about it");
  verify_state(bundle, judged, verdict);
  verify_chain(bundle, reader, verdict);
  return verdict;
}

}  // namespace tilts::evidence
