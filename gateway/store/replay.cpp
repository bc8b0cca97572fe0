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
    "$7)";
constexpr Sql kFind =
    "SELECT run, adapter, due, content FROM parked WHERE job = $1 AND operation = $2 AND record = $3"
    " ORDER BY due DESC LIMIT 1";
constexpr Sql kRemove = "DELETE FROM parked WHERE job = $1 AND operation = $2 AND record = $3";

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
  remove(transaction, parked.job, parked.operation, parked.record);
  const std::string record = vault_.keyed_hash("parked", parked.record);
  const std::string content = pack(parked.record, parked.token);
  transaction.run(kPark, parked.run, parked.operation, Blob{record}, parked.job, parked.adapter, parked.due,
                  Blob{vault_.seal(place(parked.run, parked.operation, record), content)});
}

std::optional<Parked> ParkedCalls::find(Session& session, std::string_view job, std::string_view operation,
                                        std::string_view record) const {
  const std::string hash = vault_.keyed_hash("parked", record);
  auto found = session.row<std::string, std::string, Time, Blob>(kFind, job, operation, Blob{hash});
  if (!found) return std::nullopt;
  auto& [run, adapter, due, sealed] = *found;
  const std::string content = vault_.open(place(run, operation, hash), sealed.bytes);
  Unpacker packed(content);
  std::string whose = packed.text();
  std::string token = packed.text();
  return Parked{std::move(run),
                std::string(job),
                std::move(adapter),
                std::string(operation),
                std::move(whose),
                std::move(token),
                due};
}

void ParkedCalls::remove(Transaction& transaction, std::string_view job, std::string_view operation,
                         std::string_view record) const {
  transaction.run(kRemove, job, operation, Blob{vault_.keyed_hash("parked", record)});
}

}  // namespace tilts::store
