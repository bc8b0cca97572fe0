// From an entry to a submission: read, judged, and taken into the ledger together with its mark, or refused
// with everything that is wrong. What lies there is never changed.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/push/entry_place.h"
#include "gateway/push/entry_rules.h"
#include "gateway/push/kept_entry.h"
#include "gateway/registries/registries.h"
#include "gateway/store/store.h"

namespace tilts::push {

struct TakenIn {
  std::string submission;         // empty: refused
  bool fresh = false;             // false: it was known before
  std::vector<Finding> findings;  // all of them
  Time at;
};

class Intake {
 public:
  // All borrowed. Throws Error(config): schema or rules are wrong.
  Intake(const config::Configuration& configuration, const config::IntakeSettings& settings,
         store::Store& store, const registries::Registries& registries, Clock clock);

  const config::IntakeSettings& settings() const { return settings_; }
  Time now() const { return clock_.now(); }

  // One entry, whose documents lie in the same place. Writes nothing there.
  TakenIn take(EntryPlace& place, const Letter& letter, const std::string& bytes);

 private:
  using Findings = std::vector<Finding>;
  using Attachments = std::vector<store::SubmissionAttachment>;

  void judge_operation(const Entry& entry, Findings& findings) const;
  void judge_revision(const Entry& entry, Findings& findings) const;
  Attachments read_attachments(EntryPlace& place, const std::string& name, const Entry& entry,
                               Findings& findings) const;

  const config::Configuration& configuration_;
  const config::IntakeSettings& settings_;
  store::Store& store_;
  const registries::Registry& registry_;
  const Clock clock_;
  const targets::Schema schema_;
  const EntryRules rules_;
};

}  // namespace tilts::push
