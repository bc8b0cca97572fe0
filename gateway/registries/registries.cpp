#include "gateway/registries/registries.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::registries {
namespace {

// A tree of a 4 MB answer takes some 60 MB: few large answers are taken at once, many small ones.
constexpr size_t bytes_in_flight = size_t{16} << 20;

host::Settings settings_of(const config::RegistrySettings& registry) {
  host::Settings settings;
  for (const config::Setting& setting : registry.settings) settings[setting.name] = setting.value;
  return settings;
}

std::shared_ptr<exchange::Truststore> trust_of(const config::ServiceSettings& service) {
  return std::make_shared<exchange::Truststore>(
      exchange::TrustFiles{service.anchors, service.pinned, service.crls, service.certificates});
}

// A token service is asked like a registry, with the registry's keys.
exchange::Settings token_service(const config::ServiceSettings& service, const exchange::Settings& registry,
                                 std::shared_ptr<exchange::Truststore> trust) {
  return {.registry = registry.registry + "'s token service",
          .endpoint = service.endpoint,
          .profile = exchange::load_profile(service.profile),
          .keys = {},
          .trust = std::move(trust),
          .budget = registry.budget,
          .clock = registry.clock};
}

Registry open(const config::Configuration& configuration, const config::RegistrySettings& settings,
              const std::shared_ptr<exchange::ByteBudget>& budget, const Clock& clock) {
  exchange::Settings outward{.registry = settings.name,
                             .endpoint = settings.endpoint,
                             .profile = exchange::load_profile(settings.profile),
                             .keys = {},
                             .trust = trust_of(settings),
                             .budget = budget,
                             .part_folder = configuration.findings_folder,
                             .clock = clock};
  std::vector<exchange::KeyFiles> pairs;
  for (const config::IdentitySettings& identity : settings.identities)
    pairs.push_back({identity.certificate, identity.key, identity.passphrase_file, identity.active_from});
  outward.keys = std::make_shared<exchange::Keyring>(pairs, settings.tls_anchors, clock);

  std::shared_ptr<exchange::Truststore> token_trust;
  if (settings.token_service) {
    if (!outward.profile.request.token)
      throw Error(Code::config,
                  "a token-service is configured, and its profile wants no token; say token in "
                  "the profile, or take the service out");
    // Its own TLS anchors open its connections, with the same key pairs.
    token_trust = trust_of(*settings.token_service);
    exchange::Settings service = token_service(*settings.token_service, outward, token_trust);
    service.keys = std::make_shared<exchange::Keyring>(pairs, settings.token_service->tls_anchors, clock);
    outward.tokens =
        std::make_shared<exchange::TokenSource>(std::move(service), *outward.profile.request.token);
  }

  auto tokens = outward.tokens;
  auto keys = outward.keys;
  auto trust = outward.trust;
  auto library = host::Library::load(
      std::filesystem::path(configuration.adapters_folder) / host::Library::file_name(settings.adapter),
      settings.adapter);
  host::Descriptor descriptor = declared(library, settings);
  return Registry{settings,           std::move(keys),
                  std::move(trust),   std::move(token_trust),
                  std::move(tokens),  std::make_unique<exchange::Exchange>(std::move(outward)),
                  std::move(library), std::move(descriptor)};
}

}  // namespace

host::Descriptor declared(const std::shared_ptr<const host::Library>& library,
                          const config::RegistrySettings& registry) {
  try {
    return host::declared(library, settings_of(registry));
  } catch (const Error& error) {
    for (const config::Setting& setting : registry.settings)
      if (!setting.file.empty()) throw error.inside(setting.file);
    throw;
  }
}

std::unique_ptr<host::Adapter> Registry::adapter(host::Watchdog& watchdog) const {
  host::Limits limits;
  limits.content = exchange->profile().limits.request_bytes;
  return std::make_unique<host::Adapter>(library, settings_of(settings), limits, &watchdog);
}

std::vector<std::string> Registry::problems() const {
  std::vector<std::string> sentences;
  for (const std::string& problem :
       {keys->problem(), trust->problem(), token_trust ? token_trust->problem() : std::string()})
    if (!problem.empty())
      sentences.push_back(
          fmt::format("registry {}: the older files are still in use: {}", settings.name, problem));
  return sentences;
}

Registries::Registries(const config::Configuration& configuration, const Clock& clock) {
  const auto budget = std::make_shared<exchange::ByteBudget>(bytes_in_flight);
  std::string problems;
  for (const config::RegistrySettings& settings : configuration.registries) {
    try {
      registries_.emplace(settings.name, open(configuration, settings, budget, clock));
    } catch (const Error& error) {
      problems +=
          (problems.empty() ? "" : "\n") + std::string(error.inside("registry " + settings.name).what());
    }
  }
  if (!problems.empty()) throw Error(Code::config, problems);
}

const Registry& Registries::at(const std::string& name) const {
  const auto found = registries_.find(name);
  if (found == registries_.end())
    throw Error(Code::config, "registry " + name + ": the configuration has none of this name; add it");
  return found->second;
}

}  // namespace tilts::registries
