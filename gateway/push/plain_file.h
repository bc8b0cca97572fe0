// A file of a folder that other people write into.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gateway/targets/durable_file.h"

namespace tilts::push {

// Size and time of last change: another one means that somebody wrote it. Nothing when it is no regular file
// (a link is none).
std::optional<std::string> stamp_of(const targets::Folder& folder, const std::string& name);

enum class Reading { read, missing, too_large, changing };

// `most` in bytes. `changing`: somebody wrote it meanwhile.
Reading read_plain_file(const targets::Folder& folder, const std::string& name, size_t most,
                        std::string& bytes);

}  // namespace tilts::push
