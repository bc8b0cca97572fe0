// Canonical XML (exclusive C14N 1.0) written by hand: nothing here needs a DOM. A namespace is declared on
// the outermost element of its prefix, attributes come sorted, no element is written empty.
#pragma once

#include <string>
#include <string_view>

namespace tilts::simulator {

// Text as canonical XML has it: & < > and carriage return escaped.
void append_escaped(std::string& xml, std::string_view text);
// <tag>text</tag>
void append_element(std::string& xml, std::string_view tag, std::string_view text);

}  // namespace tilts::simulator
