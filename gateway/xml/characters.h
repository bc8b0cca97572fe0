// Characters and names of XML 1.0, judged on UTF-8 bytes.
#pragma once

#include <string_view>

#include "gateway/xml/byte_buffer.h"

namespace tilts::xml {

enum class Escaping { text, attribute };

// Appends `value` as canonical XML writes it (REC-xml-c14n-20010315, 2.3). False when it is not UTF-8 or
// holds a character that XML 1.0 does not have; what was appended until there stays.
bool append_escaped(ByteBuffer& out, std::string_view value, Escaping escaping);

// Namespaces in XML 1.0, production NCName.
bool is_ncname(std::string_view name);

}  // namespace tilts::xml
