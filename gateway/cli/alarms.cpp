#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/cli/json.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

struct Words {
  bool all = false;
  bool json = false;
};

constexpr size_t newest = 100;

void print_json(Context& context, const config::Configuration& configuration,
                const std::vector<store::Alarm>& alarms) {
  Poco::JSON::Array array;
  for (const store::Alarm& alarm : alarms) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("alarm", alarm.number);
    object.set("about", alarm.subject);
    object.set("sentence", alarm.sentence);
    object.set("raised", to_text(alarm.raised));
    object.set("last", to_text(alarm.last));
    object.set("times", alarm.times);
    object.set("stands", alarm.cleared_by.empty());
    if (!alarm.cleared_by.empty()) object.set("cleared_by", alarm.cleared_by);
    array.add(object);
  }
  print_json_list(context, configuration, "alarms", array);
}

void print(Context& context, const config::Configuration& configuration,
           const std::vector<store::Alarm>& alarms) {
  const WallClock wall(configuration);
  context.out << heading(configuration) << "\n\n";
  for (const store::Alarm& alarm : alarms) {
    const std::string often = alarm.times > 1
                                  ? fmt::format(", {} times until {}", alarm.times, wall.minute(alarm.last))
                                  : std::string();
    context.out << fmt::format("{}{}{}\n  {}\n", wall.minute(alarm.raised), often,
                               alarm.cleared_by.empty() ? "" : ", ended by " + alarm.cleared_by,
                               alarm.sentence);
  }
  if (alarms.empty()) context.out << "No alarm stands.\n";
}

Exit list(Context& context, const Words& words) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  const auto alarms = store.read([&](store::Session& session) {
    return words.all ? store.alarms().list(session, newest) : store.alarms().standing(session);
  });
  words.json ? print_json(context, configuration, alarms) : print(context, configuration, alarms);
  return Exit::all_well;
}

}  // namespace

void add_alarms(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("alarms", "What rang and still stands");
  const auto words = std::make_shared<Words>();
  command->add_flag("--all", words->all, "Those that ended too, the newest hundred");
  command->add_flag("--json", words->json, "For programs: {environment, municipality, alarms: […]}");
  command->footer("An alarm ends by itself when its cause is gone.\nExample: tilts alarms --all");
  command->callback(
      [&context, words] { context.action = [&context, words] { return list(context, *words); }; });
}

}  // namespace tilts::cli
