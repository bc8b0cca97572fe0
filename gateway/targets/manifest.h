// What is said beside a data file once it is complete: JSON, the same bytes for the same delivery.
#pragma once

#include <optional>
#include <string>

#include "gateway/targets/durable_file.h"
#include "gateway/targets/target.h"

namespace tilts::targets {

std::string manifest_name(const std::string& data_file);
std::string manifest_text(const Settings& settings, const Delivery& delivery, const Receipt& receipt);
// The receipt of a data file's manifest, if there is one. Throws Error(config) when somebody has changed it.
std::optional<Receipt> read_manifest(const Folder& folder, const std::string& data_file);

}  // namespace tilts::targets
