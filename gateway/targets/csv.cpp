#include "gateway/targets/csv.h"

#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::targets {
namespace {

constexpr std::string_view special = ";\"\r\n";
// What a spreadsheet takes for the beginning of a formula.
constexpr std::string_view formula = "=+-@\t\r";

}  // namespace

Csv::Csv(const Settings& settings, Layout layout)
    : layout_(std::move(layout)),
      target_(settings.name),
      bom_(settings.encoding == Encoding::utf8 && settings.reader == Reader::people),
      people_(settings.reader == Reader::people),
      encoder_(settings.encoding) {}

void Csv::begin(const Delivery&, std::string& out) {
  if (bom_) out += "\xEF\xBB\xBF";
  out += "action;";
  for (const Column& column : layout_.columns) {
    cell(column.name, false, out);
    out += ';';
  }
  out += "held_back\r\n";
}

void Csv::row(Action action, const Row& row, std::string& out) {
  out += name(action);
  for (size_t i = 0; i < row.cells.size(); ++i) {
    out += ';';
    cell(row.cells[i], layout_.columns[i].text, out);
  }
  out += ';';
  bool first = true;
  for (size_t i = 0; i < row.held.size(); ++i) {
    if (row.held[i] == 0) continue;
    if (!std::exchange(first, false)) out += ' ';
    encoded(layout_.columns[i].name, out);
  }
  out += "\r\n";
}

void Csv::end(std::string&) {}

void Csv::cell(std::string_view text, bool code, std::string& out) {
  if (text.empty()) return;
  const bool as_text = people_ && code;
  const bool guard = people_ && !code && formula.find(text.front()) != std::string_view::npos;
  if (!as_text && !guard && text.find_first_of(special) == std::string_view::npos) return encoded(text, out);
  scratch_ = '"';
  if (as_text) scratch_ += "=\"\"";  // ="00123": the one form that every spreadsheet keeps as it stands
  if (guard) scratch_ += '\'';
  for (const char c : text) {
    // Inside ="…" a quote is doubled for the formula and again for CSV.
    if (c == '"') scratch_.append(as_text ? 3 : 1, '"');
    scratch_ += c;
  }
  if (as_text) scratch_ += "\"\"";
  scratch_ += '"';
  encoded(scratch_, out);
}

void Csv::encoded(std::string_view text, std::string& out) {
  if (!encoder_.append(text, out))
    throw Error(Code::bug, fmt::format("target {}: a row holds a character that its encoding cannot write; "
                                       "it should have been held back before",
                                       target_));
}

bool Csv::fit(Row& row, std::vector<Finding>& findings) {
  bool deliverable = true;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    scratch_.clear();
    if (encoder_.append(row.cells[i], scratch_)) continue;
    const Column& column = layout_.columns[i];
    if (column.key)
      deliverable = false;  // without its key a row is nobody's
    else
      row.held[i] = 1;
    findings.push_back({column.key ? Weight::record : Weight::field, "not-in-encoding", layout_.name, row.key,
                        column.name, "target " + target_,
                        fmt::format("\"{}\" has a character that windows-1257 cannot write; correct it in "
                                    "the registry or let the file be UTF-8",
                                    row.cells[i]),
                        fmt::format("Laukā \"{}\" ir rakstzīme, kuras nav kodējumā windows-1257; labojiet "
                                    "reģistrā vai izvēlieties UTF-8",
                                    row.cells[i])});
    if (!column.key) row.cells[i].clear();
  }
  return deliverable;
}

}  // namespace tilts::targets
