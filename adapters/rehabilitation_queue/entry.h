// The requests of one entry.
#pragma once

#include <string>
#include <string_view>

#include "plugins/sdk/host.h"
#include "plugins/sdk/record.h"

namespace tilts::rehabilitation_queue {

// What the profile calls an operation's exchange; its request's element has the same name: "SubmitEntry".
std::string exchange_of(std::string_view operation);

// Throws Failure(config) naming the field when the wire cannot be written without it. What a field says is
// not judged: whom the queue takes is the registry's decision and no rule of ours.
sdk::Request entry_request(std::string_view operation, const sdk::Entry& entry);

// Asks what became of it, by its key.
sdk::Request inquiry(const sdk::Entry& entry);

}  // namespace tilts::rehabilitation_queue
