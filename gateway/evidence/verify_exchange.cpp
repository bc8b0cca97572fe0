#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/evidence/verify.h"
#include "gateway/exchange/mtom.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/verifier.h"
#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"

namespace tilts::evidence {
namespace {

using exchange::Verified;
using store::KeptExchange;

constexpr size_t most_request_bytes = size_t{128} << 20;

struct Stamp {
  Time created;
  Time expires;
};

// Throws Error when it holds no Timestamp.
Stamp stamp_in(std::string_view document, const xml::Limits& limits) {
  const xml::Document parsed = xml::parse(document, limits);
  xmlNode* root = xmlDocGetRootElement(parsed.get());
  Stamp stamp{};
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root)) {
    if (!xml::is(node->parent, exchange::names::wsu, "Timestamp")) continue;
    const std::string text = xml::text(node);
    if (xml::is(node, exchange::names::wsu, "Created")) stamp.created = parse_time(xml::trim(text));
    if (xml::is(node, exchange::names::wsu, "Expires")) stamp.expires = parse_time(xml::trim(text));
  }
  if (stamp.created == Time{} || stamp.expires == Time{})
    throw Error(Code::untrusted, "its Timestamp cannot be read");
  return stamp;
}

// The certificate that a request of ours carries, as PEM.
std::string own_certificate(std::string_view request, const xml::Limits& limits) {
  const xml::Document parsed = xml::parse(request, limits);
  xmlNode* root = xmlDocGetRootElement(parsed.get());
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root)) {
    if (!xml::is(node, exchange::names::wsse, "BinarySecurityToken")) continue;
    const auto der = xml::base64_decode(xml::text(node));
    if (!der) break;
    const std::string text = xml::base64_encode(*der);
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
  }
  throw Error(Code::untrusted, "it carries no certificate");
}

exchange::Policy policy_of_requests(const exchange::Profile& profile) {
  exchange::Policy policy;
  policy.soap = profile.soap;
  policy.relates_to = false;
  policy.lifetime = profile.request.lifetime;
  policy.limits.bytes = policy.limits.text = most_request_bytes;
  policy.mtom = profile.mtom;
  if (profile.request.digest == exchange::Hash::sha1) policy.legacy.emplace(exchange::names::sha1);
  if (profile.request.signature == exchange::Hash::sha1) policy.legacy.emplace(exchange::names::rsa_sha1);
  for (const char* part : {"To", "Action", "ReplyTo"})
    if (std::ranges::count(profile.request.parts, part) == 0) policy.left_out.insert(part);
  return policy;
}

// Ours: the certificate is the one in it, so this says whose key signed and not who that is.
Verified verify_request(const KeptExchange& kept, const exchange::Profile& profile) {
  const exchange::Policy policy = policy_of_requests(profile);
  exchange::MimeMessage message = exchange::open_kept(kept.proof.request);
  const std::string certificate = own_certificate(message.root, policy.limits);
  const Stamp stamp = stamp_in(message.root, policy.limits);
  const exchange::Verifier verifier(
      policy, std::make_shared<exchange::Trust>(exchange::TrustTexts{{}, certificate, {}, {}}, "its request"),
      Clock::fixed(stamp.created));
  Verified verified = verifier.message(message.root, {}, std::move(message.parts));
  if (verified.message_id() != kept.id)
    throw Error(Code::untrusted, "it is another message than the one it is kept as (MessageID)");
  if (kept.proof.at + profile.answer.skew < stamp.created)
    throw Error(Code::untrusted, "it was signed after the time at which its answer is said to have come");
  return verified;
}

Verified verify_answer(const KeptExchange& kept, const exchange::Profile& profile, const std::string& trust,
                       const Reader& reader) {
  const exchange::Verifier verifier(
      profile.answer,
      std::make_shared<exchange::Trust>(exchange::TrustTexts{reader.anchors, {}, trust, trust},
                                        "its trust files"),
      Clock::fixed(kept.proof.at));
  exchange::MimeMessage message = exchange::open_kept(kept.proof.response);
  Verified verified = verifier.message(message.root, {kept.id, {}}, std::move(message.parts));
  if (verified.assurance() != exchange::Assurance::message_signed)
    throw Error(Code::untrusted,
                "its Body is not signed, as the profile allows: only the connection vouched for it");
  if (verified.part("Timestamp").empty())
    throw Error(Code::untrusted, "its Timestamp is not signed: it could be of any time");
  return verified;
}

