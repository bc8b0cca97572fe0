// What the gateway does alike for an adapter that pulls and for one that pushes: names and actions of the
// profile, time, log, waiting, documents, and the words of a call and its answer on their way across.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/exchange/exchange.h"
#include "gateway/registries/registries.h"
#include "plugins/host/services.h"

namespace tilts::registries {

class RegistryServices : public host::Services {
 public:
  // `work`: what log lines begin with, "run 4f1c…". Borrows the registry.
  RegistryServices(const Registry& registry, Clock clock, std::string work, std::stop_token stop);

  void wait(std::chrono::milliseconds time) override;
  bool cancelled() override;
  void verify_document(std::string_view document, const TakeAnswer& answer) override;
  void log(host::LogLevel level, std::string_view text) override;
  std::optional<std::string> name(std::string_view key) override;
  std::optional<std::string> action(std::string_view operation) override;
  Time now() override;
  std::string uuid() override;

 protected:
  const Registry& registry() const { return registry_; }
  const Clock& clock() const { return clock_; }
  const std::stop_token& stop() const { return stop_; }
  exchange::Call call_of(const host::Request& request) const;
  static void hand_over(const exchange::Verified& verified, uint64_t index, const TakeAnswer& answer);

 private:
  const Registry& registry_;
  const Clock clock_;
  const std::string work_;
  const std::stop_token stop_;
};

}  // namespace tilts::registries
