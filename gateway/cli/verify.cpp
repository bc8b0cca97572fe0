// `tilts verify`: judges one message offline, as the gateway would on arrival.
#include <fstream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <fmt/format.h>

#include "gateway/cli/command.h"
#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/assertion.h"
#include "gateway/exchange/libraries.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/verifier.h"
#include "gateway/xml/document.h"
#include "gateway/xml/malformed.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string file;
  std::string profile;
  exchange::TrustFiles trust;
  std::string at;
  std::vector<std::string> allow;
  std::vector<std::string> sts;
  std::string sts_issuer;
  std::vector<std::string> audiences;
  std::vector<std::string> recipients;
  std::vector<std::string> decryption_keys;
  bool any_element = false;
  bool json = false;
};

// What only makes sense together, or not at all.
void need_each_other(const Words& words) {
  if (words.sts.empty()) {
    for (const auto& [word, given] : {std::pair{"--sts-issuer", !words.sts_issuer.empty()},
                                      std::pair{"--audience", !words.audiences.empty()},
                                      std::pair{"--recipient", !words.recipients.empty()},
                                      std::pair{"--decryption-key", !words.decryption_keys.empty()}})
      if (given)
        throw Error(
            Code::config,
            fmt::format("{}: says something of a SAML assertion, and no --sts says who may issue one", word));
    return;
  }
  if (words.any_element)
    throw Error(
        Code::config,
        "--sts: a plain document (--any-element) has no Security header that could hold an assertion");
  if (words.sts_issuer.empty())
    throw Error(Code::config, "--sts: the Issuer that its assertions name is missing; add --sts-issuer NAME");
  if (words.audiences.empty())
    throw Error(Code::config, "--sts: whom its assertions must be meant for is missing; add --audience NAME");
}

exchange::DecryptionKeys decryption_keys_of(const Words& words) {
  std::vector<std::shared_ptr<const exchange::Identity>> keys;
  for (const std::string& file : words.decryption_keys)
    keys.push_back(exchange::load_identity({.certificate = {}, .key = file, .passphrase_file = {}}));
  try {
    return exchange::DecryptionKeys(std::move(keys));
  } catch (const Error& error) {
    throw error.inside("--decryption-key");
  }
}

std::shared_ptr<const exchange::AssertionPolicy> assertion_policy_of(const Words& words) {
  need_each_other(words);
  if (words.sts.empty()) return nullptr;
  std::vector<exchange::TokenService> services;
  for (const std::string& file : words.sts) services.push_back({words.sts_issuer, file});
  exchange::TrustFiles paths = words.trust;
  paths.pinned.clear();  // the peer's
  auto policy = std::make_shared<exchange::AssertionPolicy>(exchange::trusting(services, std::move(paths)));
  policy->audiences = words.audiences;
  policy->recipients = words.recipients;
  policy->keys = decryption_keys_of(words);
  // Whoever carries it may use it, so it has to say where.
  if (!words.recipients.empty()) policy->methods.insert(exchange::Confirmation::bearer);
  // One message is judged, once.
  policy->first_use = [](const exchange::VerifiedAssertion&) { return true; };
  return policy;
}

exchange::Policy policy_of(const Words& words) {
  exchange::Policy policy;
  if (words.profile.empty())
    policy.relates_to = false;  // the message answers nothing
  else
    policy = exchange::load_profile(words.profile).answer;
  for (const std::string& name : words.allow) {
    const std::string uri = exchange::legacy_uri(name);
    if (uri.empty())
      throw Error(Code::config, fmt::format("--allow {}: no such legacy algorithm is built in ({})", name,
                                            exchange::legacy_names));
    policy.legacy.insert(uri);
  }
  // Whoever gives a list wants it asked.
  if (!words.trust.crls.empty()) policy.revocation = true;
  policy.assertion = assertion_policy_of(words);
  if (policy.assertion != nullptr && !policy.signature)
    throw Error(Code::config,
                fmt::format("--sts: {} takes answers without a signature, and an assertion is judged in a "
                            "signed message alone; leave one of the two out",
                            words.profile));
  return policy;
}

