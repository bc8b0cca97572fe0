// The writer held against libxml2: what debug and test builds do with every message that is signed.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/exchange/mtom.h"

namespace tilts::exchange {

// Parses the message, canonicalises SignedInfo and each part it names with libxml2, and compares with the
// message byte for byte and with the digests, attachments in their places. Throws Error(bug) at the first
// difference.
void check_canonical(std::string_view message, const std::vector<Attachment>& attachments = {});

}  // namespace tilts::exchange
