// The C descriptor of a library, judged and copied out.
#pragma once

#include <string_view>

#include "plugins/abi/adapter_abi.h"
#include "plugins/host/descriptor.h"

namespace tilts::host {

// `id` is what the configuration calls the adapter. Throws Error(config), a sentence of its own for each
// cause, without the file's name.
Descriptor read_descriptor(const tilts_descriptor& raw, std::string_view id);

// The library's `declare`, or null: it has none, or is older than version 1.2.
decltype(tilts_descriptor::declare) declare_of(const tilts_descriptor& raw);

// What an instance declared takes the place of the library's record types. Throws as above.
void read_declaration(const tilts_declaration& raw, Descriptor& to);

}  // namespace tilts::host
