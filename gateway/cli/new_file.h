// A file that must not be there yet, for its owner alone: whole and on the disk, or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace tilts::cli {

// Throws WrongWords: something of this name is there, or the folder takes no file.
void write_new_file(const std::filesystem::path& file, std::string_view bytes);
// The same question before the work is done.
void demand_no_file(const std::filesystem::path& file);

}  // namespace tilts::cli
