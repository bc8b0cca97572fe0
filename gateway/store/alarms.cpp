#include "gateway/store/findings.h"

namespace tilts::store {
namespace {

constexpr Sql kAgain =
    "UPDATE alarm SET times = times + 1, last_time = $1, sentence = $2 WHERE subject = $3 AND kind = $4 AND "
    "cleared = 0";
constexpr Sql kRenew = "UPDATE alarm SET sentence = $1 WHERE subject = $2 AND kind = $3 AND cleared = 0";
constexpr Sql kRaise =
    "INSERT INTO alarm (number, raised, subject, kind, sentence, times, last_time, cleared, cleared_by)"
    " VALUES ($1, $2, $3, $4, $5, 1, $6, 0, '')";
constexpr Sql kNext = "SELECT COALESCE(MAX(number), 0) + 1 FROM alarm";
constexpr Sql kClear = "UPDATE alarm SET cleared = $1, cleared_by = $2 WHERE subject = $3 AND cleared = 0";
constexpr Sql kClearKind =
    "UPDATE alarm SET cleared = $1, cleared_by = $2 WHERE subject = $3 AND kind = $4 AND cleared = 0";
constexpr Sql kStanding =
    "SELECT number, raised, subject, kind, sentence, times, last_time, cleared_by FROM alarm WHERE cleared = "
    "0 "
    "ORDER BY number";
constexpr Sql kList =
    "SELECT number, raised, subject, kind, sentence, times, last_time, cleared_by FROM alarm ORDER BY number "
    "DESC "
    "LIMIT $1";

template <typename... Arguments>
std::vector<Alarm> alarms(Session& session, const Sql& sql, const Arguments&... arguments) {
  std::vector<Alarm> list;
  for (auto& [number, raised, subject, kind, sentence, times, last, cleared_by] :
       session.rows<int64_t, Time, std::string, std::string, std::string, int64_t, Time, std::string>(
           sql, arguments...))
    list.push_back({number, raised, std::move(subject), std::move(kind), std::move(sentence), times, last,
                    std::move(cleared_by)});
  return list;
}

}  // namespace

std::string about_job(std::string_view job) { return "job " + std::string(job); }

bool Alarms::raise(Transaction& transaction, std::string_view subject, std::string_view kind,
                   std::string_view sentence, Time now) const {
  if (transaction.run(kAgain, now, sentence, subject, kind) > 0) return false;
  transaction.run(kRaise, transaction.value<int64_t>(1, kNext), now, subject, kind, sentence, now);
  return true;
}

void Alarms::renew(Transaction& transaction, std::string_view subject, std::string_view kind,
                   std::string_view sentence) const {
  transaction.run(kRenew, sentence, subject, kind);
}

int64_t Alarms::clear(Transaction& transaction, std::string_view subject, std::string_view by,
                      Time now) const {
  return static_cast<int64_t>(transaction.run(kClear, now, by, subject));
}

int64_t Alarms::clear(Transaction& transaction, std::string_view subject, std::string_view kind,
                      std::string_view by, Time now) const {
  return static_cast<int64_t>(transaction.run(kClearKind, now, by, subject, kind));
}

std::vector<Alarm> Alarms::standing(Session& session) const { return alarms(session, kStanding); }

std::vector<Alarm> Alarms::list(Session& session, size_t limit) const {
  return alarms(session, kList, limit);
}

}  // namespace tilts::store
