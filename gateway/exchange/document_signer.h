// Documents of ours, signed: XAdES-BES over one element (ETSI TS 101 903 v1.3.2; verification policy, section
// 10).
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/profile.h"

namespace tilts::exchange {

// `document` is XML with the element that `signing` names, and the one that takes the signature as its last
// child, once each, the second not inside the first. Returns the document as Canonical XML 1.0: the
// namespaces that it declares stay, for the signature may count them. `now` becomes SigningTime. Throws
// Error(bug) when the document is not such a one, Error(config) when the key cannot sign as the profile says.
std::string sign_document(std::string_view document, const DocumentSigning& signing, const Identity& identity,
                          Time now);

}  // namespace tilts::exchange
