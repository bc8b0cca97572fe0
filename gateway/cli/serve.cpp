#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <Poco/Util/ServerApplication.h>
#include <fmt/format.h>

#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/repaired.h"
#include "gateway/cli/retention.h"
#include "gateway/cli/service_desk.h"
#include "gateway/cli/signals.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"
#include "gateway/pull/deliveries.h"
#include "gateway/pull/job_runner.h"
#include "gateway/push/submission_runner.h"
#include "gateway/registries/registries.h"
#include "gateway/schedule/scheduler.h"

namespace tilts::cli {
namespace {

std::vector<schedule::PlannedJob> planned_jobs(const config::Configuration& configuration) {
  std::vector<schedule::PlannedJob> jobs;
  for (const config::JobSettings& job : configuration.jobs)
    if (job.schedule) jobs.push_back({job.name, job.registry, *job.schedule, job.operation});
  return jobs;
}

// Everything the daemon holds, in the order in which it starts; it stops in the reverse order.
class Daemon final : public Poco::Util::ServerApplication {
 public:
  explicit Daemon(Context& context) : context_(context) {}

  // Poco would turn every exception into the code 70 and a line of its own.
  void serve() {
    static char name[] = "tilts";
    char* words[] = {name, nullptr};
    run(1, words);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  int main(const std::vector<std::string>&) override {
    try {
      work();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return EXIT_OK;
  }

  void work() {
    // Before the first thread, so that every one of them inherits the mask.
    const Signals signals;
    const config::Configuration configuration = sound_configuration(context_);
    const exchange::Libraries libraries;
    store::Store store(store_settings(configuration), context_.clock);
    schedule::Bell bell(
        store, configuration.alarm_command, "tilts " + heading(configuration),
        [this](const std::string& line) { context_.err << line << std::endl; }, context_.clock);
    registries::Registries registries(configuration, context_.clock);
    pull::demand_deliveries(configuration, registries);
    pull::JobRunner runner(configuration, store, registries, context_.clock);
    tell_repaired(runner.repair(), bell);

    schedule::Planner planner(planned_jobs(configuration), store, bell, context_.clock.now());
    schedule::Duties duties;
    duties.run = [&](const schedule::Due& due, std::stop_token stop) {
      bell.note(fmt::format("job {}: starts, planned for {}", due.job, to_text(due.planned)));
      pull::RunOptions options;
      options.occurrence = due.planned;
      options.stop = std::move(stop);
      pull::RunReport report = runner.run(due.job, options);
      bell.note(report.sentence);
      announce(registries.at(configuration.job(due.job)->registry), bell);
      return report;
    };
    duties.daily = [&] {
      if (const std::string sentence = retention_sentence(store.retain("daemon")); !sentence.empty())
        bell.note(sentence);
      announce(configuration, bell);
    };
    schedule::Scheduler scheduler(planner, bell, duties, configuration.heartbeat, context_.clock);
    bell.note(fmt::format("tilts {}: {}: serving {}", TILTS_VERSION, heading(configuration),
                          counted(static_cast<int64_t>(configuration.jobs.size()), "job", "jobs")));
    std::unique_ptr<push::SubmissionRunner> submissions;
    if (!configuration.intakes.empty())
      submissions =
          std::make_unique<push::SubmissionRunner>(configuration, store, registries, context_.clock);
    {
      const std::jthread submitting = serve_submissions(submissions.get(), bell, signals.token());
      const ServiceDesk desk(
          desk_file(configuration), setup_of(configuration),
          [&](const ServiceDesk::Request& request, std::ostream& out, std::ostream& err,
              const std::stop_token& stop) {
            bell.note(fmt::format("tilts {} for {}", request.words.empty() ? "" : request.words.front(),
                                  request.user));
            return work_for(request, {configuration, runner, store, submissions.get(), request.user, stop},
                            out, err);
          },
          signals.token());
      scheduler.serve(signals.token());
    }
    bell.note("stopped; what was open carries on at the next start");
  }

  // Round after round, until told to stop. What stands rings.
  static std::jthread serve_submissions(push::SubmissionRunner* submissions, schedule::Bell& bell,
                                        std::stop_token stop) {
    if (submissions == nullptr) return {};
    return std::jthread([submissions, &bell, stop = std::move(stop)] {
      std::mutex mutex;
      std::condition_variable_any wake;
      while (!stop.stop_requested()) {
        const push::SubmissionRunner::Told told = submissions->round(stop);
        for (const std::string& sentence : told.happened) bell.note(sentence);
        bell.announce("submissions", told.standing);
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, submissions->every(), [] { return false; });
      }
    });
  }

  // A command's words, with the daemon's things; what it prints goes to whoever typed it.
  int work_for(const ServiceDesk::Request& request, const Served& served, std::ostream& out,
               std::ostream& err) const {
    std::istringstream nothing;
    Context context{.in = nothing, .out = out, .err = err, .clock = context_.clock};
    context.terminal = request.terminal;
    context.width = request.width;
    context.served = &served;
    std::vector<const char*> words{"tilts"};
    for (const std::string& word : request.words) words.push_back(word.c_str());
    return program(static_cast<int>(words.size()), words.data(), context);
  }

  // Files that were replaced and cannot be used, before those that still are in use end.
  static void announce(const registries::Registry& registry, schedule::Bell& bell) {
    bell.announce("registry " + registry.settings.name, registry.problems());
  }

  // What ends soon is announced every day, before it ends.
  void announce(const config::Configuration& configuration, schedule::Bell& bell) {
    const config::Loaded now = config::load(configuration.file, context_.clock.now());
    std::vector<std::string> sentences;
    for (const auto* list : {&now.problems, &now.notices})
      for (const config::Problem& problem : *list) sentences.push_back(problem.text());
    bell.announce("configuration", sentences);
  }

  Context& context_;
  std::exception_ptr failure_;
};

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("serve", "The daemon: runs every job at its time");
  command->footer(
      "SIGTERM finishes the page and stops. Logs to standard error; systemd keeps the journal.\n"
      "Example: systemctl start tilts");
  command->callback([&context] {
    context.action = [&context] {
      Daemon(context).serve();
      return Exit::all_well;
    };
  });
}

}  // namespace tilts::cli
