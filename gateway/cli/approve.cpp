#include <CLI/CLI.hpp>

#include "gateway/cli/because.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/journal.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/report.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"
#include "gateway/registries/registries.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string run, because, plan;
};

Exit approve_with(Context& context, const config::Configuration& configuration, pull::JobRunner& runner,
                  const Words& words, const std::string& user) {
  context.out << heading(configuration) << "\n\n";
  const pull::RunReport report = runner.approve(words.run, {user, words.because}, words.plan);
  print_report(context, report);
  return exit_of(report);
}

std::vector<std::string> handed(const Words& words) {
  std::vector<std::string> all{"approve", words.run, "--because=" + words.because};
  if (!words.plan.empty()) all.push_back("--plan=" + words.plan);
  return all;
}

Exit approve(Context& context, const Words& words) {
  if (const Served* desk = context.served)
    return approve_with(context, desk->configuration, desk->runner, words, desk->user);
  const config::Configuration configuration = sound_configuration(context);
  if (const auto exit = hand_over(context, configuration, handed(words))) return *exit;
  const Journal journal(context);
  const exchange::Libraries libraries;
  store::Store store(store_settings(configuration), context.clock);
  registries::Registries registries(configuration, context.clock);
  pull::JobRunner runner(configuration, store, registries, context.clock);
  return approve_with(context, configuration, runner, words, operating_system_user());
}

}  // namespace

void add_approve(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("approve", "Deliver a waiting run exactly as it was shown");
  const auto words = std::make_shared<Words>();
  command->add_option("RUN", words->run, "The run that waits; tilts status names it")->required();
  add_because(*command, words->because);
  command->add_option("--plan", words->plan, "Only when the plan has this SHA-256")->type_name("HEX");
  command->footer(
      "Fetches nothing.\nExample: tilts approve 4f1c22aa --because \"care centre closed, list checked\"");
  command->callback(
      [&context, words] { context.action = [&context, words] { return approve(context, *words); }; });
}

}  // namespace tilts::cli
