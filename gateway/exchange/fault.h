// SOAP faults: what kind they are, in the words of the two SOAP versions. The reason text of a fault may hold
// personal data and never leaves the message.
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/error.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

enum class FaultKind { sender, receiver, version_mismatch, must_understand, data_encoding, other };

struct Fault {
  FaultKind kind = FaultKind::other;
  std::string subcode;  // local name, only when it is a plain XML name of at most 64 letters; else empty
};

// "Sender", "Receiver", …: the word for sentences and metrics.
std::string_view name(FaultKind kind);

// From a Body that a signature covered. Throws Error(bug) when verified.fault() is false.
Fault read_fault(const Verified& verified);

// The kind alone, from bytes that nobody vouches for; `found` is false when they hold no fault.
struct UnsignedFault {
  bool found = false;
  FaultKind kind = FaultKind::other;
};
UnsignedFault peek_fault(std::string_view bytes);

// receiver is transient, everything else declined.
Error as_error(const Fault& fault);

}  // namespace tilts::exchange
