// What most commands begin with: the configuration, and the store it names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "gateway/cli/command.h"
#include "gateway/config/load.h"
#include "gateway/store/store.h"

namespace tilts::cli {

// --configuration FILE, else ./tilts.xml, else /etc/tilts/tilts.xml. Throws Error(config) when none is there.
std::filesystem::path configuration_file(const Context& context);

// For commands that only look: whatever could be read, problems or not. Throws Error(config) when nothing
// could.
config::Configuration readable_configuration(const Context& context);
// For commands that exchange or deliver: every problem is printed on `err`, then Error(config).
config::Configuration sound_configuration(Context& context);

// Of a SQLite store; empty for PostgreSQL.
std::filesystem::path sqlite_file(const config::Configuration& configuration);
store::Settings store_settings(const config::Configuration& configuration);

// Who sits here, for the audit and for approvals: the operating-system user, and who became it by sudo.
std::string operating_system_user();
// The same about a user of whom the kernel told; `before_sudo` counts for root alone.
std::string operating_system_user(uid_t user, std::string_view before_sudo);

}  // namespace tilts::cli
