// What a run would deliver, row by row, so that `approve` delivers exactly what was shown and a delivery that
// a crash interrupted can be repeated. Rows are sealed; one plan a job waits at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/database.h"
#include "gateway/store/vault.h"

namespace tilts::store {

struct PlanRow {
  std::string target;
  std::string bytes;  // the caller's own form
};

enum class PlanState { writing, waiting, delivering, delivered, replaced };

struct Plan {
  std::string run;
  std::string job;
  PlanState state = PlanState::writing;
  std::string sha256;  // over the rows in order, in hex; empty while writing
  int64_t rows = 0;
  Time made;
  std::string approved_by;  // operating-system user; empty when the guard let it pass
  std::string because;
};

class Plans {
 public:
  explicit Plans(const Vault& vault) : vault_(vault) {}

  std::optional<Plan> find(Session& session, std::string_view run) const;
  // Plans that wait for a person, or whose delivery was interrupted.
  std::vector<Plan> open(Session& session) const;
  // Rows in order, from number `from` (0: the first).
  std::vector<PlanRow> page(Session& session, std::string_view run, int64_t from, size_t limit) const;

  // waiting | delivering → delivering. Throws Error(config) when the plan does not wait or its hash is
  // another.
  void deliver(Transaction& transaction, std::string_view run, std::string_view sha256,
               std::string_view approved_by, std::string_view because) const;
  // The delivery is complete: the rows are dropped, the plan's line stays.
  void delivered(Transaction& transaction, std::string_view run) const;
  // A newer run replaces what waits for this job; returns the runs replaced. Rows are dropped.
  std::vector<std::string> replace(Transaction& transaction, std::string_view job,
                                   std::string_view by_run) const;

 private:
  const Vault& vault_;
};

// Writes a plan in parts, in constant memory. One thread.
class PlanWriter {
 public:
  PlanWriter(Database& database, const Vault& vault, std::string run, std::string job, Time now);
  void add(PlanRow row);
  // Writes what is left and sets the state; the hash in hex is what `approve` names.
  std::string finish(PlanState state);
  int64_t rows() const { return rows_; }

 private:
  void flush();

  Database& database_;
  const Vault& vault_;
  std::string run_;
  std::string digest_;  // over all rows so far: SHA-256(previous digest, row)
  int64_t rows_ = 0;
  std::vector<PlanRow> waiting_;
};

}  // namespace tilts::store
