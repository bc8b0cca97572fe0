// XML that somebody made already, written again through the canonical writer.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/xml/canonical_writer.h"

namespace tilts::xml {

// One element with all below it. Comments are dropped, as exclusive canonicalisation without comments does; a
// prefix that only content uses stays declared. Throws Error(bug) when it is no XML that may be sent.
void write_ready(CanonicalWriter& writer, std::string_view bytes, size_t most_bytes);

}  // namespace tilts::xml
