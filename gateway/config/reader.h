// Inside config: from a document that obeys configuration.xsd to plain values.
#pragma once

#include <filesystem>
#include <vector>

#include <libxml/tree.h>

#include "gateway/config/load.h"

namespace tilts::config {

// What a value says that no schema can judge (a cron expression, a dateTime without a zone) becomes a
// problem.
Configuration read_configuration(const xmlDoc& document, const std::filesystem::path& file,
                                 std::vector<Problem>& problems);

// What the parts say about each other: names that resolve, no name twice, a legal basis for every job,
// targets that do not write over each other.
void check_references(const Configuration& configuration, Time now, std::vector<Problem>& problems,
                      std::vector<Problem>& notices);

// What the file system says: files that are there and readable, keys that only we can read and that fit their
// certificate, certificates that are valid now and, in production, not throw-away.
void check_files(const Configuration& configuration, Time now, std::vector<Problem>& problems,
                 std::vector<Problem>& notices);

// How long before its end a certificate or a legal basis is announced.
inline constexpr std::chrono::days announced_before{30};

}  // namespace tilts::config
