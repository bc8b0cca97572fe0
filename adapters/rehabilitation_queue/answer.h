// What the registry says of one entry. Settling is for ever, so whatever does not name our entry, once and
// plainly, is Failure(untrusted): then nothing is settled, and somebody looks.
#pragma once

#include <string>
#include <string_view>

#include "adapters/rehabilitation_queue/channel.h"
#include "plugins/sdk/host.h"

namespace tilts::rehabilitation_queue {

struct Outcome {
  sdk::Settled settled;
  std::string number;  // received: the registry's own
  std::string reason;  // of the two others
};

// Hands an entry over, once: received or declined, <exchange>Response.
Outcome submit(Channel& channel, const Question& question, std::string_view key);
// Asks what became of it: received, declined or absent, InquireEntryResponse.
Outcome inquire(Channel& channel, const Question& question, std::string_view key);

}  // namespace tilts::rehabilitation_queue
