// The token that a registry's requests carry: asked for once, kept until shortly before its end.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "gateway/base/error.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/token.h"

namespace tilts::exchange {

// Thread-safe.
class TokenSource {
 public:
  // `service` is how the security token service is reached; its profile has the operation Issue, and its keys
  // are the registry's. Throws Error(config).
  TokenSource(Settings service, TokenDemand demand);

  // The token in force for that key. When there is none, or it is near its end, one caller asks for another
  // and all others wait for it, or for its failure. A token that still lives serves while the service cannot
  // be reached. Throws Error: transient, untrusted, declined, config.
  std::shared_ptr<const IssuedToken> current(const Identity& identity, const std::stop_token& stop);

  // The registry did not take it: nobody gets it any more.
  void drop(const std::shared_ptr<const IssuedToken>& token);

  // The service itself, for `tilts check --online`.
  const Exchange& service() const { return service_; }

 private:
  std::shared_ptr<const IssuedToken> ask(const Identity& identity, const std::stop_token& stop) const;
  // Until when it is given out without asking for the next; under the mutex.
  bool lives(const Identity& identity, std::chrono::seconds before_its_end) const;

  const TokenDemand demand_;
  const Clock clock_;
  const Exchange service_;

  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::shared_ptr<const IssuedToken> token_;
  std::string confirmed_;  // the certificate of the key it is for
  bool asking_ = false;
  uint64_t rounds_ = 0;
  std::optional<Error> failure_;  // of the last round
};

}  // namespace tilts::exchange