void tell_answer(const KeptExchange& kept, const exchange::Profile& profile, const Verified& answer,
                 Verdict& verdict) {
  const Stamp stamp = stamp_in(answer.part("Timestamp"), profile.answer.limits);
  verdict.holds(fmt::format(
      "exchange {}: the answer is signed by {} (certificate SHA-256 {}), whose path leads "
      "to your anchor at {}; {}",
      kept.id, answer.signer(), answer.signer_sha256(), to_text(kept.proof.at),
      profile.answer.revocation ? "not revoked by the lists of that time"
                                : "revocation lists were not asked, for the profile does not demand it"));
  verdict.holds(fmt::format(
      "exchange {}: the time {} is the gateway's word; the registry's signed Timestamp "
      "({} to {}) bounds it to between {} and {}",
      kept.id, to_text(kept.proof.at), to_text(stamp.created), to_text(stamp.expires),
      to_text(stamp.created - profile.answer.skew), to_text(stamp.expires + profile.answer.skew)));
  for (const std::string& sentence : profile.loosened)
    verdict.note(fmt::format("exchange {}: the profile it was judged by is loosened: {}", kept.id, sentence));
}

// By content: a file that was put in another's place has another hash.
const std::string* terms_of(const Bundle& bundle, const std::string& name) {
  const auto found = bundle.terms.find(name);
  if (found == bundle.terms.end() || store::hex(store::sha256(found->second)) != name) return nullptr;
  return &found->second;
}

}  // namespace

Judged verify_exchange(const Bundle& bundle, const KeptExchange& kept, const Reader& reader,
                       Verdict& verdict) {
  Judged judged;
  if (kept.erased) {
    verdict.note(fmt::format("exchange {}: its bytes were erased; what is left is its salted digest {}",
                             kept.id, store::hex(kept.digest)));
    return judged;
  }
  verdict.demand(
      store::evidence_digest(store::commitment_of(kept.id, kept.proof), kept.sealed) == kept.digest,
      fmt::format("exchange {}: its bytes and its time are what the digest {} was made of", kept.id,
                  store::hex(kept.digest)),
      fmt::format("exchange {}: its bytes or its time are not what the digest was made of", kept.id));
  const std::string* source = terms_of(bundle, kept.proof.profile);
  const std::string* trust = terms_of(bundle, kept.proof.trust);
  if (source == nullptr || trust == nullptr) {
    verdict.refused(
        fmt::format("exchange {}: the profile or the trust files of its time are not in the bundle, "
                    "or were changed",
                    kept.id));
    return judged;
  }
  std::optional<exchange::Profile> profile;
  try {
    profile = exchange::parse_profile(*source, "profile");
    const Verified request = verify_request(kept, *profile);
    judged.sent = request.part("Body");
    for (const exchange::ReceivedPart& file : request.received())
      if (file.covered) judged.beside.insert(file.sha256);
    verdict.holds(
        fmt::format("exchange {}: the request ({}) is signed by the key of {} (certificate SHA-256 {}), "
                    "the certificate in it; whether that is the municipality's, its issuer can tell",
                    kept.id, kept.proof.operation, request.signer(), request.signer_sha256()));
  } catch (const Error& error) {
    verdict.refused(fmt::format("exchange {}: the request: {}", kept.id, error.what()));
    if (!profile) return judged;
  }
  const bool believed = kept.proof.outcome == "answered" || kept.proof.outcome == "fault";
  if (kept.proof.response.empty() && !believed) {
    verdict.note(fmt::format("exchange {}: no answer came ({})", kept.id, kept.proof.outcome));
    return judged;
  }
  if (!profile->answer.signature) {
    verdict.note(
        fmt::format("exchange {}: the answer proves nothing: it is not signed, as the profile allows, "
                    "and only the connection vouched for it",
                    kept.id));
    return judged;
  }
  try {
    const Verified answer = verify_answer(kept, *profile, *trust, reader);
    if (believed) judged.answered = answer.part("Body");
    tell_answer(kept, *profile, answer, verdict);
    if (!believed)
      verdict.note(
          fmt::format("exchange {}: the gateway did not take this answer ({})", kept.id, kept.proof.outcome));
  } catch (const Error& error) {
    const std::string sentence = fmt::format("exchange {}: the answer: {}", kept.id, error.what());
    const auto* refusal = dynamic_cast<const exchange::Refusal*>(&error);
    believed && (refusal == nullptr || refusal->rule() != "mime-not-kept")
        ? verdict.refused(sentence)
        : verdict.note(sentence + fmt::format(", and the gateway did not take it ({})", kept.proof.outcome));
  }
  return judged;
}

}  // namespace tilts::evidence
