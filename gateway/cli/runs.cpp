#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/cli/json.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/result.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string job;
  size_t limit = 20;
  bool json = false;
};

std::string took(const store::Run& run) {
  return run.ended ? lasted(*run.ended - run.started) : std::string();
}

void print(Context& context, const config::Configuration& configuration,
           const std::vector<store::Run>& runs) {
  const WallClock wall(configuration);
  context.out << heading(configuration) << "\n\n";
  if (runs.empty()) {
    context.out << "No run yet. Next: tilts run JOB --preview shows what a run would deliver.\n";
    return;
  }
  Table table({"Run", "Job", "Started", "Took", "Result", "Asked", "Changed", "Held"});
  for (const store::Run& run : runs)
    table.add({run.id, run.job, wall.minute(run.started), took(run), result_of(configuration, run),
               grouped(run.counts.asked), grouped(run.counts.added + run.counts.changed + run.counts.removed),
               grouped(run.counts.held)});
  context.out << table.text();
  for (const store::Run& run : runs)
    if (cut_off(configuration, run))
      context.out << fmt::format(
          "\n{}: job {}: the process ended in the middle of it; the next start repairs it: systemctl start "
          "tilts, "
          "or tilts run {}\n",
          run.id, run.job, run.job);
  for (const store::Run& run : runs)
    if (run.state != store::RunState::done && !under_way(run.state) && !run.sentence.empty())
      context.out << fmt::format("\n{}: {}\n", run.id, run.sentence);
}

void print_json(Context& context, const config::Configuration& configuration,
                const std::vector<store::Run>& runs) {
  Poco::JSON::Array array;
  for (const store::Run& run : runs) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("run", run.id);
    object.set("job", run.job);
    if (run.occurrence) object.set("planned", to_text(*run.occurrence));
    object.set("started", to_text(run.started));
    if (run.ended) object.set("ended", to_text(*run.ended));
    object.set("state", std::string(name(run.state)));
    if (cut_off(configuration, run)) object.set("cut_off", true);
    if (!run.code.empty()) object.set("code", run.code);
    object.set("sentence", run.sentence);
    Poco::JSON::Object counts(Poco::JSON_PRESERVE_KEY_ORDER);
    const store::Run::Counts& c = run.counts;
    for (const auto& [key, value] :
         std::initializer_list<std::pair<const char*, int64_t>>{{"asked", c.asked},
                                                                {"pages", c.pages},
                                                                {"received", c.received},
                                                                {"added", c.added},
                                                                {"changed", c.changed},
                                                                {"removed", c.removed},
                                                                {"deaths", c.deaths},
                                                                {"moved", c.moved},
                                                                {"codes_changed", c.codes_changed},
                                                                {"held", c.held},
                                                                {"findings", c.findings},
                                                                {"delivered", c.delivered}})
      counts.set(key, value);
    object.set("counts", counts);
    array.add(object);
  }
  print_json_list(context, configuration, "runs", array);
}

Exit list(Context& context, const Words& words) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  const auto runs =
      store.read([&](store::Session& session) { return store.runs().list(session, words.job, words.limit); });
  words.json ? print_json(context, configuration, runs) : print(context, configuration, runs);
  return Exit::all_well;
}

}  // namespace

void add_runs(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("runs", "What ran, and how it ended, the newest first");
  const auto words = std::make_shared<Words>();
  command->add_option("JOB", words->job, "Of this job alone");
  command->add_option("--limit", words->limit, "How many")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  command->add_flag("--json", words->json, "For programs: {environment, municipality, runs: […]}");
  command->footer("Example: tilts runs residents --limit 5");
  command->callback(
      [&context, words] { context.action = [&context, words] { return list(context, *words); }; });
}

}  // namespace tilts::cli
