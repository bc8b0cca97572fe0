// Start and stop of the C libraries that may start and stop once: libxml2, xmlsec and libcurl. One object at
// the top of the daemon, of each command and of each test program, older than every thread and younger than
// none.
#pragma once

#include "gateway/xml/process.h"

namespace tilts::exchange {

class Libraries {
 public:
  // Throws Error(bug) naming the library that did not start.
  Libraries();
  ~Libraries();
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;

 private:
  xml::Process xml_;  // first in, last out
};

}  // namespace tilts::exchange
