// An online copy of the store, checked before it takes its name.
#pragma once

#include <filesystem>

namespace tilts::store {

class Connection;

void backup(const Connection& connection, const std::filesystem::path& file);

}  // namespace tilts::store
