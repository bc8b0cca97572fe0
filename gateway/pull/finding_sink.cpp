#include "gateway/pull/finding_sink.h"

#include <optional>

#include <Poco/Logger.h>
#include <fmt/format.h>

namespace tilts::pull {
namespace {

constexpr size_t page_size = 500;

const char* what_happens(Weight weight) {
  switch (weight) {
    case Weight::field:
      return "the field is held back";
    case Weight::record:
      return "the record is held back";
    case Weight::notice:
      break;
  }
  return "delivered, to be looked at";
}

const char* what_happens_in_latvian(Weight weight) {
  switch (weight) {
    case Weight::field:
      return "lauks aizturēts";
    case Weight::record:
      return "ieraksts aizturēts";
    case Weight::notice:
      break;
  }
  return "piegādāts, jāpārbauda";
}

// As it is printed on papers; also keeps a spreadsheet from making a number of it.
std::string printed(const std::string& code) {
  return code.size() == 11 ? code.substr(0, 6) + "-" + code.substr(6) : code;
}

}  // namespace

FindingSink::FindingSink(store::Store& store, std::string job, std::string run,
                         const std::filesystem::path& folder, std::string zone, Clock clock, bool preview)
    : store_(store),
      job_(std::move(job)),
      run_(std::move(run)),
      zone_(std::move(zone)),
      clock_(std::move(clock)),
      preview_(preview) {
  if (preview_) return;
  for (std::string& id : store_.read([this](store::Session& s) { return store_.findings().ids(s, job_); }))
    known_.insert(std::move(id));
  file_ = std::make_unique<ClerkFile>(folder, job_,
                                      std::initializer_list<std::string_view>{
                                          "Klienta numurs", "Persona", "Personas kods", "Saņēmējs", "Lauks",
                                          "Kas notiek", "Ko darīt", "In English", "Vieta", "Kopš"});
}

void FindingSink::add(const FoundAbout& about, const Finding& finding) {
  if (finding.weight == Weight::record) ++held_records_;
  if (finding.weight == Weight::field) ++held_fields_;
  if (preview_) return;
  ++found_;
  log(about, finding);
  waiting_.push_back({about, finding});
}

void FindingSink::log(const FoundAbout& about, const Finding& finding) {
  const std::string id = store_.findings().id(job_, about.target, finding);
  if (!known_.insert(id).second) return;
  ++new_;
  const std::string target = about.target.empty() ? "" : "target " + about.target + ": ";
  Poco::Logger::get("findings")
      .information(fmt::format("job {}: run {}: {}finding {}: {} ({}{}{}) {}", job_, run_, target, id,
                               finding.rule, finding.record, finding.field.empty() ? "" : "/", finding.field,
                               what_happens(finding.weight)));
}

void FindingSink::flush() {
  if (waiting_.empty()) return;
  store_.write([&](store::Transaction& transaction) {
    for (const Waiting& found : waiting_)
      store_.findings().put(transaction, job_, found.about, run_, found.finding, clock_.now());
  });
  waiting_.clear();
}

// From the store: what this run had no chance to find again still waits for somebody to mend it.
void FindingSink::write_file() {
  std::vector<store::StoredFinding> page;
  do {
    const auto after = page.empty() ? std::nullopt : std::optional(std::move(page.back()));
    page = store_.read([&](store::Session& session) {
      return store_.findings().page(session, job_, after ? &*after : nullptr, page_size);
    });
    for (const store::StoredFinding& one : page)
      file_->row({one.client, one.person, printed(one.code), one.target, one.finding.field,
                  what_happens_in_latvian(one.finding.weight), one.finding.latvian, one.finding.english,
                  one.finding.place, to_text(day_in(zone_, one.since))});
  } while (page.size() == page_size);
}

std::string FindingSink::finish(bool keep_others) {
  flush();
  if (preview_) return {};
  int64_t gone = 0;
  if (!keep_others)
    gone = store_.write(
        [&](store::Transaction& transaction) { return store_.findings().complete(transaction, job_, run_); });
  if (found_ + gone > 0)
    Poco::Logger::get("findings")
        .information(fmt::format("job {}: run {}: {} {}, {} new, {} gone", job_, run_, found_,
                                 found_ == 1 ? "finding" : "findings", new_, gone));
  write_file();
  return file_->finish();
}

}  // namespace tilts::pull
