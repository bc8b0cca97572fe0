#include "gateway/cli/report.h"

#include <fmt/format.h>

#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

using pull::Difference;
using pull::RunState;

void line(Context& context, std::string_view label, const std::string& text) {
  context.out << fmt::format("  {:<12}{}\n", label, text);
}

std::string joined(std::initializer_list<std::pair<int64_t, std::string_view>> parts) {
  std::string text;
  for (const auto& [number, what] : parts)
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(number), what);
  return text;
}

}  // namespace

Exit exit_of(const pull::RunReport& report) { return static_cast<Exit>(pull::exit_code(report.state)); }

void print_report(Context& context, const pull::RunReport& report) {
  const pull::Counts& counts = report.counts;
  const bool well = report.state == RunState::done || report.state == RunState::done_held_back ||
                    report.state == RunState::preview || report.state == RunState::parked;
  (well || report.state == RunState::waiting ? context.out : context.err) << report.sentence << '\n';
  context.out << '\n';
  line(context, "run", report.run);
  if (counts.asked > 0)
    line(context, "asked about",
         fmt::format("{} people in {}", grouped(counts.asked), counted(counts.pages, "page", "pages")));
  if (!report.fetched && !report.as_of.empty())
    line(context, "as of", report.as_of + " (nothing newer was fetched)");
  const std::string found = joined({{counts.deaths, "died"},
                                    {counts.changed_codes, "with a changed code"},
                                    {counts.joined, "joined the roster"},
                                    {counts.left, "left it"},
                                    {counts.gone, "unknown to the registry"}});
  if (!found.empty()) line(context, "people", found);
  const std::string rows =
      joined({{counts.adds, "added"}, {counts.changes, "changed"}, {counts.removals, "removed"}});
  line(context, report.preview ? "would be" : "rows", rows.empty() ? "nothing changed" : rows);
  if (counts.held_records + counts.held_fields + counts.roster_broken > 0)
    line(context, "held back",
         joined({{counts.held_records, counts.held_records == 1 ? "record" : "records"},
                 {counts.held_fields, counts.held_fields == 1 ? "field" : "fields"},
                 {counts.roster_broken,
                  counts.roster_broken == 1 ? "line of the roster" : "lines of the roster"}}));
  if (!report.examples_file.empty())
    line(context, "mapping",
         fmt::format("edited: {} before and after in {}", counted(report.examples, "row", "rows"),
                     report.examples_file));
  for (const pull::Delivered& delivered : report.deliveries)
    line(
        context, "delivered",
        fmt::format("{}  {}  {}", delivered.target, counted(delivered.rows, "row", "rows"), delivered.place));
  for (const std::string& bound : report.too_many) line(context, "too many", bound);
  if (!report.replaced.empty()) line(context, "replaces", "the waiting run " + report.replaced);

  if (report.preview) {
    if (!report.waits.empty())
      context.out << fmt::format(
          "\nNext: run {} waits still: tilts approve {} --because \"why this is right\"\n", report.waits,
          report.waits);
    else if (report.state == RunState::preview)
      context.out << fmt::format(
          "\nNext: tilts run {}{}\n", report.job,
          report.too_many.empty() ? " delivers it" : " makes it wait for your approval");
  } else if (report.state == RunState::waiting || (!report.too_many.empty() && !report.plan.empty()))
    context.out << fmt::format(
        "\nNext: look at it with tilts run {} --preview, then tilts approve {} --because \"why this is "
        "right\"\n",
        report.job, report.run);
  else if (report.state == RunState::done_held_back)
    context.out << fmt::format(
        "\nNext: tilts findings {} shows what is held back and why{}\n", report.job,
        report.findings_file.empty() ? "" : "; for the clerk: " + report.findings_file);
}

void print_difference(Context& context, const Difference& difference) {
  const char* sign = difference.kind == Difference::Kind::add       ? "+"
                     : difference.kind == Difference::Kind::removal ? "-"
                                                                    : "~";
  context.out << fmt::format("{} {}  client {}{}\n", sign, difference.target, difference.client,
                             difference.first ? "  (first delivery)" : "");
  for (const Difference::Cell& cell : difference.cells)
    context.out << (difference.kind == Difference::Kind::change
                        ? fmt::format("    {}: \"{}\" becomes \"{}\"\n", cell.column, cell.before, cell.after)
                        : fmt::format("    {}: \"{}\"\n", cell.column,
                                      difference.kind == Difference::Kind::add ? cell.after : cell.before));
}

}  // namespace tilts::cli
