// The queue's own rules about an entry, as a mapping whose findings warn (docs/writing-a-mapping.md). What
// they may look at: the entry, the kinds of documents with it, what the population registry said about the
// person, and the last entry of the person that the registry received.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/config/configuration.h"
#include "gateway/mapping/mapping.h"
#include "gateway/push/entry.h"
#include "gateway/store/store.h"

namespace tilts::push {

class EntryRules {
 public:
  // Throws Error(config) with every problem of the mapping.
  EntryRules(const config::Configuration& configuration, const config::IntakeSettings& intake);

  struct Judgement {
    std::vector<Finding> findings;  // of weight record: it cannot be sent; everything else warns
    std::string deadline;  // YYYY-MM-DD: the last day to apply, the mapping's field "deadline"; or empty
  };
  // Nothing without rules.
  Judgement judge(const Entry& entry, const store::Store& store, Time now) const;
  const std::string& version() const;  // SHA-256 in hex of the mapping; empty without

 private:
  const config::Configuration& configuration_;
  const config::IntakeSettings& intake_;
  std::shared_ptr<const mapping::Mapping> mapping_;
};

}  // namespace tilts::push