Clock clock_of(const Words& words, const Clock& present) {
  if (words.at.empty()) return present;
  try {
    return Clock::fixed(parse_time(words.at));
  } catch (const Error& error) {
    throw error.inside("--at " + words.at);
  }
}

// One byte past the limit is enough to be refused for it.
std::string read(const std::string& file, size_t limit) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(limit + 1, '\0');
  if (stream) stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.eof() && !stream)
    throw Error(Code::config, file + ": cannot be read; check the path and its rights");
  bytes.resize(static_cast<size_t>(stream.gcount()));
  return bytes;
}

std::string text_of(const exchange::Part& part, const xml::Limits& limits) {
  try {
    const xml::Document document = xml::parse(part.bytes, limits);
    return xml::text(xmlDocGetRootElement(document.get()));
  } catch (const xml::Malformed&) {
    return part.bytes;  // what was digested is not a document of its own
  }
}

std::string_view name_of(exchange::Confirmation method) {
  if (method == exchange::Confirmation::bearer) return "bearer";
  return method == exchange::Confirmation::holder_of_key ? "holder-of-key" : "sender-vouches";
}

Poco::JSON::Object json_of(const exchange::VerifiedAssertion& said) {
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("issuer", said.issuer);
  object.set("id", said.id);
  object.set("subject", said.subject);
  object.set("method", std::string(name_of(said.method)));
  object.set("until", to_text(said.until));
  object.set("one_time_use", said.one_time_use);
  Poco::JSON::Array attributes;
  for (const exchange::Attribute& attribute : said.attributes) {
    Poco::JSON::Object each(Poco::JSON_PRESERVE_KEY_ORDER);
    each.set("name", attribute.name);
    Poco::JSON::Array values;
    for (const std::string& value : attribute.values) values.add(value);
    each.set("values", values);
    attributes.add(each);
  }
  object.set("attributes", attributes);
  return object;
}

void print_accepted(Context& context, const exchange::Verified& verified, const xml::Limits& limits,
                    bool json) {
  const bool message_signed = verified.assurance() == exchange::Assurance::message_signed;
  if (!json) {
    context.out << (message_signed ? "accepted: signed by " + verified.signer()
                                   : std::string("accepted: tls-only, for its Body is not signed"))
                << "\n";
    for (const exchange::Part& part : verified.parts()) context.out << "  " << part.name << "\n";
    if (const auto signing_time = verified.signing_time())
      context.out << fmt::format("signed at {}, by the signer's own word\n", to_text(*signing_time));
    if (const exchange::VerifiedAssertion* said = verified.assertion())
      context.out << fmt::format("assertion: {}, issued by {}, {}\n", said->subject, said->issuer,
                                 name_of(said->method));
    return;
  }
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("verdict", "accepted");
  object.set("reason", Poco::Dynamic::Var());
  object.set("assurance", message_signed ? "signed" : "tls-only");
  object.set("signer", verified.signer());
  object.set("signer_sha256", verified.signer_sha256());
  if (const auto signing_time = verified.signing_time()) object.set("signing_time", to_text(*signing_time));
  Poco::JSON::Array parts;
  for (const exchange::Part& part : verified.parts()) {
    Poco::JSON::Object each(Poco::JSON_PRESERVE_KEY_ORDER);
    each.set("name", part.name);
    each.set("text", text_of(part, limits));
    each.set("xml", part.bytes);
    parts.add(each);
  }
  object.set("parts", parts);
  if (const exchange::VerifiedAssertion* said = verified.assertion()) object.set("assertion", json_of(*said));
  object.stringify(context.out, 2);
  context.out << '\n';
}

