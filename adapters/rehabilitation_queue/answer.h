// What the registry says of one entry. Settling is for ever, so whatever does not name our entry, once and
// plainly, is Failure(untrusted): then nothing is settled, and somebody looks.
#pragma once

#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::rehabilitation_queue {

struct Outcome {
  sdk::Settled settled;
  std::string number;  // received: the registry's own
  std::string reason;  // of the two others
};

// What an answer must be an answer to.
struct Asked {
  std::string exchange;  // "SubmitEntry"
  std::string action;    // of the request
  std::string_view key;  // the entry's; of one entry alone
};

// The verified Body of what is its answer, and no fault.
std::string_view body_of(const sdk::Answer& answer, const Asked& asked);

// Received or declined: <exchange>Response.
Outcome read_receipt(const sdk::Answer& answer, const Asked& asked);
// Received, declined or absent: InquireEntryResponse.
Outcome read_inquiry(const sdk::Answer& answer, const Asked& asked);

}  // namespace tilts::rehabilitation_queue
