// The command line. One file a command: add_NAME() declares it on the application and, when the words name
// it, leaves what is to be done in Context::action. Nothing here decides anything: a command calls a room and
// prints.
#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

#include "gateway/base/clock.h"

namespace CLI {
class App;
}

namespace tilts::cli {

// What a command tells cron and the monitoring (docs/operating.md#exit-codes).
enum class Exit : int {
  all_well = 0,
  refused = 1,  // `tilts verify` and `tilts evidence verify` alone
  usage = 2,
  held_back = 3,      // delivered, with something held back
  waiting = 4,        // for a person's approval
  untrusted = 5,      // an answer that may not be believed
  unreachable = 6,    // the registry, or it said no; the next run carries on
  bug = 70,           // EX_SOFTWARE
  configuration = 78  // EX_CONFIG
};

// What somebody typed names nothing here: exit code 2. One sentence.
class WrongWords : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Served;

// Everything a command may touch of the outside, so that a test can be the outside. Lives as long as main().
struct Context {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Clock clock = Clock::system();
  bool terminal = false;  // `out` is a terminal: progress may be redrawn
  size_t width = 80;      // of that terminal, in places
  bool asks = false;      // `in` is a terminal: somebody can be asked
  std::string
      configuration_file;        // as given by --configuration; empty: ./tilts.xml, then /etc/tilts/tilts.xml
  std::function<Exit()> action;  // set by the command that was named
  // In the daemon, for a command that handed its words over: what to do the work with.
  const Served* served = nullptr;
};

void add_adapters(CLI::App& app, Context& context);
void add_alarms(CLI::App& app, Context& context);
void add_approve(CLI::App& app, Context& context);
void add_audit(CLI::App& app, Context& context);
void add_audit_proof(CLI::App& audit, Context& context);
void add_backup(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);
void add_evidence(CLI::App& app, Context& context);
void add_evidence_export(CLI::App& evidence, Context& context);
void add_findings(CLI::App& app, Context& context);
void add_init(CLI::App& app, Context& context);
void add_restore(CLI::App& app, Context& context);
void add_retention(CLI::App& app, Context& context);
// Its words that write: the daemon takes them too.
void add_retention_steps(CLI::App& retention, Context& context);
void add_run(CLI::App& app, Context& context);
void add_runs(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_submissions(CLI::App& app, Context& context);
// Its words that write: the daemon takes them too.
void add_submission_steps(CLI::App& submissions, Context& context);
void add_submit(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);

// Reads the words and does what they say. Every error ends here as one sentence on `err` and an exit code.
int program(int argc, const char* const* argv, Context& context);

}  // namespace tilts::cli
