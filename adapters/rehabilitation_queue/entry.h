// The requests of one entry.
#pragma once

#include <string_view>

#include "adapters/rehabilitation_queue/channel.h"
#include "plugins/sdk/record.h"

namespace tilts::rehabilitation_queue {

// What an operation hands over. Throws Failure(config) naming the field when the wire cannot be written
// without it. What a field says is not judged: whom the queue takes is the registry's decision and no rule of
// ours.
Question entry_question(std::string_view operation, const sdk::Entry& entry);

// Asks what became of it, by its key.
Question inquiry(const sdk::Entry& entry);

}  // namespace tilts::rehabilitation_queue
