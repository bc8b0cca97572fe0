// The configured registries, opened: profile, keys, trust, exchange and adapter of each.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace tilts::config {
struct Configuration;
}
namespace tilts::exchange {
class Exchange;
class Profile;
}  // namespace tilts::exchange
namespace tilts::plugins {
class Adapter;
}

namespace tilts::pull {

class Registries {
 public:
  // Opens all of them. Throws Error(config) with every sentence, one a line, when any cannot be opened.
  Registries(const config::Configuration& configuration, Clock clock);
  ~Registries();
  Registries(const Registries&) = delete;
  Registries& operator=(const Registries&) = delete;

  // Throws Error(config) for a registry nobody configured.
  exchange::Exchange& exchange(const std::string& registry) const;
  const exchange::Profile& profile(const std::string& registry) const;
  // A fresh instance: one belongs to one run and is never entered by two threads.
  std::unique_ptr<plugins::Adapter> adapter(const std::string& registry) const;
  std::vector<std::string> names() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tilts::pull
