// From a file to a submission: read, judged, and taken into the ledger together with its mark, or refused
// with everything that is wrong. Files are never changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/push/entry_rules.h"
#include "gateway/push/kept_entry.h"
#include "gateway/registries/registries.h"
#include "gateway/store/store.h"
#include "gateway/targets/durable_file.h"

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

  // `stamp` as in store::IntakeMark. `folder` has the attachments.
  TakenIn take(const targets::Folder& folder, const std::string& file, const std::string& bytes,
               const std::string& stamp);

 private:
  using Findings = std::vector<Finding>;
  using Attachments = std::vector<store::SubmissionAttachment>;

  void judge_operation(const Entry& entry, Findings& findings) const;
  void judge_revision(const Entry& entry, Findings& findings) const;
  Attachments read_attachments(const targets::Folder& folder, const Entry& entry, Findings& findings) const;

  const config::Configuration& configuration_;
  const config::IntakeSettings& settings_;
  store::Store& store_;
  const registries::Registry& registry_;
  const Clock clock_;
  const targets::Schema schema_;
  const EntryRules rules_;
};

// How an entry is written, by its file's name; nothing when it is no entry's name (an answer, a document).
std::optional<EntryForm> form_of(std::string_view file);

}  // namespace tilts::push
