#include "gateway/store/delivered.h"

#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kBetween =
    "SELECT client, row_key, hash, content FROM delivered WHERE target = $1 AND client > $2 AND client <= $3"
    " ORDER BY client, row_key";
constexpr Sql kAfter =
    "SELECT client, row_key, hash, content FROM delivered WHERE target = $1 AND client > $2 ORDER BY client, "
    "row_key";
constexpr Sql kFirst =
    "SELECT client, row_key, hash, content FROM delivered WHERE target = $1 ORDER BY client, row_key LIMIT "
    "$2";
constexpr Sql kPage =
    "SELECT client, row_key, hash, content FROM delivered WHERE target = $1 AND (client, row_key) > ($2, $3)"
    " ORDER BY client, row_key LIMIT $4";
constexpr Sql kFind =
    "SELECT client, row_key, hash, content FROM delivered WHERE target = $1 AND row_key = $2";
constexpr Sql kCount = "SELECT COUNT(*) FROM delivered WHERE target = $1";
constexpr Sql kPut =
    "INSERT INTO delivered (target, row_key, client, hash, content) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (target, row_key) DO UPDATE SET client = excluded.client, hash = excluded.hash,"
    " content = excluded.content";
constexpr Sql kRemove = "DELETE FROM delivered WHERE target = $1 AND row_key = $2";
constexpr Sql kMapping = "SELECT hash FROM delivered_mapping WHERE target = $1";
constexpr Sql kSetMapping =
    "INSERT INTO delivered_mapping (target, hash) VALUES ($1, $2)"
    " ON CONFLICT (target) DO UPDATE SET hash = excluded.hash";

using Columns = std::vector<std::tuple<std::string, Blob, Blob, Blob>>;

std::string place(std::string_view target, std::string_view hash) { return pack("delivered", target, hash); }

std::vector<DeliveredRow> open(const Vault& vault, std::string_view target, Columns columns) {
  std::vector<DeliveredRow> rows;
  rows.reserve(columns.size());
  for (auto& [client, key, hash, sealed] : columns) {
    const std::string content = vault.open(place(target, key.bytes), sealed.bytes);
    Unpacker packed(content);
    std::string text = packed.text();
    rows.push_back({std::move(client), std::move(text), std::move(hash.bytes), packed.text()});
  }
  return rows;
}

}  // namespace

std::string Delivered::keyed_hash(std::string_view target, std::string_view key) const {
  return vault_.keyed_hash("delivered", pack(target, key));
}

std::vector<DeliveredRow> Delivered::range(Session& session, std::string_view target, std::string_view after,
                                           std::string_view last) const {
  return open(vault_, target,
              last.empty() ? session.rows<std::string, Blob, Blob, Blob>(kAfter, target, after)
                           : session.rows<std::string, Blob, Blob, Blob>(kBetween, target, after, last));
}

std::vector<DeliveredRow> Delivered::page(Session& session, std::string_view target,
                                          const DeliveredRow* after, size_t limit) const {
  return open(vault_, target,
              after == nullptr
                  ? session.rows<std::string, Blob, Blob, Blob>(kFirst, target, limit)
                  : session.rows<std::string, Blob, Blob, Blob>(kPage, target, after->client,
                                                                Blob{keyed_hash(target, after->key)}, limit));
}

std::optional<DeliveredRow> Delivered::find(Session& session, std::string_view target,
                                            std::string_view key) const {
  auto rows = open(vault_, target,
                   session.rows<std::string, Blob, Blob, Blob>(kFind, target, Blob{keyed_hash(target, key)}));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

int64_t Delivered::count(Session& session, std::string_view target) const {
  return session.value<int64_t>(0, kCount, target);
}

void Delivered::put(Transaction& transaction, std::string_view target, const DeliveredRow& row) const {
  const std::string key = keyed_hash(target, row.key);
  transaction.run(kPut, target, Blob{key}, row.client, Blob{row.hash},
                  Blob{vault_.seal(place(target, key), pack(row.key, row.payload))});
}

void Delivered::remove(Transaction& transaction, std::string_view target, std::string_view key) const {
  transaction.run(kRemove, target, Blob{keyed_hash(target, key)});
}

std::string Delivered::mapping(Session& session, std::string_view target) const {
  return session.value<std::string>("", kMapping, target);
}

void Delivered::set_mapping(Transaction& transaction, std::string_view target, std::string_view hash) const {
  transaction.run(kSetMapping, target, hash);
}

}  // namespace tilts::store
