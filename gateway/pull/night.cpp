#include "gateway/pull/night.h"

#include <Poco/Logger.h>
#include <fmt/format.h>

#include "gateway/pull/sentence.h"

namespace tilts::pull {
namespace {

store::RunState stored_state(const RunReport& report) {
  if (report.preview) return store::RunState::preview;
  switch (report.state) {
    case RunState::done:
      return store::RunState::done;
    case RunState::done_held_back:
      return store::RunState::done_held;
    case RunState::parked:
      return store::RunState::parked;
    case RunState::waiting:
      return store::RunState::waiting;
    case RunState::interrupted:
      return store::RunState::interrupted;
    default:
      return store::RunState::failed;
  }
}

store::Run::Counts stored_counts(const RunReport& report) {
  const Counts& counts = report.counts;
  store::Run::Counts stored;
  stored.asked = counts.asked;
  stored.received = counts.records;
  stored.added = counts.adds;
  stored.changed = counts.changes;
  stored.removed = counts.removals;
  stored.deaths = counts.deaths;
  stored.moved = counts.moved;
  stored.codes_changed = counts.changed_codes;
  stored.held = counts.held_records + counts.held_fields;
  stored.findings = counts.held_records + counts.held_fields;
  stored.pages = counts.pages;
  for (const Delivered& delivery : report.deliveries) stored.delivered += delivery.rows;
  return stored;
}

// Whoever started it: a run that went well ends what stands about its job, and an alarm about a plan that
// waits ends with the plan.
void settle_alarms(const store::Store& store, store::Transaction& transaction, const RunReport& report,
                   Time now) {
  if (report.preview) return;
  const std::string subject = store::about_job(report.job), run = "run " + report.run;
  if (report.state == RunState::done || report.state == RunState::done_held_back) {
    store.alarms().clear(transaction, subject, run + ", which went well", now);
    return;
  }
  for (const store::Plan& plan : store.plans().open(transaction)) {
    if (plan.job != report.job || plan.state != store::PlanState::waiting) continue;
    if (plan.run == report.run)
      store.alarms().renew(transaction, subject, name(RunState::waiting), report.sentence);
    return;
  }
  store.alarms().clear(transaction, subject, name(RunState::waiting), run, now);
}

}  // namespace

void write_end(store::Store& store, const RunReport& report, Time now) {
  const bool failed = stored_state(report) == store::RunState::failed ||
                      (report.preview && report.state != RunState::preview);
  store.write([&](store::Transaction& transaction) {
    store.runs().end(transaction, report.run, stored_state(report), failed ? name(report.state) : "",
                     report.sentence, stored_counts(report), now);
    settle_alarms(store, transaction, report, now);
  });
}

Night::Night(const config::Configuration& configuration, const config::JobSettings& job, store::Store& store,
             const registries::Registries& registries, host::Watchdog& watchdog, AdapterMarks& marks,
             Clock clock, const RunOptions& options)
    : configuration_(configuration),
      job_(job),
      store_(store),
      registries_(registries),
      watchdog_(watchdog),
      marks_(marks),
      clock_(std::move(clock)),
      options_(options) {
  report_.job = job.name;
  report_.no_roster = no_roster();
  report_.preview = options.preview;
}

RunReport Night::pass() {
  started_ = clock_.now();
  try {
    report_.run = store_
                      .write([&](store::Transaction& transaction) {
                        return store_.runs().start(transaction, job_.name, options_.occurrence, started_,
                                                   options_.preview);
                      })
                      .id;
    sink_ = std::make_unique<FindingSink>(store_, job_.name, report_.run, configuration_.findings_folder,
                                          job_.zone(), clock_, options_.preview);
    step([&] { take_roster(); });
    load_people();
    const bool roster_read = !problem_;
    step([&] { open_targets(); });
    if (roster_read && !deliveries_.open.empty()) step([&] { fetch(); });
    if (!interrupted_) step([&] { plan_and_deliver(); });
    if (!interrupted_) step([&] { report_.findings_file = sink_->finish(!report_.fetched || !mapped_); });
  } catch (const Error& error) {
    if (!problem_) problem_ = error;
  } catch (const std::exception& error) {
    if (!problem_) problem_ = Error(Code::bug, std::string(error.what()) + "; report this");
  }
  return end();
}

void Night::step(const std::function<void()>& work) {
  try {
    work();
  } catch (const host::Cancelled&) {
    interrupted_ = true;
  } catch (const Error& error) {
    Poco::Logger::get("pull").error(fmt::format("job {}: run {}: {}", job_.name, report_.run, error.what()));
    if (!problem_) problem_ = error;
  }
}

RunReport Night::end() {
  if (sink_) {
    report_.counts.held_records = sink_->held_records();
    report_.counts.held_fields = sink_->held_fields();
  }
  const Counts& counts = report_.counts;
  const bool held = counts.held_records + counts.held_fields > 0 || !report_.why_no_removals.empty();
  report_.state = interrupted_                    ? RunState::interrupted
                  : problem_                      ? run_state(problem_->code())
                  : options_.preview              ? RunState::preview
                  : !report_.too_many.empty()     ? RunState::waiting
                  : held                          ? RunState::done_held_back
                  : !report_.answer_later.empty() ? RunState::parked
                                                  : RunState::done;
  report_.sentence = interrupted_
                         ? "job " + job_.name + ": stopped; the next run carries on from what is stored"
                         : sentence_of(report_, problem_ ? problem_->what() : "");
  Poco::Logger::get("pull").information(
      fmt::format("run {}: {}: {}", report_.run, name(report_.state), report_.sentence));
  try {
    if (!report_.run.empty()) write_end(store_, report_, clock_.now());
  } catch (const Error& error) {
    // The run's row still says that it runs: the next start finds it and says that it was cut off.
    if (!problem_) {
      report_.state = run_state(error.code());
      report_.sentence = "job " + job_.name + ": " + error.what();
    }
  }
  return std::move(report_);
}

}  // namespace tilts::pull
