// Where a signature's references lead: our own look-up, and the only one there is.
#pragma once

#include "gateway/exchange/ids.h"
#include "gateway/exchange/signature.h"

namespace tilts::exchange {

// Follows each Reference to its element, and makes `#id` lead there and nowhere else for xmlsec too. Returns
// every place of every id that a Reference, or a key reference within `security` (nullptr: none), names: one
// that stands twice is for the rule to refuse, and the first place serves until then.
IdTable resolve(Signature& signature, xmlNode* root, const xmlNode* security);

}  // namespace tilts::exchange
