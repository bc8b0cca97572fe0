// Text of names and addresses: Unicode normalisation form C (UAX 15) and letter case, with utf8proc.
#pragma once

#include <string>
#include <string_view>

namespace tilts::mapping {

// Appends `text` in NFC to `out`; false, and `out` as it was, when it is not UTF-8.
bool append_nfc(std::string_view text, std::string& out);

size_t characters(std::string_view utf8);  // code points
std::string upper(std::string_view utf8);  // letter by letter: "Bērziņš" to "BĒRZIŅŠ"
std::string lower(std::string_view utf8);
std::string one_line(std::string_view text);  // white space trimmed, and each run of it one blank

}  // namespace tilts::mapping
