// All that must survive a crash. The one door to it: pull, schedule and cli use this class.
//   store.write([&](Transaction& t) { store.records().put(t, …); store.cursors().put(t, …); });
//   auto runs = store.read([&](Session& s) { return store.runs().list(s, "", 20); });
// What one write() does commits together and is durable when it returns.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/store/audit.h"
#include "gateway/store/audit_checkpoints.h"
#include "gateway/store/audit_pieces.h"
#include "gateway/store/audit_verify.h"
#include "gateway/store/database.h"
#include "gateway/store/delivered.h"
#include "gateway/store/evidence.h"
#include "gateway/store/findings.h"
#include "gateway/store/intakes.h"
#include "gateway/store/plans.h"
#include "gateway/store/records.h"
#include "gateway/store/replay.h"
#include "gateway/store/retention.h"
#include "gateway/store/rosters.h"
#include "gateway/store/runs.h"
#include "gateway/store/subjects.h"
#include "gateway/store/submissions.h"
#include "gateway/store/vault.h"

namespace tilts::store {

struct Settings {
  std::string connection;             // "sqlite:FILE" or "postgresql:" and libpq's words
  std::filesystem::path master_key;   // Vault::create() made it
  std::filesystem::path checkpoints;  // folder of the signed audit checkpoints
  std::string node = "tilts";         // this machine's name: one audit chain a (node, start)
  std::chrono::months audit_kept{18};
  std::optional<std::chrono::days> submissions_kept{};  // once settled; none: for ever
};

class Store {
 public:
  // Throws Error(config) with the sentence of what is wrong. Thread-safe once made. With Access::write a
  // thread of its own signs the audit's heads every minute, and the destructor does so once more.
  Store(const Settings& settings, Clock clock, Access access = Access::write);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  template <typename F>
  auto write(F&& work) {
    return database_.write(std::forward<F>(work));
  }
  template <typename F>
  auto read(F&& work) const {
    return database_.read(std::forward<F>(work));
  }
  std::future<void> post(Database::Work work) { return database_.post(std::move(work)); }
  void backup(const std::filesystem::path& file) const { database_.backup(file); }

  const Subjects& subjects() const { return subjects_; }
  const Rosters& rosters() const { return rosters_; }
  const Records& records() const { return records_; }
  const Cursors& cursors() const { return cursors_; }
  const Delivered& delivered() const { return delivered_; }
  const Plans& plans() const { return plans_; }
  PlanWriter plan_writer(std::string run, std::string job);
  const Runs& runs() const { return runs_; }
  const Occurrences& occurrences() const { return occurrences_; }
  const Findings& findings() const { return findings_; }
  const Alarms& alarms() const { return alarms_; }
  const Replay& replay() const { return replay_; }
  const ParkedCalls& parked() const { return parked_; }
  const Submissions& submissions() const { return submissions_; }
  const Intakes& intakes() const { return intakes_; }
  const Evidence& evidence() const { return evidence_; }
  const Audit& audit() const { return audit_; }
  const Holds& holds() const { return holds_; }

  // Signs the heads now (also done every minute and at the end).
  void sign_audit();
  AuditReport verify_audit() const;
  std::vector<ChainPiece> chain_pieces(Session& session, std::vector<LookupId> rows) const {
    return store::chain_pieces(session, checkpoints_, std::move(rows));
  }

  // Retention: what would be erased now, and what is kept back.
  RetentionReport retention() const;
  // Erases it, in the name of `who`: proofs past their day, submissions settled longer than submissions_kept,
  // audit rows older than audit_kept; and used-up replay rows. Step by step: one that was cut off goes on.
  RetentionReport retain(std::string_view who);

  Database& database() { return database_; }
  const Vault& vault() const { return vault_; }

 private:
  void bind_key(Access access);
  void give_keys();
  void sign_every_minute(const std::stop_token& stop);

  Settings settings_;
  Clock clock_;
  Vault vault_;
  Database database_;
  Subjects subjects_{vault_};
  Rosters rosters_{subjects_};
  Records records_{vault_, subjects_};
  Cursors cursors_;
  Delivered delivered_{vault_};
  Plans plans_{vault_};
  Runs runs_;
  Occurrences occurrences_;
  Findings findings_{vault_};
  Alarms alarms_;
  Replay replay_;
  ParkedCalls parked_{vault_};
  Submissions submissions_{vault_, subjects_};
  Intakes intakes_{vault_};
  Evidence evidence_{vault_};
  Audit audit_;
  Holds holds_{vault_};
  Retention retention_;
  AuditCheckpoints checkpoints_;
  std::jthread signer_;
};

}  // namespace tilts::store
