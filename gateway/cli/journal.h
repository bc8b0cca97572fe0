// The log of a command that works without the daemon: one line each on its standard error, as the daemon's
// are in the journal. On a terminal, where the report says the rest, only what went wrong.
#pragma once

#include "gateway/cli/command.h"

namespace tilts::cli {

class Journal {
 public:
  explicit Journal(const Context& context);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
};

}  // namespace tilts::cli
