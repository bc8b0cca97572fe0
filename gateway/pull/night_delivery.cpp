#include "gateway/pull/deliverer.h"
#include "gateway/pull/night.h"

// The steps of a night that map what is stored and deliver what differs.
namespace tilts::pull {
namespace {

// "20261121T003000Z-1a2b3c4d": sorts as the nights passed.
std::string delivery_name(Time started, const std::string& run) {
  std::string stamp = to_text(started).substr(0, 19);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return stamp + "Z-" + run;
}

}  // namespace

// Before anybody is asked about: when nothing could be delivered, nobody is. One that cannot be opened keeps
// nothing from the others.
void Night::open_targets() {
  deliveries_ = open_deliveries(configuration_, job_, emitters(job_, registries_));
  if (deliveries_.open.empty() && !deliveries_.problems.empty()) throw deliveries_.problems.front();
}

void Night::plan_and_deliver() {
  if (!problem_ && !deliveries_.problems.empty()) problem_ = deliveries_.problems.front();
  // What was learnt before a person was asked is in the plan that waits; a run that learnt nothing has no
  // better one.
  if (!report_.fetched && !options_.preview) report_.waits = waiting_run();
  if (!report_.waits.empty()) return;
  if (report_.fetched)
    report_.as_of = to_text(started_);
  else
    for (const store::Records::Standing& standing :
         store_.read([&](store::Session& session) { return store_.records().standing(session); }))
      if (standing.registry == job_.registry) report_.as_of = to_text(standing.received);

  std::vector<Difference> examples;
  PlannerOptions options{.run = report_.run,
                         .job = job_.name,
                         .registry = job_.registry,
                         .population = job_.population,
                         .mapping = {day_in(job_.zone(), started_), configuration_.municipality,
                                     std::string(config::name(configuration_.environment))},
                         .delivery = delivery_name(started_, report_.run),
                         .as_of = report_.as_of,
                         .last_good_run = store_.read([&](store::Session& session) {
                           return store_.runs().last_good_start(session, job_.name);
                         }),
                         .removals = whole_snapshot_,
                         .no_roster = no_roster(),
                         .first_loads = report_.fetched,
                         .preview = options_.preview,
                         .stop = options_.stop,
                         .difference =
                             [&](const Difference& difference) {
                               if (!options_.preview) examples.push_back(difference);
                               if (options_.difference) options_.difference(difference);
                             },
                         .progress = options_.progress};
  Planner planner(store_, deliveries_.open, *sink_, std::move(options));
  std::optional<store::PlanWriter> writer;
  Planned planned = planner.make([&](const PlannedRow& row, const std::string& target) {
    if (options_.preview) return;
    if (!writer) writer.emplace(store_.plan_writer(report_.run, job_.name));
    writer->add({target, pack(row)});
  });

  mapped_ = deliveries_.problems.empty();

  Counts& counts = report_.counts;
  counts.deaths = planned.deaths;
  counts.moved = planned.moved;
  counts.changed_codes = planned.changed_codes;
  counts.unchanged = planned.unchanged;
  for (const PlannedCounts& target : planned.targets) {
    counts.adds += target.adds;
    counts.changes += target.changes;
    counts.removals += target.removals;
    report_.mapping_edited = report_.mapping_edited || target.mapping_edited;
  }
  report_.too_many = too_many_changes(job_.guard, planned.targets, options_.initial);
  if (options_.preview) {
    report_.waits = waiting_run();
    return;
  }
  write_examples(examples);
  keep_plan(planned, writer ? &*writer : nullptr);
  if (report_.too_many.empty() && writer) deliver();
}

// The run of this job whose plan waits for a person; empty when none does.
std::string Night::waiting_run() const {
  for (const store::Plan& plan :
       store_.read([&](store::Session& session) { return store_.plans().open(session); }))
    if (plan.job == job_.name && plan.state == store::PlanState::waiting) return plan.run;
  return {};
}

void Night::keep_plan(Planned& planned, store::PlanWriter* writer) {
  if (problem_) planned.summary.failed = name(run_state(problem_->code()));
  if (writer) writer->add({std::string(summary_row), pack(planned.summary)});
  report_.replaced = waiting_run();
  store_.write([&](store::Transaction& transaction) {
    store_.plans().replace(transaction, job_.name, report_.run);
    // A run that failed, and left a plan all the same, still failed.
    if (const auto run = store_.runs().find(transaction, report_.replaced);
        run && run->state == store::RunState::waiting)
      store_.runs().end(transaction, run->id, store::RunState::replaced, "",
                        "job " + job_.name + ": its waiting plan was replaced by run " + report_.run,
                        run->counts, clock_.now());
    if (!writer)
      for (const PlannedTarget& target : planned.summary.targets)
        store_.delivered().set_mapping(transaction, target.target, target.mapping_sha256);
  });
  if (!writer) return;
  const bool waits = !report_.too_many.empty();
  const std::string sha256 = writer->finish(waits ? store::PlanState::waiting : store::PlanState::delivering);
  if (waits) report_.plan = sha256;
}

void Night::deliver() {
  Deliverer deliverer(configuration_, store_);
  Deliverer::Outcome outcome = deliverer.deliver(report_.run, options_.progress);
  report_.deliveries = std::move(outcome.deliveries);
  if (!problem_ && outcome.problem) problem_ = outcome.problem;
}

void Night::write_examples(const std::vector<Difference>& examples) {
  // Without any, the file of an earlier edit goes: it names people.
  ClerkFile file(configuration_.findings_folder, job_.name + "-before-and-after",
                 {"Klienta numurs", "Saņēmējs", "Lauks", "Iepriekš", "Tagad"});
  for (const Difference& example : examples)
    for (const Difference::Cell& cell : example.cells)
      file.row({example.client, example.target, cell.column, cell.before, cell.after});
  report_.examples = static_cast<int64_t>(examples.size());
  report_.examples_file = file.finish();
}

}  // namespace tilts::pull
