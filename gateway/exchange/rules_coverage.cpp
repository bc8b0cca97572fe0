// Verification policy, section 4: what the signature covers, by node identity.
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

bool covered(const Judgement& judged, const xmlNode* node) {
  for (const Reference& reference : judged.signature->references)
    if (reference.target == node) return true;
  return false;
}

bool left_out(const Judgement& judged, std::string_view part) {
  return judged.policy.left_out.contains(std::string(part));
}

void body(const Judgement& judged) {
  if (!covered(judged, judged.message->body) && !left_out(judged, "Body"))
    throw Refusal("body-signed", "Body is not signed; nothing was taken");
}

void timestamp(const Judgement& judged) {
  if (!covered(judged, judged.message->timestamp()) && !left_out(judged, "Timestamp"))
    throw Refusal("timestamp-signed", "the Timestamp is not signed: the message could be of any age");
}

void addressing(const Judgement& judged) {
  for (const xmlNode* block : judged.message->addressing)
    if (!covered(judged, block) && !left_out(judged, xml::local_name(block)))
      throw Refusal("addressing-signed", "a WS-Addressing header is not signed: it could be anybody's");
}

bool is_named(const xmlNode* node, const std::set<std::string>& qualified) {
  return qualified.contains("{" + std::string(xml::namespace_of(node)) + "}" +
                            std::string(xml::local_name(node)));
}

// Whatever more the profile names: at least one block of that name, and every one of them.
void also(const Judgement& judged) {
  for (const std::string& name : judged.policy.also_signed) {
    size_t found = 0;
    bool all = true;
    for (const xmlNode* parent : {judged.message->header, judged.message->security()})
      for (const xmlNode* block : xml::elements(parent))
        if (is_named(block, {name})) {
          ++found;
          all = all && covered(judged, block);
        }
    if (found == 0 || !all)
      throw Refusal("also-signed", "a part that the profile wants signed is missing or not signed");
  }
}

void stray(const Judgement& judged) {
  const Message& message = *judged.message;
  for (const Reference& reference : judged.signature->references) {
    const xmlNode* target = reference.target;
    const bool named =
        target == message.body || target == message.timestamp() ||
        (target != nullptr && target->parent == message.header &&
         (is_addressing_namespace(xml::namespace_of(target)) || is_named(target, judged.policy.also_signed)));
    const bool in_security = target != message.security() && xml::contains(message.security(), target);
    if (!named && !in_security)
      throw Refusal("reference-stray",
                    "the signature covers a part that neither the policy nor the profile names");
  }
}

constexpr Rule rules[] = {
    {"body-signed", body}, {"timestamp-signed", timestamp}, {"addressing-signed", addressing},
    {"also-signed", also}, {"reference-stray", stray},
};

}  // namespace

std::span<const Rule> coverage_rules() { return rules; }

}  // namespace tilts::exchange
