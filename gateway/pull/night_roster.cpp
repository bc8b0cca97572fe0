#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "gateway/pull/night.h"

// The steps of a night that settle who may be asked about.
namespace tilts::pull {
namespace {

constexpr size_t entries_a_write = 1000;

Finding finding_of(const RosterFinding& line) {
  return {.weight = Weight::record,
          .rule = line.rule,
          .record = "roster",
          .key = line.client.empty() ? std::to_string(line.line) : line.client,
          .field = {},
          .place = fmt::format("roster:{}", line.line),
          .english = line.english,
          .latvian = line.latvian};
}

}  // namespace

void Night::take_roster() {
  if (no_roster()) return forget_told(clock_.now());
  if (options_.progress) options_.progress({});
  const Roster roster = read_roster(job_.roster);
  report_.counts.roster_broken = static_cast<int64_t>(roster.findings.size());
  for (const RosterFinding& line : roster.findings)
    sink_->add({"", line.client, line.code, ""}, finding_of(line));
  sink_->flush();
  keep_roster(roster, clock_.now());
}

void Night::keep_roster(const Roster& roster, Time now) {
  std::vector<store::RosterEntry> batch = who_must_not_leave(roster);
  const auto write = [&] {
    store_.write([&](store::Transaction& transaction) {
      store_.rosters().put(transaction, job_.name, report_.run, batch, now);
    });
    batch.clear();
  };
  for (const RosterEntry& entry : roster.entries) {
    if (!entry.open) continue;  // a closed case is no reason to ask: the client leaves
    batch.push_back({entry.client, entry.code, true});
    if (batch.size() >= entries_a_write) write();
  }
  write();
  store_.write([&](store::Transaction& transaction) {
    const store::RosterChange change = store_.rosters().complete(transaction, job_.name, report_.run, now);
    report_.counts.joined = change.joined;
    report_.counts.left = change.left;
    store_.rosters().purge(transaction, job_.name, now - job_.roster.leavers_kept);
  });
}

// A line that cannot be read is no proof that its client left. When it does not even name a client, nobody
// leaves.
std::vector<store::RosterEntry> Night::who_must_not_leave(const Roster& roster) const {
  std::vector<store::RosterEntry> stay;
  if (roster.findings.empty()) return stay;
  std::set<std::string_view> broken;
  bool unnamed = false;
  for (const RosterFinding& line : roster.findings) {
    unnamed = unnamed || line.client.empty();
    broken.insert(line.client);
  }
  std::set<std::string_view> present;
  for (const RosterEntry& entry : roster.entries) present.insert(entry.client);
  std::string after;
  for (;;) {
    const auto page = store_.read([&](store::Session& session) {
      return store_.rosters().page(session, job_.name, after, entries_a_write);
    });
    if (page.empty()) return stay;
    for (const store::RosterMember& member : page)
      if (!present.contains(member.client) && (unnamed || broken.contains(member.client)))
        stay.push_back({member.client, member.code, member.open});
    after = page.back().client;
  }
}

// Without a roster what the registry tells of makes the members, and what it has no more is forgotten.
void Night::forget_told(Time now) {
  store_.write([&](store::Transaction& transaction) {
    store_.rosters().complete_told(transaction, job_.name, now);
    store_.rosters().purge(transaction, job_.name, now - job_.roster.leavers_kept);
    store_.rosters().purge_told(transaction, job_.name, job_.registry, now - job_.roster.leavers_kept);
  });
}

void Night::load_people() {
  if (no_roster()) return;
  std::string after;
  for (;;) {
    auto page = store_.read([&](store::Session& session) {
      return store_.rosters().page(session, job_.name, after, entries_a_write);
    });
    if (page.empty()) break;
    after = page.back().client;
    for (store::RosterMember& member : page) {
      newest_joined_ = std::max(newest_joined_, member.joined);
      people_.add(std::move(member.client), std::move(member.code));
    }
  }
  report_.counts.roster = static_cast<int64_t>(people_.size());
}

}  // namespace tilts::pull
