// The configured registries, opened: profile, keys, trust, exchange and adapter library of each.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/token_source.h"
#include "plugins/host/adapter.h"

namespace tilts::registries {

struct Registry {
  const config::RegistrySettings& settings;
  std::shared_ptr<exchange::Keyring> keys;
  std::shared_ptr<exchange::Truststore> trust;
  std::shared_ptr<exchange::Truststore> token_trust;  // nullptr when no token is wanted
  std::shared_ptr<exchange::TokenSource> tokens;      // the same
  std::unique_ptr<exchange::Exchange> exchange;
  std::shared_ptr<const host::Library> library;
  host::Descriptor descriptor;  // of the adapter with these settings

  // Replaced key, certificate or trust files that cannot be used, while the older ones still are.
  std::vector<std::string> problems() const;
  // A fresh instance: one belongs to one run. The watchdog outlives it.
  std::unique_ptr<host::Adapter> adapter(host::Watchdog& watchdog) const;
};

// What the adapter says of itself with a registry's settings. Throws Error(config) with the file of a
// setting, where one is in a file.
host::Descriptor declared(const std::shared_ptr<const host::Library>& library,
                          const config::RegistrySettings& registry);

class Registries {
 public:
  // Opens all of them; borrows the configuration. Throws Error(config) with every sentence, one a line, when
  // any cannot be opened.
  Registries(const config::Configuration& configuration, const Clock& clock);

  // Throws Error(config) for a registry nobody configured. Thread-safe.
  const Registry& at(const std::string& name) const;

 private:
  std::map<std::string, Registry> registries_;
};

}  // namespace tilts::registries
