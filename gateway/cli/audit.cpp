#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/cli/json.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/mapping/personas_kods.h"

namespace tilts::cli {
namespace {

// What is typed is not seen by who looks over a shoulder.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

// Never an argument: those stand in the process list and in the shell's history.
std::string ask_for_code(Context& context) {
  std::string line;
  if (context.asks) {
    context.err << "Personas kods (not shown): " << std::flush;
    const NoEcho silence;
    std::getline(context.in, line);
    context.err << '\n';
  } else {
    std::getline(context.in, line);
  }
  line.erase(line.find_last_not_of(" \t\r") + 1);
  const std::optional<std::string> code = mapping::normalise_personas_kods(line);
  if (!code)
    throw WrongWords("that is not a personas kods: 11 digits, with or without a hyphen after the sixth");
  return *code;
}

Exit subject(Context& context, bool json) {
  const config::Configuration configuration = readable_configuration(context);
  const std::string code = ask_for_code(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  const auto looks =
      store.read([&](store::Session& session) { return store.audit().subject(session, code); });
  if (json) {
    Poco::JSON::Array array;
    for (const store::Look& look : looks) {
      Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
      object.set("asked", to_text(look.asked));
      object.set("by", look.actor);
      object.set("legal_basis", look.legal_basis);
      object.set("registry", look.registry);
      object.set("operation", look.operation);
      object.set("run", look.run);
      object.set("outcome", look.outcome);
      object.set("message_ids", look.message_ids);
      array.add(object);
    }
    print_json_list(context, configuration, "looks", array);
    return Exit::all_well;
  }
  context.out << heading(configuration) << "\n\n";
  if (looks.empty()) {
    context.out << "Nobody asked about this person through this gateway.\n";
    return Exit::all_well;
  }
  const WallClock wall(configuration);
  Table table({"Asked", "By", "Legal basis", "Registry", "Operation", "Outcome"});
  for (const store::Look& look : looks)
    table.add({wall.minute(look.asked), look.actor, look.legal_basis, look.registry, look.operation,
               look.outcome.empty() ? "no answer" : look.outcome});
  context.out << table.text(120)
              << fmt::format("\n{}.\n", counted(static_cast<int64_t>(looks.size()), "look-up", "look-ups"));
  return Exit::all_well;
}

Exit verify(Context& context) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  const store::AuditReport report = store.verify_audit();
  context.out << heading(configuration) << "\n\n";
  for (const std::string& defect : report.defects) context.err << defect << '\n';
  context.out << fmt::format("{} in {}, {} by retention, {} and {} compared.\n",
                             counted(report.rows, "row", "rows"), counted(report.chains, "chain", "chains"),
                             counted(report.purged, "emptied", "emptied"),
                             counted(report.evidence, "proof", "proofs"),
                             counted(report.checkpoints, "signed checkpoint", "signed checkpoints"));
  if (report.defects_found == 0) {
    context.out << "The audit is as it was written.\n";
    return Exit::all_well;
  }
  context.err << fmt::format(
      "The audit was changed: {}. Keep the store as it is and look at who could write to it.\n",
      counted(report.defects_found, "place", "places"));
  return Exit::untrusted;
}

}  // namespace

void add_audit(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("audit", "Who looked at whom, when and why");
  command->require_subcommand(1);
  CLI::App* of_subject = command->add_subcommand("subject", "Every look-up of one person");
  const auto json = std::make_shared<bool>(false);
  of_subject->add_flag("--json", *json, "For programs: {environment, municipality, looks: […]}");
  of_subject->footer(
      "By any code the person has or had. The personas kods is asked for, or read from standard input; it is "
      "never an argument.\n"
      "Example: tilts audit subject");
  of_subject->callback(
      [&context, json] { context.action = [&context, json] { return subject(context, *json); }; });
  add_audit_proof(*command, context);
  CLI::App* verification = command->add_subcommand("verify", "Prove that nothing was changed afterwards");
  verification->footer("Ends with 0 when the audit is whole, 5 when it was changed.");
  verification->callback([&context] { context.action = [&context] { return verify(context); }; });
}

}  // namespace tilts::cli
