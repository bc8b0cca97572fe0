// What a loaded adapter library is inside the host.
#pragma once

#include <boost/dll/shared_library.hpp>

#include "plugins/abi/adapter_abi.h"
#include "plugins/host/adapter.h"

namespace tilts::host {

struct Library::Implementation {
  boost::dll::shared_library file;
  const tilts_descriptor* raw = nullptr;
  Descriptor descriptor;
};

}  // namespace tilts::host
