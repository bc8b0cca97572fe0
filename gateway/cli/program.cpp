#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/command.h"

namespace tilts::cli {
namespace {

Exit exit_of(Code code) {
  switch (code) {
    case Code::config:
      return Exit::configuration;
    case Code::transient:
    case Code::declined:
    case Code::unknown:
      return Exit::unreachable;
    case Code::untrusted:
      return Exit::untrusted;
    case Code::bug:
      break;
  }
  return Exit::bug;
}

// In the order of a first day, then of every day after.
void add_all(CLI::App& app, Context& context) {
  add_init(app, context);
  add_check(app, context);
  add_run(app, context);
  add_serve(app, context);
  add_status(app, context);
  add_runs(app, context);
  add_findings(app, context);
  add_approve(app, context);
  add_submit(app, context);
  add_submissions(app, context);
  add_alarms(app, context);
  add_adapters(app, context);
  add_audit(app, context);
  add_verify(app, context);
  add_evidence(app, context);
  add_backup(app, context);
  add_restore(app, context);
  add_retention(app, context);
  add_completion(app, context);
}

// What the daemon does for others: nothing else may come over its socket.
void add_handed(CLI::App& app, Context& context) {
  add_run(app, context);
  add_approve(app, context);
  add_submit(app, context);
  add_submission_steps(*app.add_subcommand("submissions", "")->require_subcommand(1), context);
  add_restore(app, context);
  add_retention_steps(*app.add_subcommand("retention", "")->require_subcommand(1), context);
  add_evidence_export(*app.add_subcommand("evidence", "")->require_subcommand(1), context);
  add_audit_proof(*app.add_subcommand("audit", "")->require_subcommand(1), context);
}

constexpr const char* footer = R"(Exit codes
   0  all well                          5  an answer that is not to be trusted
   3  delivered, something held back    6  registry not reached, or it said no
   4  waits for a person's approval    70  a defect of the program or an adapter
   2  wrong words on the command line  78  the configuration

tilts COMMAND --help says what a command does and gives an example.
)";

}  // namespace

int program(int argc, const char* const* argv, Context& context) {
  CLI::App app(
      "Tilts carries records from state registries to the municipality's own systems.\n"
      "Without a command it shows what is going on and what to do next.\n",
      "tilts");
  app.footer(footer);
  app.set_version_flag("--version", TILTS_VERSION);
  app.add_option("--configuration", context.configuration_file, "Else ./tilts.xml, then /etc/tilts/tilts.xml")
      ->type_name("FILE");
  app.require_subcommand(context.served ? 1 : 0, 1);
  app.get_formatter()->column_width(24);

  context.served ? add_handed(app, context) : add_all(app, context);
  for (CLI::App* command : app.get_subcommands(nullptr)) {
    command->fallthrough();
    for (CLI::App* part : command->get_subcommands(nullptr)) part->fallthrough();
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    // Never quoted: it may be the personas kods that somebody typed where it must not stand.
    context.err << "tilts: more words than the command takes; see --help\n";
    return static_cast<int>(Exit::usage);
  } catch (const CLI::ParseError& words) {
    return app.exit(words, context.out, context.err) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  try {
    const Exit exit = context.action();
    context.out.flush();
    return static_cast<int>(exit);
  } catch (const WrongWords& words) {
    context.err << "tilts: " << words.what() << '\n';
    return static_cast<int>(Exit::usage);
  } catch (const Error& error) {
    context.err << "tilts: " << error.what() << '\n';
    return static_cast<int>(exit_of(error.code()));
  } catch (const std::exception& surprise) {
    context.err << fmt::format("tilts: {}; this is a defect of the program, please report it\n",
                               surprise.what());
    return static_cast<int>(Exit::bug);
  }
}

}  // namespace tilts::cli
