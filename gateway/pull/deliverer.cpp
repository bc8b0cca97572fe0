#include "gateway/pull/deliverer.h"

#include <Poco/Logger.h>

#include "gateway/base/error.h"
#include "gateway/pull/deliveries.h"

namespace tilts::pull {
namespace {

constexpr size_t rows_a_page = 500;
constexpr Part parts[] = {Part::first, Part::rest};

std::string hash_of(const targets::Row& row) {
  const auto hash = targets::content_hash(row);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

targets::Delivery delivery_of(Part part, const PlanSummary& summary, const PlannedTarget& target) {
  return {summary.delivery, std::string(name(part)), summary.as_of, target.mapping_sha256};
}

}  // namespace

PlanSummary Deliverer::summary_of(const std::string& run, int64_t& rows) const {
  return store_.read([&](store::Session& session) {
    const auto plan = store_.plans().find(session, run);
    const auto last = plan && plan->rows > 0 ? store_.plans().page(session, run, plan->rows - 1, 1)
                                             : std::vector<store::PlanRow>();
    if (last.size() != 1 || last[0].target != summary_row)
      throw Error(Code::bug, "run " + run + ": its stored plan has no end; run the job again");
    rows = plan->rows - 1;
    return unpack_summary(last[0].bytes);
  });
}

void Deliverer::each_row(const std::string& run, int64_t rows, const std::string& target,
                         std::optional<Part> part, const std::function<void(const PlannedRow&)>& take) const {
  for (int64_t from = 0; from < rows;) {
    const auto page = store_.read(
        [&](store::Session& session) { return store_.plans().page(session, run, from, rows_a_page); });
    if (page.empty())
      throw Error(Code::bug, "run " + run + ": its stored plan is cut short; run the job again");
    from += static_cast<int64_t>(page.size());
    for (const store::PlanRow& stored : page) {
      if (stored.target != target) continue;
      const PlannedRow row = unpack_row(stored.bytes);
      if (!part || row.part == *part) take(row);
    }
  }
}

std::string Deliverer::table_of(const std::string& target) const {
  const config::TargetSettings* settings = configuration_.target(target);
  return settings ? settings->table : target;
}

// Repeated after a crash it writes the same.
void Deliverer::write_down(const std::string& run, int64_t rows, const PlannedTarget& target, Part part) {
  std::vector<PlannedRow> batch;
  const auto write = [&] {
    store_.write([&](store::Transaction& transaction) {
      for (const PlannedRow& row : batch) {
        if (row.action == targets::Action::remove)
          store_.delivered().remove(transaction, target.target, row.row.key);
        else
          store_.delivered().put(transaction, target.target,
                                 {row.client, row.row.key, hash_of(row.row), pack_last_got(row)});
      }
    });
    batch.clear();
  };
  each_row(run, rows, target.target, part, [&](const PlannedRow& row) {
    batch.push_back(row);
    if (batch.size() == rows_a_page) write();
  });
  if (!batch.empty()) write();
}

// One target's rows of one part, unless an earlier try brought them.
void Deliverer::bring(const std::string& run, int64_t rows, const PlanSummary& summary,
                      const PlannedTarget& target, targets::Target& writer, Part part, Outcome& outcome) {
  const targets::Delivery delivery = delivery_of(part, summary, target);
  auto receipt = writer.delivered(delivery);
  if (!receipt) {
    const auto writing = writer.begin(delivery);
    each_row(run, rows, target.target, part,
             [&](const PlannedRow& row) { writing->write(row.action, row.row); });
    receipt = writing->finish();
  }
  write_down(run, rows, target, part);
  outcome.deliveries.push_back(
      {target.target, receipt->file.empty() ? "table " + table_of(target.target) : receipt->file.string(),
       static_cast<int64_t>(receipt->rows())});
}

Deliverer::Outcome Deliverer::deliver(const std::string& run,
                                      const std::function<void(const Progress&)>& progress) {
  Outcome outcome;
  int64_t rows = 0;
  const PlanSummary summary = summary_of(run, rows);
  outcome.failed = summary.failed;
  Progress told{.stage = Progress::Stage::delivering, .pages = 0, .records = 0, .total = rows, .done = 0};
  std::vector<std::unique_ptr<targets::Target>> writers(summary.targets.size());
  // One target out of reach keeps nothing from the others.
  const auto attempt = [&](size_t index, const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      Poco::Logger::get("pull").error("run " + run + ": " + error.what());
      if (!outcome.problem) outcome.problem = error;
      writers[index].reset();
    }
  };
  for (size_t i = 0; i < writers.size(); ++i)
    attempt(i, [&] {
      writers[i] = open_target(configuration_, summary.targets[i].target, summary.targets[i].layout);
    });
  for (const Part part : parts)
    for (size_t i = 0; i < writers.size(); ++i) {
      const PlannedTarget& target = summary.targets[i];
      if (!writers[i] || target.rows[static_cast<size_t>(part)] == 0) continue;
      attempt(i, [&] { bring(run, rows, summary, target, *writers[i], part, outcome); });
      told.done += target.rows[static_cast<size_t>(part)];
      if (progress) progress(told);
    }
  store_.write([&](store::Transaction& transaction) {
    for (size_t i = 0; i < writers.size(); ++i)
      if (writers[i])
        store_.delivered().set_mapping(transaction, summary.targets[i].target,
                                       summary.targets[i].mapping_sha256);
    if (!outcome.problem) store_.plans().delivered(transaction, run);
  });
  return outcome;
}

void Deliverer::give_up(const std::string& run) {
  int64_t rows = 0;
  const PlanSummary summary = summary_of(run, rows);
  for (const PlannedTarget& target : summary.targets) {
    // Whoever cannot be asked did not get it. The plan ends all the same: written down beside a later one it
    // would take that one's rows back.
    std::unique_ptr<targets::Target> writer;
    const auto got = [&](Part part) {
      try {
        if (!writer) writer = open_target(configuration_, target.target, target.layout);
        return writer->delivered(delivery_of(part, summary, target)).has_value();
      } catch (const Error& error) {
        Poco::Logger::get("pull").error("run " + run + ": " + error.what());
        return false;
      }
    };
    for (const Part part : parts)
      if (target.rows[static_cast<size_t>(part)] > 0 && got(part)) write_down(run, rows, target, part);
  }
  store_.write([&](store::Transaction& transaction) { store_.plans().delivered(transaction, run); });
}

}  // namespace tilts::pull
