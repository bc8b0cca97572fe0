// Names that come from outside, made into names of files: what is neither a letter, a digit, '.', '_' nor '-'
// becomes '_', so that no folder, no device and no command line can be meant by one.
#pragma once

#include <string>
#include <string_view>

namespace tilts::pull {

inline constexpr size_t longest_name = 120;  // octets

// Of a file in its document's folder: NFC, at most `longest_name` octets with its extension, never hidden,
// never a device of Windows. "file" when nothing is left.
std::string file_name(std::string_view said);
// The `number`-th file of the same name: "letter-2.pdf".
std::string numbered(const std::string& name, int number);
// Of a document's folder, from the document's own id. What had to be changed in it goes with a digest of the
// id: two documents never meet in one folder.
std::string folder_name(std::string_view document);

}  // namespace tilts::pull
