// What one submission's values lie under: a key of its own, wrapped by the master key, so that all of them
// can be erased by destroying it. Each value's place is authenticated: one that was moved elsewhere does not
// open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

class SubmissionSeal {
 public:
  // The parts that a submission has several of.
  static constexpr std::string_view attachment = "attachment";
  static constexpr std::string_view finding = "finding";
  static constexpr std::string_view event = "event";
  static constexpr std::string_view hold = "hold";
  // What stands where sealed bytes were.
  static constexpr std::string_view erased = "erased";

  // A new key; it is kept by keep(), once the submission's row is there.
  static SubmissionSeal fresh(const Vault& vault, std::string_view id);
  static SubmissionSeal of(Session& session, const Vault& vault, std::string_view id);
  // The store's own key, under which all stood before schema 7: for giving them theirs.
  static SubmissionSeal before_keys(const Vault& vault, std::string_view id);
  // `wrapped` empty: the key is destroyed, and sealing or opening throws Error(config).
  SubmissionSeal(const Vault& vault, std::string_view id, std::string_view wrapped);

  void keep(Transaction& transaction) const;
  const std::string& id() const { return id_; }

  // The entry.
  Blob seal(std::string_view plain) const;
  std::string open(std::string_view sealed) const;
  // A part of it.
  Blob seal(std::string_view part, int64_t number, std::string_view plain) const;
  std::string open(std::string_view part, int64_t number, std::string_view sealed) const;

 private:
  Blob seal_at(const std::string& place, std::string_view plain) const;
  std::string open_at(const std::string& place, std::string_view sealed) const;
  const Key& key() const;

  const Vault* vault_;
  std::string id_;
  std::optional<Key> key_;
  bool of_the_store_ = false;
};

// The same for all revisions of a case, and says nothing about it without the master key.
Blob case_hash(const Vault& vault, std::string_view registry, std::string_view case_number);

}  // namespace tilts::store
