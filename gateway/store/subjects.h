// The people the store knows: a surrogate id, and every personas kods they have or had. A code is kept as a
// keyed hash (to find) and sealed (to read). Codes are 11 digits without a hyphen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

using SubjectId = int64_t;  // random, says nothing about the person

class Subjects {
 public:
  explicit Subjects(const Vault& vault) : vault_(vault) {}

  // The person with this code, now or before.
  std::optional<SubjectId> find(Session& session, std::string_view code) const;
  // The same, made when unknown.
  SubjectId ensure(Transaction& transaction, std::string_view code, Time now) const;
  // The registry changed a code: both are one person from now on, `current` the code in use. Where both were
  // known as two people their records, roster entries and codes become one.
  SubjectId relink(Transaction& transaction, std::string_view previous, std::string_view current,
                   Time now) const;

  // On no roster and of no submission any more: the person's codes and records go. False: one of them is
  // left.
  bool forget(Transaction& transaction, SubjectId subject) const;

  // The code in use first, then the former ones, newest first.
  std::vector<std::string> codes(Session& session, SubjectId subject) const;
  // A code out of its row.
  std::string open_code(std::string_view hash, std::string_view sealed) const;
  std::string keyed_hash(std::string_view code) const { return vault_.keyed_hash("code", code); }

 private:
  const Vault& vault_;
};

}  // namespace tilts::store
