// Verification policy, section 3: freshness and addressing.
#include <algorithm>
#include <optional>
#include <set>

#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/exchange/verifier.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

// Only the UTC form is taken here: this is about wsu, not about payload.
std::optional<Time> stamp(const xmlNode* timestamp, std::string_view local) {
  const auto elements = xml::elements(timestamp, names::wsu, local);
  if (elements.size() != 1) return std::nullopt;
  const std::string text = xml::text(elements[0]);
  const std::string_view value = xml::trim(text);
  if (value.empty() || value.back() != 'Z') return std::nullopt;
  try {
    return parse_time(value);
  } catch (const Error&) {
    return std::nullopt;
  }
}

struct Lifetime {
  std::optional<Time> created;
  std::optional<Time> expires;
};

Lifetime lifetime(const Judgement& judged) {
  const xmlNode* timestamp = judged.message->timestamp();
  if (timestamp == nullptr) return {};
  return {stamp(timestamp, "Created"), stamp(timestamp, "Expires")};
}

void one_timestamp(const Judgement& judged) {
  if (judged.message->timestamps.size() != 1 ||
      judged.message->timestamp()->parent != judged.message->security())
    throw Refusal("timestamp-single", "the Security header does not hold exactly one Timestamp");
}

void form(const Judgement& judged) {
  const Lifetime life = lifetime(judged);
  if (!life.created || !life.expires)
    throw Refusal("timestamp-form", "the Timestamp lacks one Created and one Expires in UTC (…Z)");
}

void order(const Judgement& judged) {
  const Lifetime life = lifetime(judged);
  if (life.created && life.expires && *life.expires <= *life.created)
    throw Refusal("timestamp-order", "the Timestamp expires before it was created");
}

void length(const Judgement& judged) {
  const Lifetime life = lifetime(judged);
  if (life.created && life.expires && *life.expires - *life.created > judged.policy.lifetime)
    throw Refusal("timestamp-lifetime", "the Timestamp is valid for longer than the policy allows");
}

void future(const Judgement& judged) {
  const Lifetime life = lifetime(judged);
  if (life.created && *life.created > judged.now + judged.policy.skew)
    throw Refusal("timestamp-future", "the Timestamp was created in the future; compare the two clocks");
}

void expired(const Judgement& judged) {
  const Lifetime life = lifetime(judged);
  if (life.expires && judged.now > *life.expires + judged.policy.skew)
    throw Refusal("timestamp-expired",
                  "the Timestamp has expired: the message is stale, or a clock is wrong");
}

void one_of_a_kind(const Judgement& judged) {
  std::set<std::string_view> seen;
  for (const xmlNode* block : judged.message->addressing)
    if (!seen.insert(xml::local_name(block)).second)
      throw Refusal("addressing-single", "a WS-Addressing header stands in the message twice");
}

void one_namespace(const Judgement& judged) {
  std::set<std::string_view> seen;
  for (const xmlNode* block : judged.message->addressing) seen.insert(xml::namespace_of(block));
  if (seen.size() > 1)
    throw Refusal("addressing-namespace", "the message holds WS-Addressing headers of two namespaces");
}

std::string value(const Judgement& judged, std::string_view local) {
  const xmlNode* header = judged.message->addressing_header(local);
  return header == nullptr ? std::string() : std::string(xml::trim(xml::text(header)));
}

// Without RelatesTo the connection says what is answered, where the profile allows it.
void relates_to(const Judgement& judged) {
  const std::string& wanted = judged.expectation.relates_to;
  const std::string related = value(judged, "RelatesTo");
  if (related.empty() && !judged.policy.relates_to) return;
  if (related.empty() || (!wanted.empty() && related != wanted))
    throw Refusal("relates-to", "the message does not answer the request that is outstanding (RelatesTo)");
}

void to(const Judgement& judged) {
  const auto& ours = judged.expectation.to;
  if (!ours.empty() && std::ranges::find(ours, value(judged, "To")) == ours.end())
    throw Refusal("to", "the message is not addressed to us (To)");
}

// A request that asks for its answer elsewhere would make us send it there.
void reply_to(const Judgement& judged) {
  if (!judged.expectation.relates_to.empty()) return;
  for (const std::string_view kind : {"ReplyTo", "FaultTo"}) {
    const xmlNode* header = judged.message->addressing_header(kind);
    if (header == nullptr) continue;
    const std::string_view uri = xml::namespace_of(header);
    const auto addresses = xml::elements(header, uri, "Address");
    const std::string anonymous = std::string(uri) + (uri == names::wsa ? "/anonymous" : "/role/anonymous");
    if (addresses.size() != 1 || xml::trim(xml::text(addresses[0])) != anonymous)
      throw Refusal("reply-to", "the message wants its answer sent to an address of its own (ReplyTo)");
  }
}

constexpr Rule rules[] = {
    {"timestamp-single", one_timestamp},
    {"timestamp-form", form},
    {"timestamp-order", order},
    {"timestamp-lifetime", length},
    {"timestamp-future", future},
    {"timestamp-expired", expired},
    {"addressing-single", one_of_a_kind},
    {"addressing-namespace", one_namespace},
    {"relates-to", relates_to},
    {"to", to},
    {"reply-to", reply_to},
};

}  // namespace

std::span<const Rule> freshness_rules() { return rules; }

}  // namespace tilts::exchange
