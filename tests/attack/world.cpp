#include "tests/attack/world.h"

#include <cstdlib>
#include <filesystem>

namespace tilts::attack {
namespace {

Clock clock() { return Clock::fixed(Time{std::chrono::seconds{now}}); }

exchange::Verifier verifier(const exchange::Policy& policy, const exchange::TrustFiles& trust) {
  return exchange::Verifier(policy, std::make_shared<exchange::Trust>(trust), clock());
}

}  // namespace

World::World() {
  root_key = ec_key();
  root = make(
      {.common_name = "Root", .basic_constraints = "critical,CA:TRUE", .key_usage = "keyCertSign,cRLSign"},
      root_key.get());
  key = rsa_key();
  certificate = make({.common_name = "Registry",
                      .issuer = root.get(),
                      .issuer_key = root_key.get(),
                      .key_usage = "digitalSignature"},
                     key.get());
  ec = ec_key();
  ec_certificate = make({.common_name = "Registry EC",
                         .issuer = root.get(),
                         .issuer_key = root_key.get(),
                         .key_usage = "digitalSignature"},
                        ec.get());
  file("root.pem", pem(root.get()));
  file("registry.pem", pem(certificate.get()));
}

const World& World::get() {
  static const World world;
  return world;
}

exchange::TrustFiles World::trust() const { return {.anchors = {(folder_.path() / "root.pem").string()}}; }

std::shared_ptr<const exchange::Identity> identity(const std::string& name, const X509* certificate,
                                                   EVP_PKEY* key) {
  exchange::KeyFiles files;
  files.certificate = World::get().file(name + ".pem", pem(certificate));
  files.key = World::get().file(name + ".key", pem(key));
  std::filesystem::permissions(files.key,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return exchange::load_identity(files);
}

exchange::Policy policy() { return {}; }
exchange::Expectation expectation() { return {.relates_to = "urn:uuid:1", .to = {}}; }

std::string refused_by(const std::string& message, const exchange::Policy& policy,
                       const exchange::TrustFiles& trust, const exchange::Expectation& expected) {
  try {
    verifier(policy, trust).message(message, expected);
    return "";
  } catch (const exchange::Refusal& refusal) {
    return refusal.rule();
  }
}

std::string document_refused_by(const std::string& document, const exchange::Policy& policy,
                                const exchange::TrustFiles& trust) {
  try {
    verifier(policy, trust).document(document);
    return "";
  } catch (const exchange::Refusal& refusal) {
    return refusal.rule();
  }
}

std::string refused_without(const std::string& rule, const std::string& message,
                            const exchange::Policy& policy, const exchange::TrustFiles& trust,
                            const exchange::Expectation& expected) {
  setenv("TILTS_SKIP_RULE", rule.c_str(), 1);
  const std::string by = refused_by(message, policy, trust, expected);
  unsetenv("TILTS_SKIP_RULE");
  return by;
}

}  // namespace tilts::attack
