#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/cli/because.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string because;
};

Exit accept_with(Context& context, store::Store& store, const Words& words, const std::string& user) {
  const int64_t ended = store.write([&](store::Transaction& transaction) {
    return store.submissions().accept(transaction, user, words.because, context.clock.now());
  });
  if (ended == 0) throw WrongWords("the send journal and the store fit together; there is nothing to accept");
  context.out << "accepted; what is new is sent without being asked about first\n";
  return Exit::all_well;
}

Exit accept(Context& context, const Words& words) {
  if (const Served* desk = context.served) return accept_with(context, desk->store, words, desk->user);
  const config::Configuration configuration = readable_configuration(context);
  if (const auto exit =
          hand_over(context, configuration, {"restore", "accept", "--because=" + words.because}))
    return *exit;
  store::Store store(store_settings(configuration), context.clock);
  return accept_with(context, store, words, operating_system_user());
}

}  // namespace

void add_restore(CLI::App& app, Context& context) {
  CLI::App* restore = app.add_subcommand("restore", "After a backup was put back")->require_subcommand(1);
  CLI::App* command =
      restore->add_subcommand("accept", "The send journal is lost, and it is known what was sent");
  const auto words = std::make_shared<Words>();
  add_because(*command, words->because, "How you know; kept with your user name");
  command->footer(
      "Until then every submission is asked about before its first send, which is slow and safe.\n"
      "Example: tilts restore accept --because \"nothing was entered since the backup, asked SIVA\"");
  command->callback(
      [&context, words] { context.action = [&context, words] { return accept(context, *words); }; });
}

}  // namespace tilts::cli
