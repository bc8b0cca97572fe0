// xs:base64Binary (XML Schema part 2, 3.2.16), as signatures and certificates travel.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tilts::xml {

// White space anywhere is allowed; anything else outside the alphabet, or a wrong length or padding, is not.
std::optional<std::string> base64_decode(std::string_view text);
// One line.
std::string base64_encode(std::string_view bytes);

}  // namespace tilts::xml
