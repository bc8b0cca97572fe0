#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/journal.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/progress.h"
#include "gateway/cli/report.h"
#include "gateway/cli/signals.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"
#include "gateway/registries/registries.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string job;
  bool preview = false;
  bool initial = false;
};

Exit run_with(Context& context, pull::JobRunner& runner, const Words& words, const std::string& user,
              const std::stop_token& stop) {
  pull::RunReport report;
  {
    ProgressLine progress(context);
    pull::RunOptions options;
    options.preview = words.preview;
    options.initial = words.initial;
    options.user = user;
    options.progress = [&](const pull::Progress& now) { progress.show(now); };
    // Personal data: only for who asked for it. A run keeps its examples in a file of restricted rights.
    if (words.preview)
      options.difference = [&](const pull::Difference& difference) {
        progress.clear();
        print_difference(context, difference);
      };
    options.stop = stop;
    report = runner.run(words.job, options);
  }
  print_report(context, report);
  return exit_of(report);
}

std::vector<std::string> handed(const Words& words) {
  std::vector<std::string> all{"run", words.job};
  if (words.preview) all.emplace_back("--preview");
  if (words.initial) all.emplace_back("--initial");
  return all;
}

Exit run(Context& context, const Words& words) {
  if (const Served* desk = context.served) {
    context.out << heading(desk->configuration) << "\n\n";
    return run_with(context, desk->runner, words, desk->user, desk->stop);
  }
  const Signals signals;
  const config::Configuration configuration = sound_configuration(context);
  if (!configuration.job(words.job))
    throw WrongWords(fmt::format("no job is called {}; tilts status lists them", words.job));
  if (const auto exit = hand_over(context, configuration, handed(words), signals.token())) return *exit;
  const Journal journal(context);
  const exchange::Libraries libraries;
  store::Store store(store_settings(configuration), context.clock);
  registries::Registries registries(configuration, context.clock);
  pull::JobRunner runner(configuration, store, registries, context.clock);
  context.out << heading(configuration) << "\n\n";
  for (const pull::RunReport& ended : runner.repair()) context.out << ended.sentence << "\n\n";
  const Exit exit = run_with(context, runner, words, operating_system_user(), signals.token());
  // The daemon does this every day; where cron starts the runs there is none.
  if (!words.preview) store.retain(operating_system_user());
  return exit;
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("run", "Run a job now: ask, map, compare, deliver");
  const auto words = std::make_shared<Words>();
  command->add_option("JOB", words->job, "The job's name in the configuration")->required();
  command->add_flag("--preview", words->preview,
                    "Do everything but deliver, and show every add, change and removal");
  command->add_flag("--initial", words->initial,
                    "Announce a first load, so that it is not held for too many changes");
  command->footer(
      "Shows personal data with --preview. Ctrl-C finishes the page and stops; the next run carries on.\n"
      "Example: tilts run residents --preview");
  command->callback(
      [&context, words] { context.action = [&context, words] { return run(context, *words); }; });
}

}  // namespace tilts::cli
