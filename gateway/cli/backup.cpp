#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {

void add_backup(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("backup", "Copy the store while it is in use, and check the copy");
  const auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The copy; it must not be there yet")->required()->type_name("");
  command->footer(
      "The master key and the keys of the evidence are not in it: keep a copy of the master key apart.\n"
      "Example: tilts backup /backup/tilts-$(date +%F).db");
  command->callback([&context, file] {
    context.action = [&context, file] {
      const config::Configuration configuration = readable_configuration(context);
      const store::Store store(store_settings(configuration), context.clock, store::Access::read);
      store.backup(*file);
      context.out << fmt::format("{}\n\nThe store is copied to {} ({} bytes), opened and found whole.\n",
                                 heading(configuration), *file,
                                 grouped(static_cast<int64_t>(std::filesystem::file_size(*file))));
      return Exit::all_well;
    };
  });
}

}  // namespace tilts::cli
