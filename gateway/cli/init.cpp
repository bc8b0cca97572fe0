#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/store/vault.h"

namespace tilts::cli {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms ours_alone = fs::perms::owner_all;

void made(Context& context, const fs::path& what, std::string_view purpose) {
  context.out << fmt::format("  made   {}  {}\n", what.string(), purpose);
}

void kept(Context& context, const fs::path& what) {
  context.out << fmt::format("  kept   {}\n", what.string());
}

void make_folder(Context& context, const fs::path& folder, std::string_view purpose) {
  if (fs::exists(folder)) return kept(context, folder);
  fs::create_directories(folder);
  fs::permissions(folder, ours_alone);
  made(context, folder, purpose);
}

Exit init(Context& context) {
  const fs::path file = context.configuration_file.empty() ? "tilts.xml" : context.configuration_file;
  const fs::path folder = fs::absolute(file).parent_path();
  fs::create_directories(folder);
  if (fs::exists(file)) {
    kept(context, file);
  } else {
    std::ofstream stream(file, std::ios::binary);
    stream << config::example();
    if (!stream.flush())
      throw Error(Code::config, file.string() + " cannot be written; choose another folder");
    made(context, file, "the documented example, for you to change");
  }
  const config::Loaded loaded = config::load(file, context.clock.now());
  if (!loaded.configuration) throw Error(Code::config, loaded.problems.front().text());
  const config::Configuration& configuration = *loaded.configuration;

  make_folder(context, fs::path(configuration.master_key).parent_path(), "secrets: for the owner alone");
  if (fs::exists(configuration.master_key)) {
    kept(context, configuration.master_key);
  } else if (std::error_code none; fs::exists(sqlite_file(configuration), none)) {
    throw Error(
        Code::config,
        fmt::format("the store {} is there and its master key {} is not: put your copy of the key there; "
                    "a new one could read nothing of the store",
                    sqlite_file(configuration).string(), configuration.master_key));
  } else {
    store::Vault::create(configuration.master_key);
    made(context, configuration.master_key, "the master key: keep a copy apart from the backups");
  }
  make_folder(context, configuration.findings_folder, "what is held back, for the clerk");
  make_folder(context, configuration.checkpoints_folder, "signed heads of the audit");
  make_folder(context, fs::path(configuration.heartbeat).parent_path(), "heartbeat");
  make_folder(context, configuration.adapters_folder, "adapter libraries");

  const size_t open = config::load(file, context.clock.now()).problems.size();
  context.out << fmt::format(R"(
Next:
  1. Change {}: your municipality, registry, certificates, roster, targets.
     Adapters, their profiles and the mappings come with Tilts (docs/operating.md#installing).
  2. tilts check                 lists what is still missing, each with its line.
  3. tilts check --online REGISTRY
  4. tilts run JOB --preview     asks, and shows what it would deliver.
  5. tilts run JOB --initial     the first load; from then on: tilts serve.
Losing the master key loses what is stored. To mend now: {} in tilts.xml.
)",
                             file.string(), counted(static_cast<int64_t>(open), "problem", "problems"));
  return Exit::all_well;
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("init", "Begin: a configuration, a master key, the folders");
  command->footer("What is there already is kept.\nExample: tilts --configuration /etc/tilts/tilts.xml init");
  command->callback([&context] { context.action = [&context] { return init(context); }; });
}

}  // namespace tilts::cli
