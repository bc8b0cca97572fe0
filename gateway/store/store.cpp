#include "gateway/store/store.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

#include "gateway/base/error.h"

namespace tilts::store {
namespace {

constexpr Sql kKey = "SELECT value FROM setting WHERE name = 'master-key'";
constexpr Sql kBindKey = "INSERT INTO setting (name, value) VALUES ('master-key', $1)";

// `months` before, by the calendar; the day is cut to one that exists.
Time months_before(Time now, std::chrono::months months) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  std::chrono::year_month_day date = std::chrono::year_month_day{day} - months;
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return std::chrono::sys_days{date} + (now - day);
}

// An alarm while there is a problem, and its end.
void tell_about_signing(Store& store, const std::string& problem, Time now) {
  const std::string subject = "audit checkpoints";
  if (!problem.empty()) {
    store.write([&](Transaction& t) { store.alarms().raise(t, subject, "failed", problem, now); });
    return;
  }
  // Nearly always nothing stands, and a look costs no commit.
  const auto standing = store.read([&](Session& s) { return store.alarms().standing(s); });
  if (std::ranges::count(standing, subject, &Alarm::subject) > 0)
    store.write([&](Transaction& t) { store.alarms().clear(t, subject, "a signature that went well", now); });
}

}  // namespace

Store::Store(const Settings& settings, Clock clock, Access access)
    : settings_(settings),
      clock_(std::move(clock)),
      vault_(settings.master_key),
      database_(settings.connection, access),
      audit_(vault_, subjects_, settings.node),
      retention_(submissions_, evidence_, audit_, subjects_, settings.submissions_kept),
      checkpoints_(settings.checkpoints, vault_) {
  bind_key(access);
  if (access == Access::read) return;
  give_keys();
  signer_ = std::jthread([this](const std::stop_token& stop) { sign_every_minute(stop); });
}

Store::~Store() {
  if (!signer_.joinable()) return;
  signer_.request_stop();
  signer_.join();
}

// The same store under another key would take every person for a new one.
void Store::bind_key(Access access) {
  std::string known = read([](Session& session) { return session.value<std::string>("", kKey); });
  if (known.empty() && access == Access::write) {
    known = vault_.fingerprint();
    write([&](Transaction& transaction) { transaction.run(kBindKey, known); });
  }
  if (known != vault_.fingerprint())
    throw Error(Code::config,
                "store: master key " + settings_.master_key.string() +
                    ": it is not the one this store was made with; name that one, or restore it from "
                    "its own backup");
}

// A store of before schema 7: each submission in a step of its own, as entries may be large.
void Store::give_keys() {
  bool any = false;
  while (write([&](Transaction& transaction) { return submissions_.give_a_key(transaction); })) any = true;
  if (any) database_.scrub();
}

PlanWriter Store::plan_writer(std::string run, std::string job) {
  return PlanWriter(database_, vault_, std::move(run), std::move(job), clock_.now());
}

void Store::sign_audit() {
  checkpoints_.append(read([this](Session& session) { return audit_.heads(session); }), clock_.now());
}

AuditReport Store::verify_audit() const {
  const Time now = clock_.now();
  return store::verify_audit(database_, checkpoints_, now, months_before(now, settings_.audit_kept));
}

RetentionReport Store::retention() const {
  const Time now = clock_.now();
  return read([&](Session& session) {
    return retention_.look(session, months_before(now, settings_.audit_kept), now);
  });
}

RetentionReport Store::retain(std::string_view who) {
  const Time now = clock_.now();
  RetentionReport report = retention();
  std::set<std::string> gone;
  for (RetentionReport::Line& line : report.proofs) {
    if (line.keeping != Keeping::due) continue;
    line.count = write([&](Transaction& t) { return retention_.erase_proofs(t, line.id, who, now); });
    if (line.count > 0) gone.insert(line.id);
  }
  // What was due a moment ago and is not any more: somebody holds it now.
  const auto only_gone = [&](std::vector<RetentionReport::Line>& lines) {
    std::erase_if(lines, [&](const RetentionReport::Line& line) {
      return line.keeping == Keeping::due && !gone.contains(line.id);
    });
  };
  only_gone(report.proofs);
  gone.clear();
  for (const RetentionReport::Line& line : report.submissions)
    if (line.keeping == Keeping::due)
      for (std::string& id : write([&](Transaction& t) { return retention_.erase(t, line.id, who, now); }))
        gone.insert(std::move(id));
  only_gone(report.submissions);
  report.audit_rows = write([&](Transaction& transaction) {
    replay_.purge(transaction, now);
    return retention_.empty_audit(transaction, months_before(now, settings_.audit_kept), who, now);
  });
  report.scrubbed = database_.scrub();
  return report;
}

// Every minute, and once more at the end. A failure is an alarm and is tried again: it never ends the
// process.
void Store::sign_every_minute(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any minute;
  while (true) {
    {
      std::unique_lock guard(mutex);
      minute.wait_for(guard, stop, std::chrono::minutes(1), [] { return false; });
    }
    const bool last = stop.stop_requested();
    std::string problem;
    try {
      sign_audit();
    } catch (const std::exception& failure) {
      problem = failure.what();
    }
    try {
      tell_about_signing(*this, problem, clock_.now());
    } catch (const std::exception&) {  // the store is gone too: whoever writes next says so
    }
    if (last) return;
  }
}

}  // namespace tilts::store
