// Which files of an intake were taken in, and as what: committed with the submission, so that a file is
// neither forgotten nor taken for another one after a crash. Names are sealed: people write names into them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

struct IntakeMark {
  std::string intake;
  std::string name;        // of the file in its folder
  std::string stamp;       // what the file looked like: another stamp is another entry
  std::string submission;  // empty: it was refused
  std::string answer;      // SHA-256 in hex of the answer that was written last
  Time taken;
};

class Intakes {
 public:
  explicit Intakes(const Vault& vault) : vault_(vault) {}

  void put(Transaction& transaction, const IntakeMark& mark) const;
  void remove(Transaction& transaction, std::string_view intake, std::string_view name) const;
  // By the time they were taken.
  std::vector<IntakeMark> list(Session& session, std::string_view intake) const;

 private:
  std::string id_of(std::string_view intake, std::string_view name) const;

  const Vault& vault_;
};

}  // namespace tilts::store
