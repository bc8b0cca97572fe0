#include "gateway/pull/sentence.h"

#include <fmt/format.h>

namespace tilts::pull {
namespace {

std::string counted(int64_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string asked(const RunReport& report) {
  const Counts& counts = report.counts;
  if (report.no_roster) return counted(counts.records, "record", "records") + " taken";
  return counted(counts.asked, "person", "people") + " asked about, " +
         fmt::format("{} died, {} moved, ", counts.deaths, counts.moved) +
         counted(counts.changed_codes, "code changed", "codes changed");
}

// Of what was planned: a target out of reach gets nothing, and a preview none of them.
std::string delivered(const RunReport& report) {
  int64_t rows = 0;
  for (const Delivered& delivery : report.deliveries) rows += delivery.rows;
  const Counts& counts = report.counts;
  if (report.preview)
    return fmt::format("a preview, nothing was delivered; a run would bring {} added, {} changed, {} removed",
                       counts.adds, counts.changes, counts.removals);
  const int64_t planned = counts.adds + counts.changes + counts.removals;
  if (rows == 0 && planned == 0) return "nothing changed, nothing was delivered";
  return (rows < planned ? fmt::format("{} of ", rows) + counted(planned, "row", "rows")
                         : counted(rows, "row", "rows")) +
         fmt::format(" delivered ({} added, {} changed, {} removed)", counts.adds, counts.changes,
                     counts.removals);
}

std::string held_back(const RunReport& report) {
  const int64_t held = report.counts.held_records + report.counts.held_fields;
  if (held == 0) return {};
  if (report.preview) return fmt::format("; {} would be held back", held);
  return fmt::format("; {} held back: mend what {} says", held,
                     report.findings_file.empty() ? "`tilts findings`" : report.findings_file);
}

std::string too_many(const RunReport& report) {
  std::string text = "too many changes: ";
  for (const std::string& bound : report.too_many)
    text += (&bound == report.too_many.data() ? "" : "; ") + bound;
  if (report.preview) return text + "; a run would wait for approval";
  return text + fmt::format(
                    "; nothing was delivered, look at `tilts run {} --preview`, then `tilts approve {} "
                    "--because …` or mend it",
                    report.job, report.run);
}

}  // namespace

std::string sentence_of(const RunReport& report, const std::string& problem) {
  std::string text = "job " + report.job + ": ";
  const std::string& why_not_fetched = problem.empty() ? report.answer_later : problem;
  if (!why_not_fetched.empty()) {
    text += why_not_fetched;
    if (!problem.empty() && !report.answer_later.empty()) text += "; " + report.answer_later;
    if (report.fetched)
      text += "; " + delivered(report);
    else if (!report.deliveries.empty() || report.counts.unchanged > 0)
      text += fmt::format("; from what was stored{}: {}",
                          report.as_of.empty() ? "" : " as of " + report.as_of, delivered(report));
  } else if (report.fetched) {
    text += asked(report) + "; ";
  }
  if (why_not_fetched.empty() && (report.too_many.empty() || report.preview)) text += delivered(report);
  if (!report.too_many.empty())
    text += (why_not_fetched.empty() && !report.preview ? "" : "; ") + too_many(report);
  if (!report.why_no_removals.empty()) text += "; nothing was removed: " + report.why_no_removals;
  if (report.mapping_edited)
    text += "; the mapping was edited" +
            (report.examples_file.empty() ? std::string() : ", before and after in " + report.examples_file);
  if (!report.waits.empty() && !report.preview)
    text += "; run " + report.waits + " waits for approval still, and nothing was delivered before that";
  if (!report.replaced.empty()) text += "; the waiting plan of run " + report.replaced + " is replaced";
  return text + held_back(report);
}

}  // namespace tilts::pull
