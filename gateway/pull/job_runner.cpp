#include "gateway/pull/job_runner.h"

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <set>

#include <Poco/Logger.h>
#include <fmt/format.h>

#include "gateway/config/configuration.h"
#include "gateway/pull/deliverer.h"
#include "gateway/pull/night.h"
#include "gateway/pull/sentence.h"
#include "gateway/registries/registries.h"
#include "gateway/store/store.h"

namespace tilts::pull {
namespace {

constexpr int64_t silent_runs_at_most = 2;
constexpr auto last_word = std::chrono::seconds{10};

Time written(const std::filesystem::path& file) {
  std::error_code none;
  const auto time = std::filesystem::last_write_time(file, none);
  if (none) return {};
  return std::chrono::time_point_cast<Time::duration>(std::chrono::file_clock::to_sys(time));
}

struct Turns {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::set<std::string> running;  // jobs
};

}  // namespace

struct JobRunner::Inside : AdapterMarks {
  Inside(const config::Configuration& configuration_, store::Store& store_,
         registries::Registries& registries_, Clock clock_)
      : configuration(configuration_),
        store(store_),
        registries(registries_),
        clock(std::move(clock_)),
        watchdog(configuration.adapter_silence, [this](const std::string& adapter) { silent(adapter); }) {}

  void entered(const std::string& adapter, const std::string& run) override {
    const std::scoped_lock lock(mutex);
    active[run] = adapter;
  }
  void left(const std::string& run) override {
    const std::scoped_lock lock(mutex);
    active.erase(run);
  }

  // On the watchdog's thread. The adapter's thread cannot be stopped, so the process is: the run says which
  // adapter it was, systemd starts again.
  [[noreturn]] void silent(const std::string& adapter) {
    const std::string sentence = fmt::format(
        "adapter {}: it did not call the gateway for {} s, the process was ended; report it to the adapter's "
        "author",
        adapter, configuration.adapter_silence.count());
    Poco::Logger::get("pull").fatal(sentence);
    const std::scoped_lock lock(mutex);
    for (const auto& [run, its_adapter] : active) {
      if (its_adapter != adapter) continue;
      auto told = store.post([&](store::Transaction& transaction) {
        store.runs().mark_silent(transaction, run, sentence, clock.now());
      });
      told.wait_for(last_word);  // a store that hangs too must not keep the process alive
    }
    std::_Exit(exit_code(RunState::bug));
  }

  const config::JobSettings& job(const std::string& name) const {
    const config::JobSettings* found = configuration.job(name);
    if (!found)
      throw Error(Code::config,
                  "job " + name + ": the configuration has none of this name; `tilts status` lists them");
    return *found;
  }

  std::string why_not_again(const config::JobSettings& job) const;
  std::optional<RunReport> finish_plan(const store::Plan& plan, bool give_up);
  void finish_plans(const std::string& job, bool give_up, std::vector<RunReport>& reports);

  const config::Configuration& configuration;
  store::Store& store;
  registries::Registries& registries;
  const Clock clock;
  Turns turns;
  std::mutex mutex;
  std::map<std::string, std::string> active;  // run to the adapter whose code runs
  host::Watchdog watchdog;
};

namespace {

// A job runs once at a time.
class OneAtATime {
 public:
  OneAtATime(Turns& turns, std::string job) : OneAtATime(turns, std::move(job), false, {}) {}
  // One that waits gives up when it is stopped.
  OneAtATime(Turns& turns, std::string job, bool waits, const std::stop_token& stop)
      : turns_(turns), job_(std::move(job)) {
    std::unique_lock lock(turns_.mutex);
    if (waits) turns_.ended.wait(lock, stop, [this] { return !turns_.running.contains(job_); });
    if (!turns_.running.insert(job_).second)
      throw Error(Code::config, "job " + job_ + ": it runs already; wait until it has ended");
  }
  ~OneAtATime() {
    const std::scoped_lock lock(turns_.mutex);
    turns_.running.erase(job_);
    turns_.ended.notify_all();
  }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;

