// SOAP faults: what kind they are, in one set of words for both SOAP versions. The reason text of a fault may
// hold personal data and never leaves the message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/error.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

enum class FaultKind { sender, receiver, version_mismatch, must_understand, data_encoding, other };

struct Fault {
  FaultKind kind = FaultKind::other;
  std::string subcode;  // SOAP 1.2 local name, only when it is letters alone and at most 64; else empty
};

// "Sender", "Receiver", …: the word for sentences and metrics.
std::string_view name(FaultKind kind);

// From a Body that a signature covered, or TLS alone by the profile's words. Throws Error(bug) when
// verified.fault() is false.
Fault read_fault(const Verified& verified);

// The kind alone, from bytes that nobody vouches for; nothing when they hold no fault.
std::optional<FaultKind> peek_fault(std::string_view message);

// A trusted fault as an error: receiver is transient, everything else declined.
Error as_error(const Fault& fault);

}  // namespace tilts::exchange
