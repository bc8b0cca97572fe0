// `tilts retention`: what is erased when its time has come, and what somebody holds.
#include "gateway/cli/retention.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/cli/because.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/submissions.h"
#include "gateway/cli/text.h"
#include "gateway/cli/with_store.h"

namespace tilts::cli {
namespace {

using store::Keeping;
using store::RetentionReport;
using Lines = std::vector<RetentionReport::Line>;

struct Words {
  std::string id, because;
  bool preview = false;
};

int64_t count(const Lines& lines, Keeping keeping) {
  int64_t sum = 0;
  for (const RetentionReport::Line& line : lines)
    if (line.keeping == keeping) sum += line.count;
  return sum;
}

std::vector<std::string> row(const std::string& name, const Lines& lines) {
  std::vector<std::string> cells{name};
  for (const Keeping keeping : {Keeping::due, Keeping::held, Keeping::not_looked_at, Keeping::not_settled})
    cells.push_back(grouped(count(lines, keeping)));
  return cells;
}

// Ids and the next step; nothing about anybody.
std::string fate(const RetentionReport::Line& line, const std::string& what, std::string_view look,
                 bool preview) {
  switch (line.keeping) {
    case Keeping::due:
      return fmt::format("{}: {}\n", preview ? "would be erased" : "erased", what);
    case Keeping::held:
      return fmt::format("held: {}\n", what);
    case Keeping::not_settled:
      return fmt::format("not settled: {}\n", what);
    case Keeping::not_looked_at:
      break;
  }
  return fmt::format("not looked at: {}; {} shows it\n", what, look);
}

void print(Context& context, const config::Configuration& configuration, const RetentionReport& report,
           bool preview) {
  context.out << heading(configuration) << "\n\n";
  Table table({"Class", preview ? "Would be erased" : "Erased", "Held", "Not looked at", "Not settled"});
  table.add(row("proofs", report.proofs));
  table.add(row("submissions", report.submissions));
  table.add({"audit rows", grouped(report.audit_rows), "0", "0", "0"});
  context.out << table.text(context.width) << '\n';
  for (const RetentionReport::Line& line : report.proofs)
    context.out << fate(
        line,
        fmt::format("{} of {}", counted(line.count, "proof", "proofs"), line.id.empty() ? "no run" : line.id),
        "tilts audit proof " + line.message_id, preview);
  for (const RetentionReport::Line& line : report.submissions)
    context.out << fate(line, "submission " + line.id, "tilts submissions show " + line.id, preview);
  if (!configuration.store.submissions_kept)
    context.out << "Submissions are kept: the configuration says no submissions-days.\n";
  if (!report.scrubbed)
    context.out << "The database's log still holds what was overwritten, for somebody was reading all the "
                   "time; the next run empties it.\n";
}

Exit preview(Context& context) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  print(context, configuration, store.retention(), true);
  return Exit::all_well;
}

Exit run(Context& context, const Words& words) {
  if (words.preview) return preview(context);
  return with_store(context, {"retention", "run"},
                    [](Context& here, const config::Configuration& configuration, store::Store& store,
                       const std::string& user) {
                      print(here, configuration, store.retain(user), false);
                      return Exit::all_well;
                    });
}

Exit hold(Context& context, const Words& words) {
  return with_store(
      context, {"retention", "hold", words.id, "--because=" + words.because},
      [words](Context& here, const config::Configuration&, store::Store& store, const std::string& user) {
        const store::Submission known = demand_whole_submission(store, words.id);
        audit_submission(here, store, known, user, "held");
        const bool done = store.write([&](store::Transaction& transaction) {
          return store.holds().put(transaction, known.id, user, words.because, here.clock.now());
        });
        if (!done) throw WrongWords(fmt::format("{} is held already; tilts retention holds", known.id));
        here.out << fmt::format(
            "{}: it, the other revisions of its case and their proofs are kept until tilts retention "
            "release {} --because TEXT\n",
            known.id, known.id);
        return Exit::all_well;
      });
}

Exit release(Context& context, const Words& words) {
  return with_store(
      context, {"retention", "release", words.id, "--because=" + words.because},
      [words](Context& here, const config::Configuration&, store::Store& store, const std::string& user) {
        const store::Submission known = demand_whole_submission(store, words.id);
        audit_submission(here, store, known, user, "released");
        const bool done = store.write([&](store::Transaction& transaction) {
          return store.holds().release(transaction, known.id, user, words.because, here.clock.now());
        });
        if (!done) throw WrongWords(fmt::format("nobody holds {}; tilts retention holds", known.id));
        here.out << fmt::format("{}: released; it is erased when its time has come\n", known.id);
        return Exit::all_well;
      });
}

Exit holds(Context& context) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  const WallClock wall(configuration);
  Table table({"Submission", "Since", "By", "Because"});
  for (const store::Hold& hold :
       store.read([&](store::Session& session) { return store.holds().standing(session); }))
    table.add({hold.submission, wall.minute(hold.since), hold.user, hold.because});
  context.out << heading(configuration) << "\n\n"
              << (table.empty() ? "Nothing is held.\n" : table.text(context.width));
  return Exit::all_well;
}

CLI::App* add_step(CLI::App& retention, const char* name, const char* help, Words& words,
                   const std::string& because) {
  CLI::App* command = retention.add_subcommand(name, help);
  command->add_option("ID", words.id, "The submission; tilts submissions lists them")->required();
  add_because(*command, words.because, because);
  return command;
}

}  // namespace

std::string retention_sentence(const RetentionReport& report) {
  const int64_t proofs = count(report.proofs, Keeping::due);
  const int64_t submissions = count(report.submissions, Keeping::due);
  if (proofs + submissions + report.audit_rows == 0) return {};
  return fmt::format("retention: {}, {} and {} erased; tilts retention run --preview says what is kept back",
                     counted(proofs, "proof", "proofs"), counted(submissions, "submission", "submissions"),
                     counted(report.audit_rows, "row of the audit", "rows of the audit"));
}

void add_retention_steps(CLI::App& retention, Context& context) {
  const auto words = std::make_shared<Words>();
  CLI::App* now = retention.add_subcommand("run", "Erase what is past its time, as the daemon does daily");
  if (!context.served)
    now->add_flag("--preview", words->preview, "Say what would be erased, and change nothing");
  now->footer("Names ids alone.\nExample: tilts retention run --preview");
  now->callback([&context, words] { context.action = [&context, words] { return run(context, *words); }; });

  CLI::App* held = add_step(retention, "hold", "Keep a submission, whatever its time", *words,
                            "Who asked for it to be kept, and why; kept with your user name");
  held->footer("Example: tilts retention hold 4f1c22a90b37 --because \"court case C-12, letter of 3 May\"");
  held->callback([&context, words] { context.action = [&context, words] { return hold(context, *words); }; });

  CLI::App* released = add_step(retention, "release", "End a hold: its time counts again", *words,
                                "Why it need not be kept any more; kept with your user name");
  released->callback(
      [&context, words] { context.action = [&context, words] { return release(context, *words); }; });
}

void add_retention(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("retention", "What is erased when, and what somebody holds");
  command->require_subcommand(1);
  add_retention_steps(*command, context);
  CLI::App* list = command->add_subcommand("holds", "What is held, since when and why");
  list->callback([&context] { context.action = [&context] { return holds(context); }; });
}

}  // namespace tilts::cli
