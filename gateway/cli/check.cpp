#include "gateway/cli/check.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

Exit check(Context& context, const std::string& online) {
  const config::Loaded loaded = config::load(configuration_file(context), context.clock.now());
  if (loaded.configuration) context.out << heading(*loaded.configuration) << "\n\n";
  for (const config::Problem& problem : loaded.problems) context.err << problem.text() << '\n';
  int64_t problems = static_cast<int64_t>(loaded.problems.size());
  if (loaded.configuration) problems += check_parts(context, *loaded.configuration);
  for (const config::Problem& notice : loaded.notices) context.out << "notice: " << notice.text() << '\n';
  if (problems > 0) {
    context.err << fmt::format("\n{} to mend.\n", counted(problems, "problem", "problems"));
    return Exit::configuration;
  }
  context.out << fmt::format(
      "All is well: {}, {}, {}.\n",
      counted(static_cast<int64_t>(loaded.configuration->registries.size()), "registry", "registries"),
      counted(static_cast<int64_t>(loaded.configuration->jobs.size()), "job", "jobs"),
      counted(static_cast<int64_t>(loaded.configuration->targets.size()), "target", "targets"));
  return online.empty() ? Exit::all_well : check_online(context, *loaded.configuration, online);
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("check", "Every problem at once, with file and line");
  const auto online = std::make_shared<std::string>();
  command
      ->add_option("--online", *online, "Then ask this registry: name, TLS, our certificate, clock, one call")
      ->type_name("REGISTRY");
  command->footer(
      "Looks at configuration, profiles, certificates, adapters, mappings with their cases, and the "
      "store.\nExample: tilts check --online population");
  command->callback(
      [&context, online] { context.action = [&context, online] { return check(context, *online); }; });
}

}  // namespace tilts::cli
