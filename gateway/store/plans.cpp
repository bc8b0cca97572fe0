#include "gateway/store/plans.h"

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kAdd =
    "INSERT INTO plan (run, job, state, sha256, row_count, made, approved_by, because)"
    " VALUES ($1, $2, 'writing', '', 0, $3, '', '')";
constexpr Sql kAddRow = "INSERT INTO plan_row (run, number, target, content) VALUES ($1, $2, $3, $4)";
constexpr Sql kFinish = "UPDATE plan SET state = $1, sha256 = $2, row_count = $3 WHERE run = $4";
constexpr Sql kFind =
    "SELECT run, job, state, sha256, row_count, made, approved_by, because FROM plan WHERE run = $1";
constexpr Sql kOpen =
    "SELECT run, job, state, sha256, row_count, made, approved_by, because FROM plan"
    " WHERE state IN ('waiting', 'delivering') ORDER BY made, run";
constexpr Sql kPage =
    "SELECT number, target, content FROM plan_row WHERE run = $1 AND number >= $2 ORDER BY number LIMIT $3";
constexpr Sql kDeliver =
    "UPDATE plan SET state = 'delivering', approved_by = $1, because = $2"
    " WHERE run = $3 AND sha256 = $4 AND state IN ('waiting', 'delivering')";
constexpr Sql kSetState = "UPDATE plan SET state = $1 WHERE run = $2";
constexpr Sql kDropRows = "DELETE FROM plan_row WHERE run = $1";
constexpr Sql kReplaceable =
    "SELECT run FROM plan WHERE job = $1 AND run <> $2 AND state IN ('writing', 'waiting') ORDER BY made, "
    "run";

constexpr size_t kPart = 500;  // rows to a transaction

constexpr std::string_view kStates[] = {"writing", "waiting", "delivering", "delivered", "replaced"};

std::string_view word(PlanState state) { return kStates[static_cast<size_t>(state)]; }

PlanState state_of(std::string_view text) {
  for (size_t i = 0; i < std::size(kStates); ++i)
    if (kStates[i] == text) return static_cast<PlanState>(i);
  throw Error(Code::bug, "store: a plan is in no known state");
}

using Columns = std::vector<
    std::tuple<std::string, std::string, std::string, std::string, int64_t, Time, std::string, std::string>>;

std::vector<Plan> plans(Columns columns) {
  std::vector<Plan> plans;
  for (auto& [run, job, state, sha256, rows, made, approved_by, because] : columns)
    plans.push_back({std::move(run), std::move(job), state_of(state), std::move(sha256), rows, made,
                     std::move(approved_by), std::move(because)});
  return plans;
}

std::string place(std::string_view run, int64_t number) { return pack("plan", run, number); }

}  // namespace

std::optional<Plan> Plans::find(Session& session, std::string_view run) const {
  auto found = plans(session.rows<std::string, std::string, std::string, std::string, int64_t, Time,
                                  std::string, std::string>(kFind, run));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Plan> Plans::open(Session& session) const {
  return plans(session.rows<std::string, std::string, std::string, std::string, int64_t, Time, std::string,
                            std::string>(kOpen));
}

std::vector<PlanRow> Plans::page(Session& session, std::string_view run, int64_t from, size_t limit) const {
  std::vector<PlanRow> rows;
  for (auto& [number, target, content] : session.rows<int64_t, std::string, Blob>(kPage, run, from, limit))
    rows.push_back({std::move(target), vault_.open(place(run, number), content.bytes)});
  return rows;
}

void Plans::deliver(Transaction& transaction, std::string_view run, std::string_view sha256,
                    std::string_view approved_by, std::string_view because) const {
  if (transaction.run(kDeliver, approved_by, because, run, sha256) == 1) return;
  const auto plan = find(transaction, run);
  if (!plan)
    throw Error(Code::config, fmt::format("run {}: it has no plan; `tilts runs` names those that wait", run));
  if (plan->state == PlanState::waiting || plan->state == PlanState::delivering)
    throw Error(Code::config,
                fmt::format("run {}: its plan is not the one that was shown; look at it again", run));
  throw Error(Code::config,
              fmt::format("run {}: its plan is {}, it does not wait; `tilts runs` names those that do", run,
                          word(plan->state)));
}

void Plans::delivered(Transaction& transaction, std::string_view run) const {
  transaction.run(kDropRows, run);
  transaction.run(kSetState, word(PlanState::delivered), run);
}

std::vector<std::string> Plans::replace(Transaction& transaction, std::string_view job,
                                        std::string_view by_run) const {
  std::vector<std::string> replaced;
  for (auto& [run] : transaction.rows<std::string>(kReplaceable, job, by_run)) {
    transaction.run(kDropRows, run);
    transaction.run(kSetState, word(PlanState::replaced), run);
    replaced.push_back(run);
  }
  return replaced;
}

PlanWriter::PlanWriter(Database& database, const Vault& vault, std::string run, std::string job, Time now)
    : database_(database), vault_(vault), run_(std::move(run)), digest_(32, '\0') {
  database_.write([&](Transaction& transaction) { transaction.run(kAdd, run_, job, now); });
}

void PlanWriter::add(PlanRow row) {
  digest_ = sha256(pack(digest_, row.target, row.bytes));
  waiting_.push_back(std::move(row));
  if (waiting_.size() >= kPart) flush();
}

std::string PlanWriter::finish(PlanState state) {
  flush();
  std::string digest = hex(digest_);
  database_.write(
      [&](Transaction& transaction) { transaction.run(kFinish, word(state), digest, rows_, run_); });
  return digest;
}

void PlanWriter::flush() {
  database_.write([this](Transaction& transaction) {
    int64_t number = rows_;
    for (const PlanRow& row : waiting_) {
      transaction.run(kAddRow, run_, number, row.target, Blob{vault_.seal(place(run_, number), row.bytes)});
      ++number;
    }
  });
  rows_ += static_cast<int64_t>(waiting_.size());
  waiting_.clear();
}

}  // namespace tilts::store
