#include "gateway/push/entry_rules.h"

#include <algorithm>

#include "gateway/mapping/mapper.h"
#include "gateway/push/kept_entry.h"

namespace tilts::push {
namespace {

constexpr size_t last_entries = 20;  // of a person: an entry a year, and its corrections

Record as_record(const Entry& entry) {
  Record record{.type = "entry", .key = entry.code + "/" + entry.case_number, .fields = entry.fields};
  record.fields.push_back({"operation", entry.operation});
  return record;
}

Record documents(const Entry& entry) {
  Record record{.type = "attachments", .key = entry.code};
  for (const Entry::Attachment& attachment : entry.attachments)
    if (record.find(attachment.kind) == nullptr) record.fields.push_back({attachment.kind, "yes"});
  return record;
}

// The newest that the registry received under another case number.
std::vector<Record> previous(const Entry& entry, const std::string& registry,
                             const std::vector<store::Submission>& known) {
  for (const store::Submission& one : known) {
    if (one.registry != registry || one.case_number == entry.case_number || one.operation == "withdraw" ||
        one.state != store::SubmissionState::received)
      continue;
    return {{.type = "previous", .key = entry.code, .fields = entry_of(unpack_entry(one.content)).fields}};
  }
  return {};
}

std::string deadline_of(const mapping::Outcome& outcome, const targets::Layout& layout) {
  const auto column = std::ranges::find(layout.columns, "deadline", &targets::Column::name);
  if (column == layout.columns.end() || outcome.rows.empty()) return {};
  return outcome.rows.front().row.cells[static_cast<size_t>(column - layout.columns.begin())];
}

}  // namespace

EntryRules::EntryRules(const config::Configuration& configuration, const config::IntakeSettings& intake)
    : configuration_(configuration), intake_(intake) {
  if (!intake.rules.empty()) mapping_ = mapping::Mapping::load(intake.rules);
}

const std::string& EntryRules::version() const {
  static const std::string none;
  return mapping_ ? mapping_->hash() : none;
}

EntryRules::Judgement EntryRules::judge(const Entry& entry, const store::Store& store, Time now) const {
  if (!mapping_) return {};
  std::vector<Record> records{as_record(entry), documents(entry)};
  store.read([&](store::Session& session) {
    for (Record& record :
         previous(entry, intake_.registry, store.submissions().of(session, entry.code, last_entries)))
      records.push_back(std::move(record));
    if (!intake_.population.empty())
      for (Record& record : store.records().of(session, intake_.population, entry.code))
        records.push_back(std::move(record));
  });
  mapping::Mapper mapper(mapping_, {day_in(config::country_zone, now), configuration_.municipality,
                                    std::string(config::name(configuration_.environment))});
  const mapping::Outcome& outcome =
      mapper.map({.client = entry.case_number, .code = entry.code, .previous_code = {}, .records = records});
  return {{outcome.findings.begin(), outcome.findings.end()}, deadline_of(outcome, mapping_->layout())};
}

}  // namespace tilts::push
