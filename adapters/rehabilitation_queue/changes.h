// What became of the entries in the queue: the registry's feed of steps, page by page. README.md has the
// wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/sdk/host.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::rehabilitation_queue {

// Steps after the cursor `since` (empty: from the beginning), at most `most`. It names nobody: a feed tells
// of everybody.
sdk::Request changes_request(std::string_view since, int64_t most);

class ChangesReader {
 public:
  ChangesReader();

  struct Page {
    std::string next_cursor;
    bool more = false;
  };

  // Emits a record for each step of the page. Throws Failure(untrusted) for a page that is not whole and
  // plain: no checkpoint follows then, and nothing of it is kept.
  Page read(sdk::Host& host, const sdk::Answer& answer, std::string_view action,
            std::string_view since) const;

 private:
  const sdk::RecordReader reader_;
};

}  // namespace tilts::rehabilitation_queue
