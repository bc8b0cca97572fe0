#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/journal.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/signals.h"
#include "gateway/cli/submissions.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string file;
  std::string intake;
};

Exit submit_with(Context& context, push::SubmissionRunner& runner, store::Store& store, const Words& words,
                 const std::stop_token& stop) {
  const auto [taken, happened] = runner.submit(words.intake, words.file, stop);
  for (const Finding& finding : taken.findings)
    context.out << fmt::format("{} [{}]\n", finding.english, finding.rule);
  if (taken.submission.empty()) {
    context.out << "refused: nothing was sent\n";
    return Exit::held_back;
  }
  if (!taken.fresh) context.out << fmt::format("it was entered before, as {}\n", taken.submission);
  if (!happened.empty()) context.out << happened << '\n';
  return print_state(context, store, taken.submission);
}

Exit submit(Context& context, const Words& words) {
  if (const Served* desk = context.served)
    return submit_with(context, submissions_of(*desk), desk->store, words, desk->stop);
  const Signals signals;
  const config::Configuration configuration = sound_configuration(context);
  const std::string file = std::filesystem::absolute(words.file);
  if (!std::filesystem::is_regular_file(file)) throw WrongWords(file + " is not a file");
  std::vector<std::string> handed{"submit", file};
  if (!words.intake.empty()) handed.push_back("--intake=" + words.intake);
  if (const auto exit = hand_over(context, configuration, handed, signals.token())) return *exit;
  const Journal journal(context);
  const exchange::Libraries libraries;
  store::Store store(store_settings(configuration), context.clock);
  registries::Registries registries(configuration, context.clock);
  push::SubmissionRunner runner(configuration, store, registries, context.clock);
  return submit_with(context, runner, store, {file, words.intake}, signals.token());
}

}  // namespace

void add_submit(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("submit", "Submit one entry to a state queue, once");
  const auto words = std::make_shared<Words>();
  command->add_option("FILE", words->file, "The entry, XML or JSON; its documents lie beside it")->required();
  command->add_option("--intake", words->intake, "Which intake's form and registry, where there are several");
  command->footer(
      "Entered twice it is still one: the same case number and revision are the same entry.\n"
      "Example: tilts submit entry.xml");
  command->callback(
      [&context, words] { context.action = [&context, words] { return submit(context, *words); }; });
}

}  // namespace tilts::cli
