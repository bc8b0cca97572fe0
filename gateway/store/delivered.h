// What each target last got: written when a delivery is complete, read to find what changed and what to
// remove.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

struct DeliveredRow {
  std::string client;
  std::string key;      // the municipal row's key; sealed in the store
  std::string hash;     // 32 bytes: SHA-256 of the row as delivered
  std::string payload;  // the caller's own: enough to deliver a removal later; sealed in the store
};

class Delivered {
 public:
  explicit Delivered(const Vault& vault) : vault_(vault) {}

  // Rows of clients after `after` up to and including `last` (empty: to the end), by client, then key. Read
  // beside Records::page() with the same bounds this is a merge join in constant memory; a client on no page
  // falls into the range in which it would stand.
  std::vector<DeliveredRow> range(Session& session, std::string_view target, std::string_view after,
                                  std::string_view last) const;
  // Keyset page over a whole target: by client and key, after that pair.
  std::vector<DeliveredRow> page(Session& session, std::string_view target, const DeliveredRow* after,
                                 size_t limit) const;
  std::optional<DeliveredRow> find(Session& session, std::string_view target, std::string_view key) const;
  int64_t count(Session& session, std::string_view target) const;

  void put(Transaction& transaction, std::string_view target, const DeliveredRow& row) const;
  void remove(Transaction& transaction, std::string_view target, std::string_view key) const;

  // The mapping's content hash that this target was last delivered with; empty at first.
  std::string mapping(Session& session, std::string_view target) const;
  void set_mapping(Transaction& transaction, std::string_view target, std::string_view hash) const;

 private:
  std::string keyed_hash(std::string_view target, std::string_view key) const;

  const Vault& vault_;
};

}  // namespace tilts::store
