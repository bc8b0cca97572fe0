#include "gateway/cli/opened.h"

#include <cstdlib>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::cli {

std::filesystem::path configuration_file(const Context& context) {
  if (!context.configuration_file.empty()) return context.configuration_file;
  for (const char* usual : {"tilts.xml", "/etc/tilts/tilts.xml"})
    if (std::error_code none; std::filesystem::exists(usual, none)) return usual;
  throw Error(
      Code::config,
      "neither ./tilts.xml nor /etc/tilts/tilts.xml is there; write one with tilts init, or name yours with "
      "--configuration FILE");
}

config::Configuration readable_configuration(const Context& context) {
  config::Loaded loaded = config::load(configuration_file(context), context.clock.now());
  if (loaded.configuration) return *std::move(loaded.configuration);
  throw Error(Code::config, loaded.problems.front().text() + "; tilts check lists everything");
}

config::Configuration sound_configuration(Context& context) {
  config::Loaded loaded = config::load(configuration_file(context), context.clock.now());
  if (loaded.problems.empty()) return *std::move(loaded.configuration);
  for (const config::Problem& problem : loaded.problems) context.err << problem.text() << '\n';
  throw Error(Code::config,
              fmt::format("{} to mend before anything is exchanged",
                          loaded.problems.size() == 1 ? std::string("1 problem")
                                                      : fmt::format("{} problems", loaded.problems.size())));
}

store::Settings store_settings(const config::Configuration& configuration) {
  char node[256] = "tilts";
  gethostname(node, sizeof node - 1);
  return {configuration.store.connection, configuration.master_key, configuration.checkpoints_folder, node,
          configuration.store.audit_kept};
}

std::string operating_system_user() {
  const passwd* entry = getpwuid(getuid());
  std::string user = entry ? entry->pw_name : fmt::format("uid {}", getuid());
  if (const char* before = std::getenv("SUDO_USER"); before && getuid() == 0)
    user = fmt::format("{} (sudo)", before);
  return user;
}

}  // namespace tilts::cli
