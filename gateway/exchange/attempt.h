// Inside exchange: one request and its answer, with everything a registry's settings say.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "gateway/exchange/connection_pool.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/fault.h"
#include "gateway/exchange/mtom.h"
#include "gateway/exchange/rate_limit.h"
#include "gateway/exchange/verifier.h"

namespace tilts::exchange {

struct Attempt {
  size_t index = 0;
  unsigned number = 1;
  std::string message_id;
  const Call* call = nullptr;
  const Hooks* hooks = nullptr;
  Delivery delivery{};  // filled in by Line::run, also when it throws
};

TransportSettings transport_settings(const Settings& settings);

// The way to one registry and back. Thread-safe.
class Line {
 public:
  // Borrows the settings. Throws Error(config).
  explicit Line(const Settings& settings);

  Verified run(Attempt& attempt, const std::stop_token& stop) const;

 private:
  struct Sent {
    SignedMessage message;
    Packed packed;  // the same with its attachments; empty without
    Asked asked;
    HttpAnswer answer;
    std::optional<Error> failure;  // there is no answer
    std::shared_ptr<const IssuedToken> token;
  };
  Sent send(Attempt& attempt, const Operation& operation, const std::stop_token& stop) const;
  // For one moment, so that it can be judged again in the same way.
  Verified judge(const HttpAnswer& answer, const std::string& message_id, std::shared_ptr<const Trust> trust,
                 Time now, const std::stop_token& stop) const;
  Error fault_error(const Fault& fault, const std::shared_ptr<const IssuedToken>& token) const;
  void check_media_type(const std::string& content_type) const;

  const Settings& settings_;
  mutable RateLimit rate_;
  mutable ConnectionPool connections_;
};

}  // namespace tilts::exchange
