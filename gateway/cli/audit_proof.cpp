#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"

namespace tilts::cli {
namespace {

struct Words {
  std::string message_id;
  bool request = false;
};

// Reading it is a look at whoever it is about: it stands in the audit before the first byte is shown.
Exit show(Context& context, store::Store& store, const Words& words, const std::string& user) {
  const auto proof =
      store.read([&](store::Session& session) { return store.evidence().find(session, words.message_id); });
  if (!proof)
    throw WrongWords("no proof of that message is kept: it may be past its days, or never have left");
  const std::string& bytes = words.request ? proof->request : proof->response;
  if (bytes.empty()) throw WrongWords("no answer came to that message; --request shows what was sent");
  store.write([&](store::Transaction& transaction) {
    store::Asked asked{user, "", proof->registry, "proof read", proof->run, {}};
    if (proof->subject != 0) asked.codes = store.subjects().codes(transaction, proof->subject);
    const auto ids = store.audit().asked(transaction, {asked}, context.clock.now());
    store.audit().answered(transaction, {{ids.at(0), "shown", {words.message_id}, ""}}, context.clock.now());
    // One of the two knows that id.
    store.runs().looked(transaction, proof->run, context.clock.now());
    store.submissions().looked(transaction, proof->run, context.clock.now());
  });
  context.out << bytes;
  return Exit::all_well;
}

Exit proof(Context& context, const Words& words) {
  if (const Served* desk = context.served) return show(context, desk->store, words, desk->user);
  const config::Configuration configuration = readable_configuration(context);
  std::vector<std::string> handed{"audit", "proof", words.message_id};
  if (words.request) handed.emplace_back("--request");
  if (const auto exit = hand_over(context, configuration, handed)) return *exit;
  store::Store store(store_settings(configuration), context.clock);
  return show(context, store, words, operating_system_user());
}

}  // namespace

void add_audit_proof(CLI::App& audit, Context& context) {
  CLI::App* command = audit.add_subcommand("proof", "One message of an exchange, as it came or was sent");
  const auto words = std::make_shared<Words>();
  command
      ->add_option("MESSAGE-ID", words->message_id,
                   "Of our request; sentences and tilts audit subject --json name it")
      ->required();
  command->add_flag("--request", words->request, "What we sent, instead of what came back");
  command->footer(
      "Shows personal data, byte for byte, on standard output; that you looked stands in the audit.\n"
      "Example: tilts audit proof urn:uuid:4f1c… > answer.xml; tilts verify --profile profile.xml "
      "answer.xml");
  command->callback(
      [&context, words] { context.action = [&context, words] { return proof(context, *words); }; });
}

}  // namespace tilts::cli
