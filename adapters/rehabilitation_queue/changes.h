// What became of the entries in the queue: the registry's feed of steps, page by page. README.md has the
// wire.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/rehabilitation_queue/channel.h"
#include "plugins/sdk/host.h"

namespace tilts::rehabilitation_queue {

struct Page {
  std::string next_cursor;
  bool more = false;
};

// Asks for the steps after the cursor `since` (empty: from the beginning), at most `most`, and emits a record
// for each. It names nobody: a feed tells of everybody. Throws Failure(untrusted) for a page that is not
// whole and plain: no checkpoint follows then, and nothing of it is kept.
Page ask_changes(sdk::Host& host, Channel& channel, const std::string& since, int64_t most);

}  // namespace tilts::rehabilitation_queue
