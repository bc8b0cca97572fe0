#include "gateway/store/findings.h"

#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kPut =
    "INSERT INTO finding (job, id, target, client, since, run, content) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (job, id) DO UPDATE SET client = excluded.client, run = excluded.run, content = "
    "excluded.content";
constexpr Sql kComplete = "DELETE FROM finding WHERE job = $1 AND run <> $2";
constexpr Sql kFirst =
    "SELECT job, id, target, client, since, run, content FROM finding ORDER BY client, id, job LIMIT $1";
constexpr Sql kPage =
    "SELECT job, id, target, client, since, run, content FROM finding"
    " WHERE (client, id) > ($1, $2) ORDER BY client, id, job LIMIT $3";
constexpr Sql kFirstJob =
    "SELECT job, id, target, client, since, run, content FROM finding WHERE job = $1 ORDER BY client, id "
    "LIMIT $2";
constexpr Sql kPageJob =
    "SELECT job, id, target, client, since, run, content FROM finding"
    " WHERE job = $1 AND (client, id) > ($2, $3) ORDER BY client, id LIMIT $4";
constexpr Sql kIds = "SELECT id FROM finding WHERE job = $1";
constexpr Sql kCount = "SELECT COUNT(*) FROM finding";
constexpr Sql kCountJob = "SELECT COUNT(*) FROM finding WHERE job = $1";

std::string place(std::string_view job, std::string_view id) { return pack("finding", job, id); }

template <typename... Arguments>
std::vector<StoredFinding> findings(Session& session, const Vault& vault, const Sql& sql,
                                    const Arguments&... arguments) {
  std::vector<StoredFinding> list;
  for (auto& [job, id, target, client, since, run, sealed] :
       session.rows<std::string, std::string, std::string, std::string, Time, std::string, Blob>(
           sql, arguments...)) {
    StoredFinding stored;
    const std::string content = vault.open(place(job, id), sealed.bytes);
    Unpacker packed(content);
    stored.finding.weight = static_cast<Weight>(packed.number());
    for (std::string* text : {&stored.finding.rule, &stored.finding.record, &stored.finding.key,
                              &stored.finding.field, &stored.finding.place, &stored.finding.english,
                              &stored.finding.latvian, &stored.code, &stored.person})
      *text = packed.done() ? "" : packed.text();  // before schema 3 nobody was named
    stored.id = std::move(id);
    stored.job = std::move(job);
    stored.target = std::move(target);
    stored.client = std::move(client);
    stored.since = since;
    stored.run = std::move(run);
    list.push_back(std::move(stored));
  }
  return list;
}

}  // namespace

std::string Findings::id(std::string_view job, std::string_view target, const Finding& finding) const {
  return hex(vault_.keyed_hash("finding",
                               pack(job, target, finding.rule, finding.record, finding.key, finding.field)))
      .substr(0, 12);
}

void Findings::put(Transaction& transaction, std::string_view job, const FoundAbout& about,
                   std::string_view run, const Finding& finding, Time now) const {
  const std::string opaque = id(job, about.target, finding);
  const std::string content =
      pack(static_cast<int64_t>(finding.weight), finding.rule, finding.record, finding.key, finding.field,
           finding.place, finding.english, finding.latvian, about.code, about.person);
  transaction.run(kPut, job, opaque, about.target, about.client, now, run,
                  Blob{vault_.seal(place(job, opaque), content)});
}

int64_t Findings::complete(Transaction& transaction, std::string_view job, std::string_view run) const {
  return static_cast<int64_t>(transaction.run(kComplete, job, run));
}

std::vector<StoredFinding> Findings::page(Session& session, std::string_view job, const StoredFinding* after,
                                          size_t limit) const {
  if (job.empty())
    return after == nullptr ? findings(session, vault_, kFirst, limit)
                            : findings(session, vault_, kPage, after->client, after->id, limit);
  return after == nullptr ? findings(session, vault_, kFirstJob, job, limit)
                          : findings(session, vault_, kPageJob, job, after->client, after->id, limit);
}

std::vector<std::string> Findings::ids(Session& session, std::string_view job) const {
  std::vector<std::string> all;
  for (auto& [id] : session.rows<std::string>(kIds, job)) all.push_back(std::move(id));
  return all;
}

int64_t Findings::count(Session& session, std::string_view job) const {
  return job.empty() ? session.value<int64_t>(0, kCount) : session.value<int64_t>(0, kCountJob, job);
}

}  // namespace tilts::store
