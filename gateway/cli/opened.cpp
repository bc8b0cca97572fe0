#include "gateway/cli/opened.h"

#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::cli {

std::filesystem::path configuration_file(const Context& context) {
  if (!context.configuration_file.empty()) {
    if (std::filesystem::is_directory(context.configuration_file))
      throw Error(Code::config,
                  context.configuration_file + " is a folder; name the file, such as " +
                      (std::filesystem::path(context.configuration_file) / "tilts.xml").string());
    return context.configuration_file;
  }
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

std::filesystem::path sqlite_file(const config::Configuration& configuration) {
  constexpr std::string_view sqlite = "sqlite:";
  const std::string& connection = configuration.store.connection;
  return connection.starts_with(sqlite) ? connection.substr(sqlite.size()) : std::string();
}

store::Settings store_settings(const config::Configuration& configuration) {
  char node[256] = "tilts";
  gethostname(node, sizeof node - 1);
  return {configuration.store.connection,   configuration.master_key,
          configuration.checkpoints_folder, node,
          configuration.store.audit_kept,   configuration.store.submissions_kept};
}

std::string operating_system_user() {
  const char* before = std::getenv("SUDO_USER");
  return operating_system_user(getuid(), before ? before : "");
}

std::string operating_system_user(uid_t user, std::string_view before_sudo) {
  if (user == 0 && !before_sudo.empty()) return fmt::format("{} (sudo)", before_sudo);
  std::array<char, 4096> words{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(user, &entry, words.data(), words.size(), &found);
  return found ? found->pw_name : fmt::format("uid {}", user);
}

}  // namespace tilts::cli
