#include "gateway/config/configuration.h"

#include <algorithm>

namespace tilts::config {
namespace {

template <typename T>
const T* find(const std::vector<T>& all, std::string T::*key, std::string_view wanted) {
  const auto found = std::ranges::find(all, wanted, key);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name(Environment environment) {
  return environment == Environment::production ? "production" : "test";
}

const IdentitySettings* identity_at(const RegistrySettings& registry, Time now) {
  const IdentitySettings* newest = nullptr;
  for (const IdentitySettings& identity : registry.identities)
    if (identity.active_from <= now && (!newest || newest->active_from < identity.active_from))
      newest = &identity;
  return newest;
}

bool LegalBasis::allows(std::string_view operation) const {
  return std::ranges::count(operations, operation) > 0;
}

std::string JobSettings::zone() const {
  return schedule && !schedule->zone.empty() ? schedule->zone : std::string(country_zone);
}

const RegistrySettings* Configuration::registry(std::string_view wanted) const {
  return find(registries, &RegistrySettings::name, wanted);
}

const LegalBasis* Configuration::legal_basis(std::string_view id) const {
  return find(legal_bases, &LegalBasis::id, id);
}

const JobSettings* Configuration::job(std::string_view wanted) const {
  return find(jobs, &JobSettings::name, wanted);
}

const IntakeSettings* Configuration::intake(std::string_view wanted) const {
  return find(intakes, &IntakeSettings::name, wanted);
}

const TargetSettings* Configuration::target(std::string_view wanted) const {
  return find(targets, &TargetSettings::name, wanted);
}

}  // namespace tilts::config
