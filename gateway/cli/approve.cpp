#include <CLI/CLI.hpp>

#include "gateway/cli/opened.h"
#include "gateway/cli/report.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"
#include "gateway/pull/registries.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string run, because, plan;
};

Exit approve(Context& context, const Words& words) {
  const config::Configuration configuration = sound_configuration(context);
  const exchange::Libraries libraries;
  store::Store store(store_settings(configuration), context.clock);
  pull::Registries registries(configuration, context.clock);
  pull::JobRunner runner(configuration, store, registries, context.clock);
  context.out << heading(configuration) << "\n\n";
  const pull::RunReport report =
      runner.approve(words.run, {operating_system_user(), words.because}, words.plan);
  print_report(context, report);
  return exit_of(report);
}

}  // namespace

void add_approve(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("approve", "Deliver a waiting run exactly as it was shown");
  const auto words = std::make_shared<Words>();
  command->add_option("RUN", words->run, "The run that waits; tilts status names it")->required();
  command->add_option("--because", words->because, "Why this is right; kept with your user name")
      ->required()
      ->type_name("TEXT")
      ->check([](const std::string& text) {
        return text.find_first_not_of(" \t") == std::string::npos ? std::string("say why") : std::string();
      });
  command->add_option("--plan", words->plan, "Only when the plan has this SHA-256")->type_name("HEX");
  command->footer(
      "Fetches nothing.\nExample: tilts approve 4f1c22aa --because \"care centre closed, list checked\"");
  command->callback(
      [&context, words] { context.action = [&context, words] { return approve(context, *words); }; });
}

}  // namespace tilts::cli
