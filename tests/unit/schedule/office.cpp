#include "tests/unit/schedule/office.h"

#include "gateway/store/vault.h"

namespace tilts::schedule {
namespace {

constexpr store::Sql kRefuseAlarms =
    "CREATE TRIGGER refuse_alarms BEFORE INSERT ON alarm BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
constexpr store::Sql kRefuseOccurrences =
    "CREATE TRIGGER refuse_occurrences BEFORE UPDATE ON occurrence"
    " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
constexpr store::Sql kTakeAlarms = "DROP TRIGGER IF EXISTS refuse_alarms";
constexpr store::Sql kTakeOccurrences = "DROP TRIGGER IF EXISTS refuse_occurrences";

store::Settings settings(const support::TemporaryFolder& folder) {
  store::Vault::create(folder.path() / "master.key");
  return {"sqlite:" + (folder.path() / "tilts.db").string(), folder.path() / "master.key",
          folder.path() / "checkpoints", "test", std::chrono::months{18}};
}

}  // namespace

Office::Office(std::string_view start)
    : now(parse_time(start)),
      store(settings(folder), Clock([this] { return now; })),
      bell(
          store, "", "test", [this](const std::string& line) { journal.push_back(line); },
          Clock([this] { return now; })) {}

PlannedJob Office::job(std::string_view cron, config::Missed missed,
                       std::optional<std::chrono::minutes> latest_start,
                       std::optional<std::chrono::minutes> deliver_by, std::string name,
                       std::string lane) const {
  return {std::move(name),
          std::move(lane),
          {config::Cron::parse(cron), "Europe/Riga", missed, latest_start, deliver_by}};
}

std::vector<store::Occurrence> Office::rows(const std::string& job) {
  return store.read([&](store::Session& session) {
    return store.occurrences().list(session, job, Time{}, now + std::chrono::days{4000});
  });
}

std::vector<std::string> Office::ledger(const std::string& job) {
  std::vector<std::string> lines;
  for (const store::Occurrence& row : rows(job))
    lines.push_back(to_text(row.planned).substr(0, 16) + " " + std::string(name(row.state)));
  return lines;
}

std::vector<std::string> Office::standing() {
  std::vector<std::string> sentences;
  for (const store::Alarm& alarm : store.read([&](store::Session& s) { return store.alarms().standing(s); }))
    sentences.push_back(alarm.sentence);
  return sentences;
}

void Office::store_refuses_alarms() {
  store.write([](store::Transaction& t) { t.run(kRefuseAlarms); });
}

void Office::store_refuses_occurrences() {
  store.write([](store::Transaction& t) { t.run(kRefuseOccurrences); });
}

void Office::store_takes() {
  store.write([](store::Transaction& t) {
    t.run(kTakeAlarms);
    t.run(kTakeOccurrences);
  });
}

}  // namespace tilts::schedule
