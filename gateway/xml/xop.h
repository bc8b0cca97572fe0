// XML-binary Optimized Packaging (W3C XOP 1.0): octets of an element's base64 that travel as a MIME part,
// with xop:Include in their room.
#pragma once

#include <string>
#include <string_view>

namespace tilts::xml {

inline constexpr std::string_view xop_namespace = "http://www.w3.org/2004/08/xop/include";

// The element in canonical form. `content_id`: without "<" and ">".
std::string xop_include(std::string_view content_id);

}  // namespace tilts::xml
