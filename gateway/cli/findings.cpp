#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/json.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

// A notice holds nothing back: it was delivered, and a clerk should look.
const char* held(Weight weight) {
  switch (weight) {
    case Weight::field:
      return "field";
    case Weight::record:
      return "record";
    case Weight::notice:
      break;
  }
  return "nothing";
}

struct Words {
  std::string job;
  bool json = false;
  bool latvian = false;
};

constexpr size_t page_size = 500;

template <typename Visit>
int64_t each_finding(const store::Store& store, const std::string& job, Visit visit) {
  int64_t count = 0;
  std::vector<store::StoredFinding> page;
  do {
    const std::optional<store::StoredFinding> after =
        page.empty() ? std::nullopt : std::optional(std::move(page.back()));
    page = store.read([&](store::Session& session) {
      return store.findings().page(session, job, after ? &*after : nullptr, page_size);
    });
    for (const store::StoredFinding& one : page) visit(one);
    count += static_cast<int64_t>(page.size());
  } while (page.size() == page_size);
  return count;
}

void print_json(Context& context, const config::Configuration& configuration, const store::Store& store,
                const std::string& job) {
  Poco::JSON::Array array;
  each_finding(store, job, [&](const store::StoredFinding& one) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("finding", one.id);
    object.set("job", one.job);
    object.set("target", one.target);
    object.set("client", one.client);
    object.set("since", to_text(one.since));
    object.set("run", one.run);
    object.set("holds", held(one.finding.weight));
    object.set("rule", one.finding.rule);
    object.set("record", one.finding.record);
    object.set("field", one.finding.field);
    object.set("place", one.finding.place);
    object.set("english", one.finding.english);
    object.set("latvian", one.finding.latvian);
    array.add(object);
  });
  print_json_list(context, configuration, "findings", array);
}

void print(Context& context, const config::Configuration& configuration, const store::Store& store,
           const Words& words) {
  const WallClock wall(configuration);
  context.out << heading(configuration) << "\n";
  const int64_t count = each_finding(store, words.job, [&](const store::StoredFinding& one) {
    const bool whole = one.finding.weight == Weight::record;
    context.out << fmt::format("\nClient {}   {} {}   since {}   {}\n  {}\n  {}\n", one.client,
                               one.finding.weight == Weight::notice ? "notice on" : held(one.finding.weight),
                               whole ? one.finding.record : one.finding.field, wall.minute(one.since),
                               one.target, words.latvian ? one.finding.latvian : one.finding.english,
                               one.finding.place);
  });
  context.out << (count == 0 ? "\nNothing is held back.\n"
                             : fmt::format("\n{}. Mend each where it comes from; the next run looks again.\n",
                                           counted(count, "finding", "findings")));
}

Exit list(Context& context, const Words& words) {
  const config::Configuration configuration = readable_configuration(context);
  if (!words.job.empty() && !configuration.job(words.job))
    throw WrongWords(fmt::format("no job is called {}; tilts status lists them", words.job));
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  words.json ? print_json(context, configuration, store, words.job)
             : print(context, configuration, store, words);
  return Exit::all_well;
}

}  // namespace

void add_findings(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("findings", "What is held back or to be looked at, and why");
  const auto words = std::make_shared<Words>();
  command->add_option("JOB", words->job, "Of this job alone");
  command->add_flag("--json", words->json, "For programs: {environment, municipality, findings: […]}");
  command->add_flag("--latvian", words->latvian, "The sentences in Latvian");
  command->footer(
      "Shows personal data: for the terminal of who may see it.\nExample: tilts findings residents "
      "--latvian");
  command->callback(
      [&context, words] { context.action = [&context, words] { return list(context, *words); }; });
}

}  // namespace tilts::cli
