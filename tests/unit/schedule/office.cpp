#include "tests/unit/schedule/office.h"

#include "gateway/store/vault.h"

namespace tilts::schedule {
namespace {

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

}  // namespace tilts::schedule
