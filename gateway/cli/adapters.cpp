#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "plugins/host/adapter.h"

namespace tilts::cli {
namespace {

std::vector<std::string> ids_in(const std::filesystem::path& folder) {
  const std::string frame = host::Library::file_name("*");
  const std::string before = frame.substr(0, frame.find('*')), after = frame.substr(frame.find('*') + 1);
  std::vector<std::string> ids;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(before) && name.ends_with(after) && name.size() > before.size() + after.size())
      ids.push_back(name.substr(before.size(), name.size() - before.size() - after.size()));
  }
  if (failure)
    throw Error(Code::config, fmt::format("{} cannot be read: {}", folder.string(), failure.message()));
  std::ranges::sort(ids);
  return ids;
}

void print(Context& context, const config::Configuration& configuration, const host::Descriptor& adapter) {
  std::string used;
  for (const config::RegistrySettings& registry : configuration.registries)
    if (registry.adapter == adapter.id) used += (used.empty() ? "" : ", ") + registry.name;
  context.out << fmt::format("\n{} {}   {}\n  {}\n", adapter.id, adapter.version,
                             used.empty() ? "not used" : "registry " + used, adapter.documentation);
  Table operations({"  Operation", "Does"});
  for (const host::Operation& operation : adapter.operations)
    operations.add({"  " + operation.name, operation.documentation});
  context.out << operations.text();
  Table records({"  Record", "Fields"});
  for (const host::RecordType& type : adapter.record_types) {
    std::string fields;
    for (const host::FieldType& field : type.fields) fields += (fields.empty() ? "" : " ") + field.name;
    records.add({"  " + type.name, fields});
  }
  if (adapter.declares_itself)
    context.out << "  Its records are what its settings say: `tilts check` tells of one that is not there.\n";
  else
    context.out << records.text();
  if (adapter.settings.empty()) return;
  Table settings({"  Setting", "Default", "Means"});
  for (const host::Setting& setting : adapter.settings)
    settings.add(
        {"  " + setting.name, setting.required ? "required" : setting.default_value, setting.documentation});
  context.out << settings.text();
}

Exit list(Context& context) {
  const config::Configuration configuration = readable_configuration(context);
  context.out << heading(configuration) << '\n';
  const std::filesystem::path folder = configuration.adapters_folder;
  bool all_load = true;
  const std::vector<std::string> ids = ids_in(folder);
  for (const std::string& id : ids) {
    try {
      print(context, configuration,
            host::Library::load(folder / host::Library::file_name(id), id)->descriptor());
    } catch (const Error& refusal) {
      context.err << '\n' << refusal.what() << '\n';
      all_load = false;
    }
  }
  if (ids.empty()) context.out << fmt::format("\nNo adapter is in {}.\n", folder.string());
  return all_load ? Exit::all_well : Exit::configuration;
}

}  // namespace

void add_adapters(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("adapters", "The adapter libraries, and how they are set");
  command->footer("Loads each library of the adapters' folder; one that does not load says why.");
  command->callback([&context] { context.action = [&context] { return list(context); }; });
}

}  // namespace tilts::cli
