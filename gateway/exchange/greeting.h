// What a registry says before anything is signed: for `tilts check --online`.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/exchange/keyring.h"
#include "gateway/exchange/transport.h"

namespace tilts::exchange {

// How far one plain GET came. A step is reached when those before it went well.
struct Greeting {
  enum class Step { name, connection, tls, their_certificate, our_certificate, answer, all };
  Step failed_at = Step::all;
  std::string detail;             // in libcurl's words, or the alert the registry ended TLS with
  std::string address;            // that the name led to
  std::optional<Time> their_now;  // as the answer's Date says
};

// With the keys, anchors and limits of every other exchange.
Greeting greet(const TransportSettings& settings, const Generation& generation);

}  // namespace tilts::exchange