 private:
  Turns& turns_;
  const std::string job_;
};

RunReport report_of(const store::Run& run, RunState state) {
  RunReport report;
  report.run = run.id;
  report.job = run.job;
  report.state = state;
  report.preview = run.state == store::RunState::preview;
  report.sentence = run.sentence;
  report.counts.asked = run.counts.asked;
  report.counts.records = run.counts.received;
  report.counts.adds = run.counts.added;
  report.counts.changes = run.counts.changed;
  report.counts.removals = run.counts.removed;
  report.counts.deaths = run.counts.deaths;
  report.counts.moved = run.counts.moved;
  report.counts.changed_codes = run.counts.codes_changed;
  report.counts.held_records = run.counts.held;
  report.counts.pages = run.counts.pages;
  return report;
}

// What failed before its plan was made, failed: that the plan is delivered does not mend it.
RunState after_delivery(const store::Run& run, const Deliverer::Outcome& outcome) {
  if (!outcome.failed.empty()) return run_state(outcome.failed);
  return run.counts.held > 0 ? RunState::done_held_back : RunState::done;
}

std::string rows_delivered(const std::vector<Delivered>& deliveries) {
  std::string text;
  for (const Delivered& delivery : deliveries)
    text += fmt::format("{}{} rows to {}", text.empty() ? "" : ", ", delivery.rows, delivery.place);
  return text;
}

}  // namespace

// An adapter that was silent twice is not started a third time; a mended one, whose library is newer, is.
std::string JobRunner::Inside::why_not_again(const config::JobSettings& settings) const {
  std::optional<store::Run> last;
  const int64_t silent_runs = store.read([&](store::Session& session) {
    last = store.runs().last(session, settings.name);
    return store.runs().silent_in_a_row(session, settings.name);
  });
  if (silent_runs < silent_runs_at_most || !last) return {};
  const config::RegistrySettings* registry = configuration.registry(settings.registry);
  const auto library = std::filesystem::path(configuration.adapters_folder) /
                       host::Library::file_name(registry ? registry->adapter : "");
  if (written(library) > last->ended.value_or(last->started)) return {};
  return fmt::format(
      "job {}: adapter {} fell silent in the last {} runs and is not started again; install a mended {}",
      settings.name, registry ? registry->adapter : "", silent_runs, library.string());
}

// A plan whose delivery was interrupted: what is missing is delivered now.
std::optional<RunReport> JobRunner::Inside::finish_plan(const store::Plan& plan, bool give_up) {
  Deliverer deliverer(configuration, store);
  const Deliverer::Outcome outcome = deliverer.deliver(plan.run);
  const auto run = store.read([&](store::Session& session) { return store.runs().find(session, plan.run); });
  if (!run) return std::nullopt;
  RunReport report = report_of(*run, RunState::done);
  report.deliveries = outcome.deliveries;
  if (!outcome.problem) {
    report.state = after_delivery(*run, outcome);
    report.sentence = fmt::format("job {}: its delivery was interrupted and is complete now: {}", plan.job,
                                  rows_delivered(outcome.deliveries));
  } else {
    report.state = run_state(outcome.problem->code());
    report.sentence = fmt::format("job {}: its delivery was interrupted and still cannot be completed: {}",
                                  plan.job, outcome.problem->what());
    if (give_up) deliverer.give_up(plan.run);
  }
  write_end(store, report, clock.now());
  Poco::Logger::get("pull").information(fmt::format("run {}: {}", report.run, report.sentence));
  return report;
}

void JobRunner::Inside::finish_plans(const std::string& job_name, bool give_up,
                                     std::vector<RunReport>& reports) {
  const auto plans = store.read([&](store::Session& session) { return store.plans().open(session); });
  for (const store::Plan& plan : plans) {
    if (plan.state != store::PlanState::delivering || (!job_name.empty() && plan.job != job_name)) continue;
    try {
      if (auto report = finish_plan(plan, give_up)) reports.push_back(std::move(*report));
    } catch (const Error& error) {
      Poco::Logger::get("pull").error(fmt::format("run {}: {}", plan.run, error.what()));
    }
  }
}

JobRunner::JobRunner(const config::Configuration& configuration, store::Store& store,
                     registries::Registries& registries, Clock clock)
    : inside_(std::make_unique<Inside>(configuration, store, registries, std::move(clock))) {}

JobRunner::~JobRunner() = default;

RunReport JobRunner::run(const std::string& job_name, const RunOptions& options) {
  const config::JobSettings& job = inside_->job(job_name);
  RunReport refused;
  refused.job = job_name;
  refused.preview = options.preview;
  // Whoever runs a job by hand a minute before its time must not make the night fail.
  std::optional<OneAtATime> one;
  try {
    one.emplace(inside_->turns, job_name, options.occurrence.has_value(), options.stop);
  } catch (const Error&) {
    if (!options.stop.stop_requested()) throw;
    refused.state = RunState::interrupted;
    refused.sentence = "job " + job_name + ": stopped before it began; the next run carries on";
    return refused;
  }
  try {
    refused.sentence = inside_->why_not_again(job);
    refused.state = RunState::bug;
    if (!refused.sentence.empty()) return refused;
    std::vector<RunReport> finished;
    if (!options.preview) inside_->finish_plans(job_name, true, finished);
    Night night(inside_->configuration, job, inside_->store, inside_->registries, inside_->watchdog, *inside_,
                inside_->clock, options);
    return night.pass();
  } catch (const Error& error) {
    refused.state = run_state(error.code());
    refused.sentence = "job " + job_name + ": " + error.what();
    return refused;
  }
}

RunReport JobRunner::approve(const std::string& run, const Approval& approval,
                             const std::string& plan_sha256) {
  store::Store& store = inside_->store;
  std::optional<store::Plan> plan;
  std::optional<store::Run> waiting;
  store.read([&](store::Session& session) {
    plan = store.plans().find(session, run);
    waiting = store.runs().find(session, run);
  });
  if (!plan || !waiting || plan->state != store::PlanState::waiting)
    throw Error(Code::config, "run " + run + ": it waits for nothing; `tilts runs` names those that do");
  if (approval.because.empty())
    throw Error(Code::config, "run " + run + ": a reason is missing; say --because …");
  const OneAtATime one(inside_->turns, plan->job);
  store.write([&](store::Transaction& transaction) {
    store.plans().deliver(transaction, run, plan_sha256.empty() ? plan->sha256 : plan_sha256, approval.user,
                          approval.because);
  });

  RunReport report = report_of(*waiting, RunState::done);
  report.plan = plan->sha256;
  Deliverer deliverer(inside_->configuration, store);
  const Deliverer::Outcome outcome = deliverer.deliver(run);
  report.deliveries = outcome.deliveries;
  if (outcome.problem)
    report.state = run_state(outcome.problem->code());
  else
    report.state = after_delivery(*waiting, outcome);
  report.sentence = fmt::format("job {}: approved by {} and delivered: {}{}", report.job, approval.user,
                                rows_delivered(outcome.deliveries),
                                outcome.problem ? std::string("; ") + outcome.problem->what() : "");
  write_end(store, report, inside_->clock.now());
  Poco::Logger::get("pull").information(fmt::format("run {}: {}", run, report.sentence));
  return report;
}

std::vector<RunReport> JobRunner::repair() {
  store::Store& store = inside_->store;
  std::vector<RunReport> reports;
  const Time now = inside_->clock.now();
  for (const store::Run& run :
       store.write([&](store::Transaction& transaction) { return store.runs().interrupt(transaction, now); }))
    reports.push_back(
        report_of(run, run.state == store::RunState::preview ? RunState::preview : RunState::interrupted));
  for (const config::JobSettings& job : inside_->configuration.jobs)
    for (const OpenDelivery& delivery : open_deliveries(inside_->configuration, job, {}).open)
      for (const std::string& sentence : delivery.writer->repair())
        Poco::Logger::get("pull").information("target " + delivery.target + ": " + sentence);
  inside_->finish_plans("", false, reports);
  return reports;
}

}  // namespace tilts::pull