void print_refused(Context& context, const exchange::Refusal& refusal, bool json) {
  context.err << "tilts: refused: " << refusal.what() << '\n';
  if (!json) return;
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("verdict", "refused");
  object.set("reason", std::string(refusal.what()));
  object.set("rule", refusal.rule());
  object.set("signer", Poco::Dynamic::Var());
  object.set("parts", Poco::JSON::Array());
  object.stringify(context.out, 2);
  context.out << '\n';
}

Exit judge(Context& context, const Words& words) {
  const exchange::Libraries libraries;
  // A verdict is the whole answer of this command: what cannot be judged was asked wrongly.
  try {
    const exchange::Policy policy = policy_of(words);
    const exchange::Verifier verifier(policy, std::make_shared<exchange::Trust>(words.trust),
                                      clock_of(words, context.clock));
    const std::string bytes = read(words.file, policy.limits.bytes);
    print_accepted(context, words.any_element ? verifier.document(bytes) : verifier.message(bytes, {}),
                   policy.limits, words.json);
    return Exit::all_well;
  } catch (const exchange::Refusal& refusal) {
    print_refused(context, refusal, words.json);
    return Exit::refused;
  } catch (const Error& error) {
    if (error.code() != Code::config) throw;
    context.err << "tilts: " << error.what() << '\n';
    return Exit::usage;
  }
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify", "Judge one message offline, as on arrival");
  const auto words = std::make_shared<Words>();
  command->add_option("FILE", words->file, "The message")->required();
  command
      ->add_option("--profile", words->profile, "A registry's profile; without it the policy's defaults hold")
      ->type_name("FILE.xml");
  command->add_option("--anchor", words->trust.anchors, "Certificates a path may end at")->type_name("PEM");
  command->add_option("--pinned", words->trust.pinned, "The peer's own certificate")->type_name("PEM");
  command->add_option("--crl", words->trust.crls, "Revocation lists; the whole path is then asked")
      ->type_name("PEM");
  command
      ->add_option("--certificates", words->trust.certificates,
                   "Known certificates that a key reference may name")
      ->type_name("PEM");
  command->add_option("--at", words->at, "The moment of the judgement, by default now")
      ->type_name("2020-01-01T00:00:00Z");
  command->add_option("--allow", words->allow, fmt::format("A legacy algorithm: {}", exchange::legacy_names))
      ->type_name("ALGORITHM");
  command
      ->add_option("--sts", words->sts, "Certificate of the STS whose SAML assertion the message must carry")
      ->type_name("PEM");
  command->add_option("--sts-issuer", words->sts_issuer, "The Issuer that its assertions name")
      ->type_name("NAME");
  command->add_option("--audience", words->audiences, "Whom the assertion must be meant for")
      ->type_name("NAME");
  command
      ->add_option("--recipient", words->recipients,
                   "Where an assertion may be handed in; a bearer's is then taken too")
      ->type_name("URL");
  command
      ->add_option("--decryption-key", words->decryption_keys,
                   "Key that assertions are encrypted for, with its certificate in the same file")
      ->type_name("FILE");
  command->add_flag("--any-element", words->any_element,
                    "A plain XML-DSig document: no SOAP, freshness or addressing");
  command->add_flag("--json", words->json, "Verdict, reason, signer and the verified parts");
  // An option takes one value and may stand again, so that FILE can follow it.
  for (CLI::Option* option : command->get_options())
    if (option->get_items_expected_max() > 1)
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      "Exit codes: 0 accepted, 1 refused (the sentence stands on stderr), 2 wrong usage.\n"
      "Example: tilts verify --anchor ca.pem --at 2026-11-21T12:00:00Z answer.xml\n"
      "         tilts verify --anchor ca.pem --sts sts.pem --sts-issuer https://sts.example/ "
      "--audience urn:us request.xml");
  command->callback(
      [&context, words] { context.action = [&context, words] { return judge(context, *words); }; });
}

}  // namespace tilts::cli
