#include "gateway/store/replay.h"

#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kTake =
    "INSERT INTO replay (signer, message_id, expires) VALUES ($1, $2, $3) ON CONFLICT (signer, message_id) "
    "DO NOTHING";
constexpr Sql kPurge = "DELETE FROM replay WHERE expires < $1";

constexpr Sql kPark =
    "INSERT INTO parked (run, operation, record, job, adapter, due, content) VALUES ($1, $2, $3, $4, $5, $6, "
    "$7)"
    " ON CONFLICT (run, operation, record) DO UPDATE SET due = excluded.due, content = excluded.content";
constexpr Sql kDue =
    "SELECT run, operation, record, job, adapter, due, content FROM parked WHERE due <= $1 ORDER BY due, "
    "run, "
    "operation";
constexpr Sql kRemove = "DELETE FROM parked WHERE run = $1 AND operation = $2 AND record = $3";

std::string place(std::string_view run, std::string_view operation, std::string_view record) {
  return pack("parked", run, operation, record);
}

}  // namespace

bool Replay::take(Transaction& transaction, std::string_view signer, std::string_view message_id,
                  Time until) const {
  return transaction.run(kTake, signer, message_id, until) == 1;
}

int64_t Replay::purge(Transaction& transaction, Time now) const {
  return static_cast<int64_t>(transaction.run(kPurge, now));
}

void ParkedCalls::put(Transaction& transaction, const Parked& parked) const {
  const std::string record = vault_.keyed_hash("parked", parked.record);
  const std::string content = pack(parked.record, parked.token);
  transaction.run(kPark, parked.run, parked.operation, Blob{record}, parked.job, parked.adapter, parked.due,
                  Blob{vault_.seal(place(parked.run, parked.operation, record), content)});
}

std::vector<Parked> ParkedCalls::due(Session& session, Time now) const {
  std::vector<Parked> calls;
  for (auto& [run, operation, hash, job, adapter, due, sealed] :
       session.rows<std::string, std::string, Blob, std::string, std::string, Time, Blob>(kDue, now)) {
    const std::string content = vault_.open(place(run, operation, hash.bytes), sealed.bytes);
    Unpacker packed(content);
    std::string record = packed.text();
    calls.push_back({run, job, adapter, operation, std::move(record), packed.text(), due});
  }
  return calls;
}

void ParkedCalls::remove(Transaction& transaction, std::string_view run, std::string_view operation,
                         std::string_view record) const {
  transaction.run(kRemove, run, operation, Blob{vault_.keyed_hash("parked", record)});
}

}  // namespace tilts::store
